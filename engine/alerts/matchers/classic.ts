import type { LabelMatcher } from '../../model/follow.ts'
import { type FoundMatcher, MatcherProblem } from './problem.ts'

// RE2's \s, which Alertmanager's source has here; trimming is Unicode's.
const head = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|!=|!~|=)[\t\n\f\r ]*/

/** Alertmanager's pkg/labels.ParseMatchers, its leniency included: each brace may be missing. @throws MatcherProblem */
export function readClassic(text: string): readonly FoundMatcher[] {
  const from = text.startsWith('{') ? 1 : 0
  const until = text.length > from && text.endsWith('}') ? text.length - 1 : text.length
  const found: FoundMatcher[] = []
  let start = from
  let quoted = false
  let escaped = false
  for (let i = from; i < until; i++) {
    const sign = text[i]!
    if (sign === ',' && !quoted) {
      found.push(readOne(text.slice(start, i), start))
      start = i + 1
    } else if (sign === '"' && !escaped) quoted = !quoted
    // A comma leaves the backslash before it at work, as it does there.
    if (sign !== ',') escaped = sign === '\\' && !escaped
  }
  if (text.slice(start, until).trim() !== '') found.push(readOne(text.slice(start, until), start))
  return found
}

function readOne(piece: string, start: number): FoundMatcher {
  const found = head.exec(piece)
  if (found === null) throw new MatcherProblem('expected the name of a label and then =, !=, =~ or !~', start)
  const raw = piece.slice(found[0].length).replace(/(?<![\t\n\f\r ])[\t\n\f\r ]+$/, '')
  const valueAt = start + found[0].length
  const quoted = raw.startsWith('"')
  if (quoted && (raw.length < 2 || !raw.endsWith('"')))
    throw new MatcherProblem('has a quote that does not end', valueAt)
  return {
    name: found[1]!,
    operator: found[2] as LabelMatcher['operator'],
    value: unescaped(quoted ? raw.slice(1, -1) : raw, quoted, valueAt + (quoted ? 1 : 0)),
    valueAt,
  }
}

/** OpenMetrics': \\, \" and \n; any other backslash stands for itself, so that \d in a pattern needs but one. */
function unescaped(raw: string, quoted: boolean, from: number): string {
  let value = ''
  for (let i = 0; i < raw.length; i++) {
    const sign = raw[i]!
    if (sign === '"') throw new MatcherProblem('has a quote inside a value: write \\"', from + i)
    if (sign !== '\\') value += sign
    else if (i === raw.length - 1) {
      // Before the closing quote it takes the quote's meaning away.
      if (quoted) throw new MatcherProblem('has a quote that does not end', from - 1)
      value += sign
    } else {
      const next = raw[++i]!
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`
    }
  }
  return value
}
