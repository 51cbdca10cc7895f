import type { Draft } from './draft.ts'
import { encode } from './quoted-printable.ts'

/** Writes the code that writes the letter. Two encodings of the same calls; see plainWriter and quotedWriter. */
export interface Writer {
  readonly encoding: 'plain' | 'quoted-printable'
  /** The variable that holds what is written so far. */
  readonly out: string
  /** The variable of the column, in quoted-printable. */
  readonly column: string
  /** A piece of the template. */
  text(text: string): void
  /** A computed string. `code` is an expression. */
  value(code: string): void
  /** A computed string to be escaped for HTML. */
  html(code: string): void
  /** A value through a constant made by `Q.remembering` or, in plain text, `Q.rememberingPlain`. */
  put(put: string, code: string): void
  /** Something that has a `text` and, of it, an `encoded`. */
  piece(code: string): void
  /** Text written by a writer of the same encoding that began in column 0. */
  fragment(out: string, column: string): void
  /** Ways of control meet here: the column is known no more. */
  join(): void
}

export function plainWriter(draft: Draft, out: string): Writer {
  return {
    encoding: 'plain',
    out,
    column: '',
    text(text) {
      draft.emit(`${out}+=${JSON.stringify(text)};`)
    },
    value(code) {
      draft.emit(`${out}+=${code};`)
    },
    html(code) {
      draft.emit(`${out}+=html(${code});`)
    },
    put(put, code) {
      draft.emit(`${out}+=${put}(${code});`)
    },
    piece(code) {
      draft.emit(`${out}+=${code}.text;`)
    },
    fragment(from) {
      draft.emit(`${out}+=${from};`)
    },
    join() {},
  }
}

/** Pieces of the template are encoded here, once: the part up to the first line end is written where it fits
 *  the line and else begins a new one; all behind it has columns of its own. Values are encoded when they
 *  are known. No piece ends in a blank and none begins with a dot, so any two can meet. */
export function quotedWriter(draft: Draft, out: string, column: string, startsAtZero: boolean): Writer {
  let atZero = startsAtZero
  return {
    encoding: 'quoted-printable',
    out,
    column,
    text(text) {
      const piece = encode(text)
      // Column 75 is the last; see quoted-printable.ts.
      const breakBefore =
        atZero || piece.first === 0 ? '' : `if(${column}>${75 - piece.first}){${out}+="=\\r\\n";${column}=0}`
      const next = piece.single && !atZero ? `${column}+=${piece.column}` : `${column}=${piece.column}`
      draft.emit(`${breakBefore}${out}+=${JSON.stringify(piece.text)};${next};`)
      atZero = false
    },
    value(code) {
      draft.emit(`${out}+=Q.put(${code},${column});${column}=Q.column;`)
      atZero = false
    },
    html(code) {
      draft.emit(`${out}+=Q.putHtml(${code},${column});${column}=Q.column;`)
      atZero = false
    },
    put(put, code) {
      draft.emit(`${out}+=${put}(${code},${column});${column}=Q.column;`)
      atZero = false
    },
    piece(code) {
      draft.emit(`${out}+=Q.place(${code}.encoded,${column});${column}=Q.column;`)
      atZero = false
    },
    fragment(from, fromColumn) {
      draft.emit(`if(${from}!==""){if(${column}>0)${out}+="=\\r\\n";${out}+=${from};${column}=${fromColumn}}`)
      atZero = false
    },
    join() {
      atZero = false
    },
  }
}
