import { type RichText, type Span, spansOf, textOf } from '../../engine/channel/index.ts'

// In rich text nothing is markup: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. Of the older text objects
// only plain_text is as safe; mrkdwn has no way to say that a star is a star.

/** The parts of a `rich_text_section`; none of them empty. */
export const elementsOf = (rich: RichText): readonly object[] => spansOf(rich).map(elementOf)

function elementOf({ text, bold, code, url }: Span): object {
  const style = { ...(bold === true && { bold }), ...(code === true && { code }) }
  return {
    ...(url === undefined ? { type: 'text', text } : { type: 'link', url, text }),
    ...(Object.keys(style).length > 0 && { style }),
  }
}

export const section = (rich: RichText): object => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: elementsOf(rich) }],
})

export const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false })

/** For places where rich text is not taken, at most `max` characters: with its marks where no letter of it could be taken for
 *  markup, else in plain text. The text itself is no longer than `max`; what escaping and addresses add may be too much. */
export function textObject(rich: RichText, max: number): object {
  const spans = spansOf(rich)
  const text = textOf(rich)
  const marks = looksMarked(text) ? null : spans.map(marked).join('')
  if (marks !== null && marks.length <= max) return { type: 'mrkdwn', text: marks, verbatim: true }
  const addressed = spans
    .map((span) => (span.url === undefined ? span.text : `${span.text} (${span.url})`))
    .join('')
  return plain(addressed.length <= max ? addressed : text)
}

/** Could a part of it be taken for mrkdwn: a mark, an emoji's name, a quote? An underscore within a word is none. */
const looksMarked = (text: string): boolean =>
  /[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:[\w+'-]+:|^[^\S\n\r\u2028\u2029]*>/mu.test(text)

function marked({ text, bold, code, url }: Span): string {
  const words = text.trim()
  // Marks must touch the words that they are for.
  if (words === '') return text
  const [before = '', after = ''] = text.split(words, 2)
  const linked = url === undefined ? escapeText(words) : `<${escapeText(url)}|${escapeText(words)}>`
  const mark = code === true ? '`' : bold === true && !words.includes('\n') ? '*' : ''
  return `${before}${mark}${linked}${mark}${after}`
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
