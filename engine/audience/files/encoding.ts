import { isUtf8 } from 'node:buffer'

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

/** What a text is written in, seen from its beginning. A byte order mark decides; then zero bytes, which only UTF-16
 *  has, on the side where Latin letters have them; then whether it is valid UTF-8. What is not is Windows-1252, unless
 *  some of it is UTF-8 beyond ASCII: that is a UTF-8 file with a damaged line, which its reader tells. */
export function sniffEncoding(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  let even = 0
  let odd = 0
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  if ((even + odd) * 4 > head.length) return odd > even ? 'utf-16le' : 'utf-16be'
  if (isUtf8(head.subarray(0, head.length - cutOff(head)))) return 'utf-8'
  return hasUtf8Letter(head) ? 'utf-8' : 'windows-1252'
}

/** How many bytes at the end are the beginning of a character that the head cuts off. */
function cutOff(head: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back]!
    if (byte >= 0x80 && byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}

/** Is there a well-formed character of two or more bytes? Windows-1252 makes one by chance only of pairs like "Ã¼". */
function hasUtf8Letter(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte < 0xc2) continue
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0
    if (length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) return true
  }
  return false
}

/** The same text in UTF-8. A byte order mark of UTF-16 goes; lone halves of a pair become U+FFFD. */
export async function* toUtf8(
  source: AsyncIterable<Uint8Array>,
  encoding: Exclude<Encoding, 'utf-8'>,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of source) {
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield Buffer.from(text)
  }
  const rest = decoder.decode()
  if (rest !== '') yield Buffer.from(rest)
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Do lines end as in files of old Macs, with CR alone? */
export const hasLoneReturns = (head: Uint8Array): boolean =>
  head.includes(carriageReturn) && !head.includes(lineFeed)

/** CR as LF, for UTF-8. */
export async function* returnsToFeeds(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    const copy = Buffer.from(chunk)
    for (let at = copy.indexOf(carriageReturn); at >= 0; at = copy.indexOf(carriageReturn, at + 1))
      copy[at] = lineFeed
    yield copy
  }
}
