/** Text in header fields (RFC 5322 2.2.3, RFC 2047): what goes in is any string, what comes out is
 *  7-bit ASCII, folded, and cannot end the field it stands in. */

// RFC 2047 2: an encoded-word has at most 75 characters, a line that holds one at most 76.
const maxWord = 75
const maxLine = 76
const wordFrame = '=?utf-8?Q?'.length + '?='.length

const printable = /^[\x20-\x7e]*$/
// Everything that could end or break a line somewhere: C0, DEL, C1, the Unicode line separators.
const untidy = /[\x00-\x1f\x7f-\x9f\u2028\u2029]|^ | $| {2}/
const blanks = /[\x00-\x20\x7f-\x9f\u2028\u2029]+/g
// 66: the longest word that stands on the first line behind `Subject: `.
const longWord = /[^ ]{67}/
const atoms = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
// RFC 2047 5 (3): what a Q word in a phrase may hold as it is; used everywhere. By byte.
const plainInQ = /[A-Za-z0-9!*+/-]/
const qOf: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (character === ' ') return '_'
  return plainInQ.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

/** As one tidy line: control characters and runs of blanks become one space, lone surrogates
 *  U+FFFD, and what is longer than `maxLength` is cut at a character and ends in `…`. */
export function singleLine(text: string, maxLength: number): string {
  let line = text
  if (line.length > maxLength * 4) line = line.slice(0, maxLength * 4)
  if (untidy.test(line)) line = line.replace(blanks, ' ').trim()
  line = line.toWellFormed()
  if (line.length <= maxLength) return line
  let cut = maxLength - 1
  const last = line.charCodeAt(cut - 1)
  if (last >= 0xd800 && last <= 0xdbff) cut -= 1
  return `${line.slice(0, cut).trimEnd()}…`
}

/** The value of an unstructured field such as Subject. `column`: how much of the first line is taken.
 *  `line` is one tidy line (`singleLine`). */
export function unstructured(line: string, column: number): string {
  if (!isPlain(line)) return encodedWords(line, column)
  return column + line.length <= maxLine ? line : foldAtSpaces(line, column)
}

/** A display name: atoms, a quoted string or encoded words, the first that can hold it. */
export function phrase(line: string, column: number): string {
  if (line === '') return ''
  if (isPlain(line)) {
    const text = atoms.test(line) ? line : `"${line.replace(/["\\]/g, '\\$&')}"`
    if (column + text.length <= maxLine) return text
  }
  return encodedWords(line, column)
}

/** Add `token`, which cannot be folded, to a value: on the same line where it fits, else on the next. */
export function append(value: string, token: string, column: number): string {
  if (value === '') return token
  const lastBreak = value.lastIndexOf('\n')
  const used = lastBreak < 0 ? column + value.length : value.length - lastBreak - 1
  return used + 1 + token.length <= maxLine ? `${value} ${token}` : `${value}\r\n ${token}`
}

/** One or more encoded words, Q or B, whichever is shorter. No character is split between two. */
export function encodedWords(line: string, column: number): string {
  const columnsAs = ({ sizeOf, group }: WordEncoding): number => {
    let size = 0
    for (const character of line) size += sizeOf(character.codePointAt(0)!)
    return Math.ceil(size / group.size) * group.columns
  }
  const columns = { q: columnsAs(qWord), b: columnsAs(bWord) }
  const { sizeOf, group, encode } = columns.q <= columns.b ? qWord : bWord
  const firstWidth = Math.min(maxWord, maxLine - column)
  // Nearly every name: without taking it to pieces.
  if (line !== '' && Math.min(columns.q, columns.b) <= firstWidth - wordFrame) return encode(line)

  const roomIn = (width: number): number => Math.floor((width - wordFrame) / group.columns) * group.size
  const words: string[] = []
  let room = roomIn(firstWidth)
  let word = ''
  let size = 0
  for (const character of line) {
    const more = sizeOf(character.codePointAt(0)!)
    if (word !== '' && size + more > room) {
      words.push(encode(word))
      room = roomIn(maxWord)
      word = ''
      size = 0
    }
    word += character
    size += more
  }
  if (word !== '') words.push(encode(word))
  return words.join('\r\n ')
}

/** `sizeOf`: what a code point adds to the size of a word. A word is made of whole groups, each of
 *  which holds `size` in so many columns. */
interface WordEncoding {
  readonly sizeOf: (codePoint: number) => number
  readonly group: { readonly size: number; readonly columns: number }
  readonly encode: (text: string) => string
}

const bytesOf = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4

const qWord: WordEncoding = {
  sizeOf: (codePoint) => (codePoint < 0x80 ? qOf[codePoint]!.length : bytesOf(codePoint) * 3),
  group: { size: 1, columns: 1 },
  encode(text) {
    let out = ''
    for (const byte of Buffer.from(text)) out += qOf[byte]!
    return `=?utf-8?Q?${out}?=`
  },
}
const bWord: WordEncoding = {
  sizeOf: bytesOf,
  group: { size: 3, columns: 4 },
  encode: (text) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`,
}

// `=?` in plain text would be taken for an encoded word, even inside a quoted string, by many readers.
const isPlain = (line: string): boolean =>
  printable.test(line) && !line.includes('=?') && !longWord.test(line)

function foldAtSpaces(line: string, column: number): string {
  let out = ''
  let used = column
  for (const word of line.split(' ')) {
    if (out === '') out = word
    else if (used + 1 + word.length <= maxLine) out += ` ${word}`
    else {
      out += `\r\n ${word}`
      used = 0
    }
    used += 1 + word.length
  }
  return out
}
