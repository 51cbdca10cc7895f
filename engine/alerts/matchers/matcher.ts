import type { Issue } from '../../errors.ts'
import { type Labels, labelOf } from '../../model/alert.ts'
import type { LabelMatcher } from '../../model/follow.ts'
import { compilePattern, type Pattern } from './pattern.ts'

/** A condition that is ready to be asked. */
export interface Matcher extends LabelMatcher {
  /** Null for `=` and `!=`. */
  readonly pattern: Pattern | null
}

/** What is wrong is said as a sentence without its full stop. */
export function compileMatcher({
  name,
  operator,
  value,
}: LabelMatcher): { readonly ok: Matcher } | { readonly error: string } {
  if (operator === '=' || operator === '!=') return { ok: { name, operator, value, pattern: null } }
  const compiled = compilePattern(value)
  if ('error' in compiled) return { error: `The pattern "${shorten(value)}" ${compiled.error}` }
  return { ok: { name, operator, value, pattern: compiled.ok } }
}

/** All that are wrong are named, by paths such as `[2].value`. */
export function compileMatchers(
  matchers: readonly LabelMatcher[],
): { readonly ok: readonly Matcher[] } | { readonly issues: readonly Issue[] } {
  const ok: Matcher[] = []
  const issues: Issue[] = []
  for (const [i, matcher] of matchers.entries()) {
    const compiled = compileMatcher(matcher)
    if ('ok' in compiled) ok.push(compiled.ok)
    else issues.push({ path: `[${i}].value`, message: `${compiled.error}.` })
  }
  return issues.length > 0 ? { issues } : { ok }
}

/** A label that is not there counts as the empty text. */
export function matchesOne({ name, operator, value, pattern }: Matcher, labels: Labels): boolean {
  const text = labelOf(labels, name)
  switch (operator) {
    case '=':
      return text === value
    case '!=':
      return text !== value
    case '=~':
      return pattern!.matches(text)
    case '!~':
      return !pattern!.matches(text)
  }
}

/** None match everything. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  for (const matcher of matchers) if (!matchesOne(matcher, labels)) return false
  return true
}

const plainName = /^[^\s{}!=~,\\"'`]+$/u
const printed = (text: string) =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** As both of Alertmanager's syntaxes read it back, the older one only where the names are plain. */
export const printMatchers = (matchers: readonly LabelMatcher[]): string =>
  `{${matchers
    .map(
      ({ name, operator, value }) =>
        `${plainName.test(name) ? name : printed(name)}${operator}${printed(value)}`,
    )
    .join(',')}}`

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
