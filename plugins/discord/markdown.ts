import { type RichText, type Span, spansOf } from '../../engine/channel/index.ts'

// What Discord's clients take for markup: https://support.discord.com/hc/en-us/articles/210298617 and
// https://docs.discord.com/developers/reference#message-formatting. A backslash before it makes any sign a sign; where none is
// needed none is written, since notifications show them. An underscore within a word is none, nor are the colons of a time. What looks
// back over blanks looks ahead first: it would look back from each of a row of blanks, and take seconds for a long one.
const marks = [
  /[\\*`[<@]/,
  /\|(?=\|)|(?<=\|)\|/,
  /~(?=~)|(?<=~)~/,
  /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/,
  /:(?!\d\d:)(?=[\w+~-]+:)/,
  /(?=[>#+-])(?<=^[^\S\n]*)(?:>|#(?=#{0,2}\s)|-(?=#?\s)|\+(?=\s))/,
  /(?=\.\s)(?<=^[^\S\n]*\d{1,10})\./,
]
  .map(({ source }) => source)
  .join('|')
const markPattern = new RegExp(marks, 'gm')
const markOrAddress = new RegExp(`(https?://[^\\s<]+)|${marks}`, 'gm')
/** What the clients take for an address: all up to a blank or "<", without what ends a sentence. */
const address = /^https?:\/\/[^\s<]+[^<.,:;"')\]\s]/

/** Text as text. An address leads where it says by itself, and within one a backslash is a letter of it: one that goes over into
 *  what is written next to it is made to be none. `next`: what is written after this text. */
export function escapeText(text: string, next = ''): string {
  return text.replaceAll(markOrAddress, (found: string, run: string | undefined, at: number) => {
    if (run === undefined) return `\\${found}`
    const after = text.charAt(at + run.length) || next.charAt(0)
    if (address.test(run) && (after === '' || /\s/.test(after))) return run
    return run.replaceAll(markPattern, '\\$&').replaceAll('://', '\\://')
  })
}

/** Text with its marks. */
export function markdownOf(rich: RichText): string {
  return merged(spansOf(rich)).reduceRight((next, span) => marked(span, next) + next, '')
}

/** Neighbours with the same marks as one: `**a****b**` would be read otherwise. */
function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = []
  for (const span of spans) {
    const last = result.at(-1)
    if (last !== undefined && last.url === undefined && span.url === undefined && look(last) === look(span))
      result[result.length - 1] = { ...last, text: last.text + span.text }
    else result.push(span)
  }
  return result
}

/** Code is not bold besides: its mark is enough, and two next to each other are read as one. */
const look = ({ text, bold, code }: Span): 'code' | 'bold' | 'none' =>
  code === true && canBeCode(text) ? 'code' : bold === true && code !== true ? 'bold' : 'none'

const canBeCode = (text: string) => !text.includes('`') && text.trim() !== ''

function marked(span: Span, next: string): string {
  const { text, url } = span
  const words = text.trim()
  // Marks must touch the words that they are for.
  if (words === '') return text
  const before = text.slice(0, text.length - text.trimStart().length)
  const after = text.slice(text.trimEnd().length)
  const kind = look(span)
  if (url !== undefined) return `${before}${linkTo(words, url)}${after}`
  if (kind === 'code') return `${before}\`${words}\`${after}`
  return kind === 'bold' ? `${before}**${escapeText(words)}**${after}` : escapeText(text, next)
}

/** Words that look like an address are not taken as the words of a link: Discord shows the whole as it was written. */
export function linkTo(words: string, url: string): string {
  const line = words.replaceAll(/\s+/g, ' ')
  const target = url.replaceAll('(', '%28').replaceAll(')', '%29')
  const label = escapeText(line)
  return line.includes('://') ? `${label} [↗](${target})` : `[${label.replaceAll(']', '\\]')}](${target})`
}

/** As it is, in a fixed width; in letters where it holds the end of one. */
export const codeBlock = (text: string): string =>
  text.includes('```') || text.endsWith('`') ? escapeText(text) : `\`\`\`\n${text}\n\`\`\``
