import { blocked, ok, type PreflightLine, unknown, warning } from '../line.ts'
import { judgeLooks } from './looks.ts'
import type { ReadLetter } from './read.ts'

/** What this installation is, as far as its letters show it. */
export interface LetterSettings {
  readonly publicUrl: string
  /** Null: none is set. */
  readonly postalAddress: string | null
}

// Gmail shows what comes later behind "View entire message".
const clipBytes = 102_000

/** Rule by rule, what one letter is. */
export function judgeLetter(letter: ReadLetter, settings: LetterSettings): readonly PreflightLine[] {
  return [
    ...judgeUnsubscribe(letter, settings),
    judgePostal(letter, settings.postalAddress),
    letter.text === null
      ? warning(
          'part.text',
          'there is none',
          'Give the template a text part, or let it be made from the HTML.',
        )
      : ok('part.text', `${letter.text.length.toLocaleString('en')} characters`),
    judgeSize(letter),
    ...judgeImages(letter),
    ...judgeLooks(letter),
  ]
}

function judgeUnsubscribe(letter: ReadLetter, { publicUrl }: LetterSettings): readonly PreflightLine[] {
  const { headers, signed, html, text } = letter
  const list = headers.get('list-unsubscribe')?.[0] ?? ''
  const post = headers.get('list-unsubscribe-post')?.[0] ?? ''
  const [, url] = /<\s*(https?:[^>]*)>/i.exec(list) ?? []
  const lines: PreflightLine[] = []

  const { protocol, hostname } = new URL(publicUrl)
  const inside = /^(localhost|127\.|\[::1\]|10\.|192\.168\.)/.test(hostname)
  lines.push(
    protocol === 'https:' && !inside
      ? ok('unsubscribe.https', publicUrl)
      : blocked(
          'unsubscribe.https',
          inside
            ? `${publicUrl}: only this machine or network can follow it`
            : `${publicUrl} is not encrypted`,
          'Set "publicUrl" to the https address where readers reach this daemon.',
        ),
  )
  lines.push(
    url !== undefined && post.toLowerCase().replaceAll(' ', '') === 'list-unsubscribe=one-click'
      ? ok('unsubscribe.headers', 'List-Unsubscribe and List-Unsubscribe-Post')
      : blocked(
          'unsubscribe.headers',
          url === undefined ? 'List-Unsubscribe names no web address' : 'List-Unsubscribe-Post is missing',
          'Send it as a campaign: those carry both headers.',
        ),
  )
  if (signed === null)
    lines.push(
      unknown(
        'unsubscribe.signed',
        'letters leave here unsigned',
        'See that whoever signs covers both headers.',
      ),
    )
  else {
    const bare = ['list-unsubscribe', 'list-unsubscribe-post'].filter((name) => !signed.includes(name))
    lines.push(
      bare.length === 0
        ? ok('unsubscribe.signed', 'both are in "h="')
        : blocked('unsubscribe.signed', `not in "h=": ${bare.join(', ')}`, 'Let the signature cover both.'),
    )
  }
  // One leads to the same page whatever comes behind: the letter's own token.
  const own = (address: string) => url !== undefined && address.startsWith(url)
  const inHtml =
    html === null || html.links.some((link) => link.visible && link.text !== '' && own(link.href))
  const inText = url !== undefined && (text === null || text.includes(url))
  lines.push(
    inHtml && inText
      ? ok(
          'unsubscribe.link',
          html === null ? 'in the text' : text === null ? 'in the HTML' : 'in the HTML and in the text',
        )
      : blocked(
          'unsubscribe.link',
          inHtml ? 'the text part has none' : 'the HTML has none that can be seen',
          'Put {{ links.unsubscribe }} into the template, as a link with words.',
        ),
  )
  return lines
}

function judgePostal(letter: ReadLetter, address: string | null): PreflightLine {
  if (address === null)
    return warning(
      'address.postal',
      'none is set, so none can be looked for',
      'Set "preflight.postalAddress" or the campaign\'s "sender.postalAddress", and show it in the template.',
    )
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  const wanted = plain(address)
  const missing = [
    ...(letter.html !== null && !plain(letter.html.text).includes(wanted) ? ['HTML'] : []),
    ...(letter.text !== null && !plain(letter.text).includes(wanted) ? ['text'] : []),
  ]
  return missing.length === 0
    ? ok('address.postal', address.replaceAll(/(?<!\s)\s*\n\s*/g, ', '))
    : blocked(
        'address.postal',
        `the ${missing.join(' and the ')} does not show it`,
        `Show it in the template: ${address.replaceAll(/(?<!\s)\s*\n\s*/g, ', ')}`,
      )
}

function judgeSize({ htmlBytes, bytes }: ReadLetter): PreflightLine {
  const kb = (count: number) => `${Math.round(count / 1000).toLocaleString('en')} KB`
  return htmlBytes > clipBytes
    ? warning(
        'size.html',
        `${kb(htmlBytes)} of HTML: Gmail clips it, and with it the way out`,
        'Hold fewer items, or shorten the styles.',
      )
    : ok('size.html', `${kb(htmlBytes)} of HTML, ${kb(bytes)} in all`)
}

// Below this many letters a picture says more than the words beside it.
const fewWords = 200

function judgeImages({ html }: ReadLetter): readonly PreflightLine[] {
  if (html === null || html.images.length === 0) return []
  const bare = html.images.filter(({ alt }) => alt === null)
  return [
    bare.length === 0
      ? ok(
          'images.alt',
          html.images.length === 1 ? 'the image has some' : `all ${html.images.length} images have some`,
        )
      : warning(
          'images.alt',
          `${bare.length} of ${html.images.length} images have no "alt": ${bare[0]!.src.slice(0, 80)}`,
          'Say what they show; alt="" where they are for decoration.',
        ),
    html.text.length < fewWords
      ? warning(
          'images.only',
          `${html.images.length} images and ${html.text.length} characters of text`,
          'Say it in words, too: many readers see no images.',
        )
      : ok('images.only', `${html.text.length.toLocaleString('en')} characters of text`),
  ]
}
