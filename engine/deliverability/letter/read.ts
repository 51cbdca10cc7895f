import PostalMime from 'postal-mime'
import { parseTags } from '../tags.ts'
import { type HtmlLook, lookAtHtml } from './html.ts'

/** A letter as the one who gets it has it. */
export interface ReadLetter {
  /** Its language. */
  readonly name: string
  readonly subject: string
  /** Values by lower-case name, in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** Lower-case names that every DKIM signature covers; null: there is none. */
  readonly signed: readonly string[] | null
  readonly html: HtmlLook | null
  readonly text: string | null
  /** Of the HTML, decoded. */
  readonly htmlBytes: number
  readonly bytes: number
}

/** Reads the finished bytes, not what they were made from: what counts is what leaves. */
export async function readLetter(name: string, mime: Uint8Array): Promise<ReadLetter> {
  const parsed = await PostalMime.parse(mime)
  const headers = new Map<string, string[]>()
  for (const { key, value } of parsed.headers) headers.set(key, [...(headers.get(key) ?? []), value])
  const signatures = (headers.get('dkim-signature') ?? []).map(
    (value) =>
      parseTags(value)
        ?.get('h')
        ?.split(':')
        .map((field) => field.trim().toLowerCase()) ?? [],
  )
  const { html, text } = parsed
  return {
    name,
    subject: parsed.subject ?? '',
    headers,
    signed:
      signatures.length === 0
        ? null
        : signatures.reduce((all, one) => all.filter((field) => one.includes(field))),
    html: html === undefined ? null : lookAtHtml(html),
    text: text === undefined || text.trim() === '' ? null : text,
    htmlBytes: html === undefined ? 0 : Buffer.byteLength(html),
    bytes: mime.length,
  }
}
