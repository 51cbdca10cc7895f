import type { DomNode, FormatCallback, HtmlToTextOptions } from 'html-to-text'
import type { Liquid } from 'liquidjs'
import type { Source } from '../source.ts'
import { Placeholders } from './placeholders.ts'

/** `title [url]`; a link around nothing but an image is no text. */
const link: FormatCallback = (element, walk, builder) => {
  if (!hasText(element)) return
  walk(element.children, builder)
  const href = String(element.attribs?.href ?? '')
  if (href === '' || href.startsWith('#') || textOf(element).trim() === href) return
  builder.addInline(` [${href.replace(/^mailto:/, '')}]`, { noWordTransform: true })
}

const textOf = (node: DomNode): string => node.data ?? (node.children ?? []).map(textOf).join('')
const hasText = (node: DomNode): boolean => /[^\s\u00a0]/.test(textOf(node))

const options: HtmlToTextOptions = {
  wordwrap: false,
  formatters: { link },
  // All of it: assignments may stand before <html>.
  baseElements: { selectors: ['no-such-element'], returnDomByDefault: true },
  limits: { maxInputLength: 4_000_000, maxDepth: 400 },
  selectors: [
    // The preheader, and what else is there for machines.
    { selector: '[style*="display:none"]', format: 'skip' },
    { selector: '[style*="display: none"]', format: 'skip' },
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
}

/** The text part of an HTML template: still a template, in which links are `title [url]`. Made once; a letter's
 *  own values are never taken through an HTML parser. */
export async function htmlToText(liquid: Liquid, html: Source, file: string | null): Promise<Source> {
  const { convert } = await import('html-to-text')
  const placeholders = new Placeholders(liquid, [html.text])
  const shown = withoutHidden(placeholders.protect(html.text, file, true), placeholders)
  const text = tidy(convert(shown, options), placeholders)
  // What a partial in blocks writes stands apart from what is around its tag; one of words stands among them.
  const apart = file === null ? `${text}\n` : blocks.test(html.text) ? `\n\n${text}\n\n` : text
  const restored = placeholders.restore(apart, html.text, file)
  // Places lead through the HTML back to what the author wrote.
  return {
    ...restored,
    original: html.original,
    origin: (offset) => html.origin(restored.origin(offset).offset),
  }
}

const blocks = /<(?:p|div|table|tr|td|h[1-6]|ul|ol|li|blockquote|section|article|main|header|footer|hr)[\s>]/i

/** Markup that shows no text, reduced to the tags in it that may matter elsewhere: `{% assign %}` in a head. */
function withoutHidden(html: string, placeholders: Placeholders): string {
  let out = html
  for (const [open, close] of hidden) out = cut(out, open, close, placeholders)
  return out
}

const hidden = [
  ['<!--', '-->'],
  ['<style', '</style>'],
  ['<script', '</script>'],
  ['<title', '</title>'],
  ['<head>', '</head>'],
  ['<head ', '</head>'],
] as const

function cut(html: string, open: string, close: string, placeholders: Placeholders): string {
  const lower = html.toLowerCase()
  let out = ''
  let end = 0
  for (;;) {
    const from = lower.indexOf(open, end)
    const to = from < 0 ? -1 : lower.indexOf(close, from + open.length)
    if (to < 0) return out + html.slice(end)
    out += html.slice(end, from)
    for (const match of html.slice(from, to).matchAll(placeholders.words())) {
      if (placeholders.pieces[Number(match[1])]!.control) out += match[0]
    }
    end = to + close.length
  }
}

/** Tags alone on a line leave no line behind. What remains of empty lines is collapsed while rendering. */
function tidy(text: string, placeholders: Placeholders): string {
  const word = placeholders.words().source
  const alone = new RegExp(`\\n[ \\t]*((?:${word}[ \\t]*)+)(?=\\n|$)`, 'g')
  const trimmed = text.replace(alone, (line: string, words: string) => {
    const control = [...words.matchAll(placeholders.words())].every(
      (match) => placeholders.pieces[Number(match[1])]!.control,
    )
    return control ? words.replace(/[ \t]+/g, '') : line
  })
  return trimmed.replace(/(?<![ \t\u00a0])[ \t\u00a0]+$/gm, '').trim()
}

/** After rendering: at most one empty line between paragraphs, none around them. Works on quoted-printable text,
 *  too: its hard line ends are the text's own. */
export function collapseLines(text: string): string {
  return text
    .replace(/^(?:\r?\n)+/, '')
    .replace(/(\r?\n)(?:\r?\n){2,}/g, '$1$1')
    .replace(/(\r?\n)\r?\n$/, '$1')
}
