import { isMemorable, Memories } from './memories.ts'

// RFC 2045 6.7. A line has at most 76 characters, its soft break "=" included; a line that ends hard could
// use the 76th for text, but then every writer had to know what follows.
const maxColumn = 75
const softBreak = '=\r\n'

const hexDigits = '0123456789ABCDEF'
const hex: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `=${hexDigits[byte >> 4]}${hexDigits[byte & 15]}`,
)
const replacement = '=EF=BF=BD'
const wide = /[^\x00-\xff]/

const tab = 9
const lineFeed = 10
const carriageReturn = 13
const space = 32
const dot = 46
const equals = 61

/** Text encoded as if it began in column 0. Its last character is never a blank, its first never a dot. */
export interface Encoded {
  readonly text: string
  /** Width of the first line, without its soft break. */
  readonly first: number
  /** Column behind the last character. */
  readonly column: number
  /** Whether it stays on one line. */
  readonly single: boolean
}

/** Encode a text that may begin anywhere in a part and be followed by anything. LF, CR and CRLF become CRLF;
 *  lone surrogates U+FFFD. */
export function encode(text: string): Encoded {
  const { length } = text
  let out = ''
  let column = 0
  let first = -1
  // What may be written as it is, and is not yet.
  let from = 0
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (
      (code > space && code < 127 && code !== equals && !(code === dot && column === 0)) ||
      code === space ||
      code === tab
    ) {
      if (code <= space && blankEndsLine(text, index)) {
        out += text.slice(from, index)
        from = index + 1
        if (column + 3 > maxColumn) {
          if (first < 0) first = column
          out += softBreak
          column = 0
        }
        out += hex[code]!
        column += 3
        continue
      }
      if (column + 1 > maxColumn) {
        out += text.slice(from, index) + softBreak
        from = index
        if (first < 0) first = column
        column = 0
        // The character now begins a line.
        index--
        continue
      }
      column++
      continue
    }
    out += text.slice(from, index)
    from = index + 1
    if (code === carriageReturn || code === lineFeed) {
      if (code === carriageReturn && text.charCodeAt(index + 1) === lineFeed) from = ++index + 1
      out += '\r\n'
      if (first < 0) first = column
      column = 0
      continue
    }
    let escaped: string
    if (code < 128) escaped = hex[code]!
    else if (code < 0x800) escaped = hex[0xc0 | (code >> 6)]! + hex[0x80 | (code & 63)]!
    else if (code < 0xd800 || code > 0xdfff) {
      escaped = hex[0xe0 | (code >> 12)]! + hex[0x80 | ((code >> 6) & 63)]! + hex[0x80 | (code & 63)]!
    } else {
      const low = text.charCodeAt(index + 1)
      if (code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
        const point = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        escaped =
          hex[0xf0 | (point >> 18)]! +
          hex[0x80 | ((point >> 12) & 63)]! +
          hex[0x80 | ((point >> 6) & 63)]! +
          hex[0x80 | (point & 63)]!
        from = ++index + 1
      } else escaped = replacement
    }
    for (let at = 0; at < escaped.length; at += 3) {
      if (column + 3 > maxColumn) {
        if (first < 0) first = column
        out += softBreak
        column = 0
      }
      out += escaped.slice(at, at + 3)
      column += 3
    }
  }
  if (from < length) out += text.slice(from)
  // Slices of a text with wide characters are wide themselves, though all is ASCII now, and one of them makes
  // the whole letter wide: writing it out then takes three times as long.
  if (wide.test(text)) out = Buffer.from(out, 'latin1').toString('latin1')
  return { text: out, first: first < 0 ? column : first, column, single: first < 0 }
}

/** A blank may not end an encoded line; at the end of a text nobody knows what follows. */
function blankEndsLine(text: string, index: number): boolean {
  if (index + 1 === text.length) return true
  const next = text.charCodeAt(index + 1)
  return next === carriageReturn || next === lineFeed
}

/** Encode a whole part at once: for what is not compiled. */
export const encodePart = (text: string): string => encode(text).text

// Printable ASCII that needs no encoding wherever it stands: no "=", no dot in front, no blank at the end.
const asItIs = /^[!-\-/-<>-~](?:[ -<>-~]*[!-<>-~])?$/
// The same, without what HTML escapes: & < > " '
const asItIsInHtml = /^[!#-%(-\-/-;?-~](?:[ !#-%(-;?-~]*[!#-%(-;?-~])?$/

/** Writes a value and returns what it wrote; the column behind it is in `column` of its QuotedPrintable. */
export type Put = (value: unknown, column: number) => string

/** Writes values into quoted-printable text whose column the caller tracks. */
export class QuotedPrintable {
  /** Column behind what was written last. */
  column = 0
  private readonly escape: (text: string) => string
  private readonly memories = new Memories()

  constructor(escapeText: (text: string) => string) {
    this.escape = escapeText
  }

  put(text: string, column: number): string {
    const end = column + text.length
    if (end <= maxColumn && asItIs.test(text)) {
      this.column = end
      return text
    }
    return this.place(encode(text), column)
  }

  putHtml(text: string, column: number): string {
    const end = column + text.length
    if (end <= maxColumn && asItIsInHtml.test(text)) {
      this.column = end
      return text
    }
    return this.place(encode(this.escape(text)), column)
  }

  /** A `put` for one place in a template that makes text of its value by `toText`, and remembers what came
   *  of it: nothing of an item's title is done twice, be it filters, escaping or encoding. `toText` must
   *  depend on the value alone. */
  remembering(toText: (value: unknown) => string, html: boolean): Put {
    const memory = this.memories.open<Encoded>()
    return (value, column) => {
      if (!isMemorable(value)) {
        const text = toText(value)
        return html ? this.putHtml(text, column) : this.put(text, column)
      }
      let encoded = memory.get(value)
      if (encoded === undefined) {
        const text = toText(value)
        encoded = encode(html ? this.escape(text) : text)
        this.memories.keep(memory, value, encoded, encoded.text.length)
      }
      return this.place(encoded, column)
    }
  }

  /** The same for plain text, which has no column. */
  rememberingPlain(toText: (value: unknown) => string, html: boolean): (value: unknown) => string {
    const memory = this.memories.open<string>()
    const make = (value: unknown): string => (html ? this.escape(toText(value)) : toText(value))
    return (value) => {
      if (!isMemorable(value)) return make(value)
      let text = memory.get(value)
      if (text === undefined) {
        text = make(value)
        this.memories.keep(memory, value, text, text.length)
      }
      return text
    }
  }

  /** Write what was encoded before. */
  place(encoded: Encoded, column: number): string {
    if (encoded.text === '') {
      this.column = column
      return ''
    }
    if (column + encoded.first <= maxColumn && column > 0 && encoded.first > 0) {
      this.column = encoded.single ? column + encoded.column : encoded.column
      return encoded.text
    }
    this.column = encoded.column
    return column === 0 ? encoded.text : softBreak + encoded.text
  }
}
