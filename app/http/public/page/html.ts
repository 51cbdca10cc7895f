const written: unique symbol = Symbol('html')

/** Markup. Only `html` below makes it, so that a text can not pass for it. */
export interface Html {
  readonly [written]: string
}
/** What may stand in markup: texts are escaped; null and false write nothing. */
export type Piece = Html | string | number | null | false | readonly Piece[]

/** Markup with values in it, every text of which is escaped: html`<p title="${title}">${words}</p>`. Attributes
 *  must be quoted. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = strings[0]!
  for (const [index, piece] of pieces.entries()) text += markupOf(piece) + strings[index + 1]!
  return { [written]: text }
}

export function markupOf(piece: Piece): string {
  if (piece === null || piece === false) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return String(piece)
  if (written in piece) return piece[written]
  return piece.map(markupOf).join('')
}

/** Markup that is ours by construction: a style, a script. */
export const trusted = (text: string): Html => ({ [written]: text })

const escapes: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Text as HTML or XML. What XML 1.0 cannot say at all is left out. */
export const escapeHtml = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => escapes[character]!)
