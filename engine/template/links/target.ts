import { createHash } from 'node:crypto'
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

// Longer ones exist (data in the query), but browsers and proxies begin to refuse them.
const maxUrlLength = 4000

/** What an attribute's value stands between. */
export type Quote = 'double' | 'single' | 'none'

// A value may hold what ends it: one that an author let through `raw`, or wrote no quotes around.
const ends: { readonly [quote in Quote]: RegExp } = { double: /"/, single: /'/, none: /[\t\n\f\r >]|^["']/ }
export const endsWithin = (attribute: string, quote: Quote): boolean => ends[quote].test(attribute)

/** What stands for an address in letters: 48 bits of its SHA-256. */
export const linkKey = (url: string): string =>
  createHash('sha256').update(url).digest('base64url').slice(0, 8)

/** The address that a browser would follow from `href="{attribute}"`, where it is on the web and not our own; null: the
 *  attribute is left as it is. `own` is what our public addresses begin with, without a trailing slash. */
export function webTarget(attribute: string, own: string): string | null {
  // Browsers strip these (WHATWG URL, 4.4).
  const url = decodeAttribute(attribute).replace(/^[\0-\x20]+|[\0-\x20]+$/g, '')
  if (!/^https?:\/\//i.test(url) || url.length > maxUrlLength) return null
  // Addresses that browsers mend in their own ways stay theirs.
  if (/[\0-\x1f\x7f\\]/.test(url) || !url.isWellFormed()) return null
  const parsed = URL.parse(url)
  if (parsed === null) return null
  const place = parsed.origin + parsed.pathname
  return place === own || place.startsWith(`${own}/`) ? null : url
}

/** The value of an attribute as HTML reads it: `&amp;`, `&#39;`, and no `&copy=1`. */
export function decodeAttribute(attribute: string): string {
  if (!attribute.includes('&')) return attribute
  // A quote in it was no delimiter where it stood.
  const markup = `<a b="${attribute.replaceAll('"', '&quot;')}">`
  let value = ''
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...deaf,
      onattribdata: (start, end) => {
        value += markup.slice(start, end)
      },
      onattribentity: (codepoint) => {
        value += String.fromCodePoint(codepoint)
      },
    },
  )
  tokenizer.write(markup)
  tokenizer.end()
  return value
}

const nothing = (): void => {}
/** For those who listen to a part only. */
export const deaf: TokenizerCallbacks = {
  onattribdata: nothing,
  onattribentity: nothing,
  onattribend: nothing,
  onattribname: nothing,
  oncdata: nothing,
  onclosetag: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onopentagname: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
}
