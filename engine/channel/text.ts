import type { Inline, RichText } from '../model/note.ts'

// Without those that end a line (\n) or widen it (\t). U+2028 and U+2029 end lines too, but not in JSON's eyes.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g
// Embeddings, overrides and isolates turn around what others write after them; letters have their direction without.
const reordering = /[\u202a-\u202e\u2066-\u2069]/g
/** Nothing of all that is in it: most texts. */
const usual = /^[ -~]*$/

/** Text as people may see it: without control characters but tabs and line ends (all of them \n), without half surrogate pairs,
 *  and without what turns around the text that follows it. */
export const cleanText = (text: string): string =>
  usual.test(text)
    ? text
    : text.toWellFormed().replace(lineEnds, '\n').replace(controls, '').replace(reordering, '')

/** The same, in one line. */
export const oneLine = (text: string): string =>
  usual.test(text) && !text.includes('  ') ? text.trim() : cleanText(text).replace(/\s+/g, ' ').trim()

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** At most `max` UTF-16 units of a text, with "…" where something is missing. What is seen as one character is not cut, save
 *  where it alone is too long; a surrogate pair never is. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < 1) return ''
  const end = boundary(text, max - 1)
  return `${text.slice(0, end).trimEnd()}…`
}

/** The last place at or before `at` where a text may be cut. */
function boundary(text: string, at: number): number {
  const { index } = graphemes.segment(text.slice(0, at + 2)).containing(at) ?? { index: at }
  // One letter with a thousand accents.
  if (index === 0 && at > 0) return /[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at
  return index
}

export type Span = Exclude<Inline, string>

/** Text with marks as a list of parts. */
export const spansOf = (rich: RichText): readonly Span[] =>
  (Array.isArray(rich) ? (rich as readonly Inline[]) : [rich as Inline]).map((part) =>
    typeof part === 'string' ? { text: part } : part,
  )

/** Without its marks. */
export const textOf = (rich: RichText): string =>
  spansOf(rich)
    .map(({ text }) => text)
    .join('')

/** As `truncate`, with the marks of what is left. */
export function shorten(rich: RichText, max: number): readonly Span[] {
  const spans = spansOf(rich)
  const whole = textOf(spans)
  if (whole.length <= max) return spans
  const kept = truncate(whole, max)
  const result: Span[] = []
  let left = kept.length - 1
  for (const span of spans) {
    if (span.text.length >= left) {
      result.push({ ...span, text: `${span.text.slice(0, left)}…` })
      break
    }
    result.push(span)
    left -= span.text.length
  }
  return kept === '' ? [] : result
}
