import { compile, type HtmlToTextOptions } from 'html-to-text'
import { cutWhereTooDeep } from './html-depth.ts'

const maxChars = 200_000
const options: HtmlToTextOptions = {
  wordwrap: false,
  // Tags nested deeper than this are nobody's article.
  limits: { maxInputLength: maxChars, maxDepth: 100, ellipsis: '' },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    // Not as a table: that is laid out in memory, and a cell may say that it spans a million columns.
    ...['table', 'caption', 'tr', 'td', 'th'].map((selector) => ({ selector, format: 'block' })),
    ...['script', 'style', 'noscript', 'iframe', 'form', 'button', 'figcaption', 'svg', 'template'].map(
      (selector) => ({ selector, format: 'skip' }),
    ),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'ul', options: { itemPrefix: '- ' } },
  ],
}
const convert = compile(options)

const spaces = /[\s\u00a0\u200b\ufeff]+/g
export const oneLine = (text: string): string => text.replace(spaces, ' ').trim()

/** What a reader sees of a piece of HTML, as one line. */
export const textOfHtml = (html: string): string =>
  /[<&]/.test(html) ? oneLine(convert(cutWhereTooDeep(html.slice(0, maxChars)))) : oneLine(html)

// Only these are taken for markup in a title: "Use <stdio.h>" and "a < b" are words.
const titleTags =
  /<\/?(?:a|abbr|b|bdi|bdo|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|mark|p|q|s|small|span|strong|sub|sup|tt|u|wbr)(?:\s[^<>]*)?\/?>/gi

/** A title without its markup, on one line. */
export function titleText(title: string): string {
  const words = title.slice(0, 5000).replace(titleTags, '').replaceAll('<', '&lt;')
  return textOfHtml(words)
}

const sentenceEnds = new Intl.Segmenter('en', { granularity: 'sentence' })
const wordEnds = /[\s\u3000]/

/** The first whole sentences of a text within `max` characters, at least one; a longer one is cut at a word. */
export function firstSentences(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max)
  let end = 0
  for (const { segment, index } of sentenceEnds.segment(text.slice(0, max + 1))) {
    const after = index + segment.length
    if (after > max) break
    end = after
  }
  // A few words are no summary: "Dr. " ends no sentence that matters.
  if (end >= max / 4) return head.slice(0, end).trim()
  return cutAtWord(text, max)
}

/** At most `max` characters, ending in a whole word and "…". */
export function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text
  let end = max - 1
  while (end > max / 2 && !wordEnds.test(text[end]!)) end--
  if (end <= max / 2) end = max - 1
  // Not through a surrogate pair.
  if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end--
  return `${text.slice(0, end).trimEnd()}…`
}

/** Plain text as HTML: paragraphs at empty lines, breaks at the others. */
export const htmlOfText = (text: string): string =>
  text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${escapeHtml(paragraph).replace(/\r?\n/g, '<br>')}</p>`)
    .join('\n')

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
