import type { Answer } from '../parts.ts'
import { html } from './html.ts'
import type { Words } from './words.ts'

/** Pages that only say something. */
const saying = (words: Words, status: number, title: string, text: string, role?: 'alert'): Answer => ({
  words,
  page: {
    title,
    status,
    body:
      role === undefined ? html`<p class="lead">${text}</p>` : html`<p class="lead" role="alert">${text}</p>`,
  },
})

export const badLink = (words: Words): Answer => saying(words, 404, words.badTitle, words.bad)
export const missing = (words: Words): Answer => saying(words, 404, words.missingTitle, words.missing)
export const closed = (words: Words): Answer =>
  saying(words, 404, words.signUp.closedTitle, words.signUp.closed)
export const failed = (words: Words, status: number): Answer =>
  saying(words, status, words.failedTitle, words.failed, 'alert')
export const busy = (words: Words, retryAfter: number): Answer => ({
  ...saying(words, 429, words.busyTitle, words.busy, 'alert'),
  retryAfter,
})
export const elsewhere = (words: Words): Answer =>
  saying(words, 400, words.elsewhereTitle, words.elsewhere, 'alert')
