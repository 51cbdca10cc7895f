/** An independent decoder: RFC 2045 6.7, strict. */
export function decodeQuotedPrintable(encoded: string): string {
  const bytes: number[] = []
  for (let index = 0; index < encoded.length; ) {
    const char = encoded[index]!
    if (char !== '=') {
      bytes.push(char.charCodeAt(0))
      index++
    } else if (encoded.startsWith('=\r\n', index)) index += 3
    else {
      const digits = encoded.slice(index + 1, index + 3)
      if (!/^[0-9A-F]{2}$/.test(digits)) throw new Error(`"=${digits}" at ${index} is no escape`)
      bytes.push(Number.parseInt(digits, 16))
      index += 3
    }
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes))
}

/** What a line of quoted-printable text may not be; empty when all is well. */
export function brokenRules(encoded: string): string[] {
  const broken: string[] = []
  if (!/^[\t\r\n -~]*$/.test(encoded)) broken.push('not ASCII')
  if (/\r(?!\n)|(?<!\r)\n/.test(encoded)) broken.push('a bare CR or LF')
  for (const [index, line] of encoded.split('\r\n').entries()) {
    if (line.length > 76) broken.push(`line ${index + 1} has ${line.length} characters`)
    if (line.startsWith('.')) broken.push(`line ${index + 1} begins with a dot`)
    if (/[ \t]$/.test(line)) broken.push(`line ${index + 1} ends in a blank`)
    if (/=[0-9A-F]?$/.test(line) && !line.endsWith('=')) broken.push(`line ${index + 1} cuts an escape`)
  }
  return broken
}

/** As a mail reader sees line ends, and without what UTF-8 cannot say. */
export const canonical = (text: string): string => text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')
