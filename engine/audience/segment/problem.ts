/** A place in a rule's text. Lines and columns count from 1, columns in characters as editors count them. */
export interface Place {
  readonly line: number
  readonly column: number
  /** Of what is meant, in the text. */
  readonly length: number
}

/** Why a text is no rule: what is wrong and what to do about it. */
export interface SegmentProblem extends Place {
  readonly message: string
}

/** For people: the message, its place, and the line with a caret under it.
 *
 *      line 1, column 1: There is no field "atr". Did you mean "attr"?
 *        atr.country = "DE"
 *        ^~~
 */
export function showProblem(problem: SegmentProblem, text: string): string {
  const { line, column, length, message } = problem
  const source = text.split('\n')[line - 1] ?? ''
  const from = Math.max(0, column - 61)
  const shown = source.slice(from, from + 120).replaceAll('\t', ' ')
  const caret = `${' '.repeat(column - 1 - from)}^${'~'.repeat(Math.max(0, Math.min(length, 120 - (column - from)) - 1))}`
  return `line ${line}, column ${column}: ${message}\n  ${shown}\n  ${caret}`
}

/** The place of the characters `from` to `to`. */
export function placeOf(text: string, from: number, to = from + 1): Place {
  const start = text.lastIndexOf('\n', from - 1) + 1
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < from; at = text.indexOf('\n', at + 1)) line += 1
  return { line, column: from - start + 1, length: Math.max(1, to - from) }
}
