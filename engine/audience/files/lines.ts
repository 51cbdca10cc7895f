import { isUtf8 } from 'node:buffer'

/** One line of a text, without its line end. `number` counts from 1, over every line of the source. */
export type Line =
  | {
      readonly number: number
      readonly text: string
      /** It ended in CR LF: within a quoted cell both are text. */
      readonly crlf?: true
    }
  | { readonly number: number; readonly problem: string }

const lineFeed = 0x0a
const carriageReturn = 0x0d
// One network read. Larger pieces are cut, so that one yield is never more than this much text.
const pieceBytes = 65_536

/** Cut a byte stream into lines (LF or CRLF), a group for each piece that was read. Memory is bounded by
 *  `maxBytes` whatever the source holds: a longer line is told as a problem and the rest of it skipped.
 *  A byte order mark is dropped. Lines are UTF-8; one that is not is a problem too. */
export async function* splitLines(
  source: AsyncIterable<Uint8Array>,
  options: { readonly maxBytes: number; readonly onBytes?: (bytes: number) => void },
): AsyncGenerator<readonly Line[]> {
  const { maxBytes } = options
  let number = 1
  let held: Uint8Array[] = []
  let heldBytes = 0
  let skipping = false

  const finish = (tail: Uint8Array): Line => {
    const bytes = held.length === 0 ? tail : Buffer.concat([...held, tail])
    const tooLong = skipping || bytes.length > maxBytes
    held = []
    heldBytes = 0
    skipping = false
    const line = tooLong ? longLine(number, maxBytes) : decode(number, bytes)
    number++
    return line
  }

  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length; offset += pieceBytes) {
      const piece = chunk.subarray(offset, offset + pieceBytes)
      options.onBytes?.(piece.length)
      const lines: Line[] = []
      let start = 0
      for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
        lines.push(finish(piece.subarray(start, end)))
        start = end + 1
      }
      if (start < piece.length && !skipping) {
        // A copy (a Buffer's own `slice` makes none): a view would keep the piece alive, and the source may reuse it.
        held.push(Buffer.from(piece.subarray(start)))
        heldBytes += piece.length - start
        if (heldBytes > maxBytes) {
          held = []
          skipping = true
        }
      }
      if (lines.length > 0) yield lines
    }
  }
  if (heldBytes > 0) yield [finish(new Uint8Array(0))]
}

const longLine = (number: number, maxBytes: number): Line => ({
  number,
  problem: `is longer than ${maxBytes.toLocaleString('en')} bytes`,
})

function decode(number: number, bytes: Uint8Array): Line {
  let from = 0
  let to = bytes.length
  if (number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) from = 3
  const crlf = to > from && bytes[to - 1] === carriageReturn
  if (crlf) to--
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
  // U+FFFD is what decoding puts in place of a bad byte; looking for it is cheaper than checking every line.
  if (text.includes('\ufffd') && !isUtf8(bytes))
    return { number, problem: 'has bytes that are not UTF-8: save the file as UTF-8' }
  return crlf ? { number, text, crlf } : { number, text }
}
