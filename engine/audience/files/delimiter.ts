export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

const sampleLines = 20

/** What separates the cells, seen from the beginning of a text: the one that stands in the first lines, outside of
 *  quotes, equally often in each and most often. A text without any is one column, and `,` serves. */
export function sniffDelimiter(head: string): Delimiter {
  const counts = delimiters.map(() => [0])
  let quoted = false
  let line = 0
  let blank = true
  for (let at = 0; at < head.length && line < sampleLines; at++) {
    const letter = head[at]!
    if (letter === '"') quoted = !quoted
    else if (letter === '\n' && !quoted) {
      if (blank) for (const each of counts) each[line] = 0
      else {
        line++
        for (const each of counts) each.push(0)
      }
      blank = true
      continue
    } else if (!quoted) {
      const which = delimiters.indexOf(letter as Delimiter)
      if (which >= 0) counts[which]![line]!++
    }
    if (letter !== ' ' && letter !== '\r') blank = false
  }
  let best: Delimiter = ','
  let bestScore = 0
  for (const [which, all] of counts.entries()) {
    // The line that the head cuts off says too little, unless it is the only one.
    const each = line > 0 && all.length > 1 ? all.slice(0, -1) : all
    const first = each[0]!
    const alike = each.filter((count) => count === first).length / each.length
    // A cell with a comma in it makes one line differ, a wrong delimiter most of them.
    const score = first * alike * alike
    if (score > bestScore) {
      best = delimiters[which]!
      bestScore = score
    }
  }
  return best
}

/** The delimiter that Excel's own first line `sep=;` names, or null. */
export function sepLine(text: string): string | null {
  return (
    /^"?sep=(.)"?\s*$/i.exec(text.replace(/^\ufeff/, ''))?.[1] ?? (/^"?sep=\t"?$/i.test(text) ? '\t' : null)
  )
}
