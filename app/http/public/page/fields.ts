import { type Html, html, type Piece } from './html.ts'
import type { Words } from './words.ts'

/** What is wrong with a form, by the field it belongs to. */
export type FieldErrors<F extends string = string> = { readonly [field in F]?: string }

/** At the head of a form that came back: says what is wrong, and leads there. */
export function errorSummary(errors: FieldErrors, words: Words): Piece {
  const wrong = Object.entries(errors)
  if (wrong.length === 0) return null
  return html`<div class="notice bad" role="alert" tabindex="-1" autofocus>
<p>${words.wrong(wrong.length)}</p>
<ul>${wrong.map(([field, error]) => html`<li><a href="#${field}">${error ?? ''}</a></li>`)}</ul>
</div>\n`
}

export const notice = (text: string, bad = false): Html =>
  html`<div class="notice${bad ? ' bad' : ''}" role="${bad ? 'alert' : 'status'}"><p>${text}</p></div>\n`

export const errorOf = (field: string, error: string | undefined): Piece =>
  error === undefined ? null : html`<span class="error" id="${field}-error">${error}</span>`

/** The attributes that tie a field to its hint and its error. */
export function described(field: string, hint: boolean, error: string | undefined): Piece {
  const by = [hint && `${field}-hint`, error !== undefined && `${field}-error`].filter((id) => id !== false)
  return [
    by.length === 0 ? null : html` aria-describedby="${by.join(' ')}"`,
    error === undefined ? null : html` aria-invalid="true"`,
  ]
}

export function inputField(field: {
  readonly id: string
  readonly type: 'email' | 'text' | 'date'
  readonly label: string
  readonly value: string
  readonly hint?: string
  readonly error?: string | undefined
  readonly autocomplete?: string
  readonly required?: boolean
  /** The words for it where it is not. */
  readonly optional?: string
  readonly maxLength?: number
  readonly min?: string
}): Html {
  const { id, type, label, value, hint, error, autocomplete, required, optional, maxLength, min } = field
  return html`<div class="field">
<label for="${id}">${label}${optional === undefined ? null : html` <span class="optional">(${optional})</span>`}</label>
${hint === undefined ? null : html`<span class="hint" id="${id}-hint">${hint}</span>`}
<input id="${id}" name="${id}" type="${type}" value="${value}"${autocomplete === undefined ? null : html` autocomplete="${autocomplete}"`}${type === 'email' ? html` autocapitalize="none" spellcheck="false"` : null}${maxLength === undefined ? null : html` maxlength="${maxLength}"`}${min === undefined ? null : html` min="${min}"`}${required === true ? html` required` : null}${described(id, hint !== undefined, error)}>
${errorOf(id, error)}
</div>
`
}

/** A box or a dot with its words. */
export const choice = (one: {
  readonly type: 'checkbox' | 'radio'
  readonly id?: string
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly label: string
  readonly strong?: boolean
  readonly note?: string
  readonly error?: string | undefined
}): Html =>
  html`<label class="choice"><input type="${one.type}"${one.id === undefined ? null : html` id="${one.id}"`} name="${one.name}" value="${one.value}"${one.checked ? html` checked` : null}${one.id === undefined ? null : described(one.id, false, one.error)}><span>${one.strong === true ? html`<strong>${one.label}</strong>` : one.label}</span>${one.note === undefined || one.note === '' ? null : html`<small>${one.note}</small>`}</label>
`

export interface Option {
  readonly value: string
  readonly label: string
}

export const options = (all: readonly Option[], selected: string): Piece =>
  all.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === selected ? html` selected` : null}>${label}</option>`,
  )

/** What people do not see and programs fill in, and the form's own token. */
export const hidden = (
  token: string,
  words: Words,
): Html => html`<input type="hidden" name="form" value="${token}">
<div class="pot" aria-hidden="true"><label>${words.pot} <input type="text" name="website" value="" tabindex="-1" autocomplete="off"></label></div>
`

/** Filled in by a program: nobody sees the field. */
export const isTrapped = (form: URLSearchParams): boolean => (form.get('website') ?? '') !== ''
