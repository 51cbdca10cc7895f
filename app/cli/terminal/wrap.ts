/** Lines of at most `columns` characters, broken at blanks, though never within double quotes: what stands there is to be
 *  copied, such as a record for the DNS. What is longer stands alone. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/(?:"[^"]*"|[^ ])+/g) ?? ['']) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
