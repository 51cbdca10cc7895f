import type { LabelMatcher } from '../../model/follow.ts'
import { readClassic } from './classic.ts'
import { compileMatcher, type Matcher } from './matcher.ts'
import { type FoundMatcher, MatcherProblem } from './problem.ts'
import { readUtf8 } from './utf8.ts'

/** `at` counts UTF-16 units from the beginning of the text. */
export type ReadMatchers =
  | { readonly ok: readonly Matcher[] }
  | { readonly error: string; readonly at: number }

export const maxMatchers = 64
const maxText = 16_384

/** Read `{foo="bar",baz=~"x|y"}` or the same without braces, as Alertmanager does by default: by the UTF-8 syntax, and by
 *  the classic one where only that fits, or where both fit and mean different things
 *  (prometheus.io/docs/alerting/latest/configuration, "Label matchers"; matcher/compat of its source). */
export function parseMatchers(text: string): ReadMatchers {
  if (text.length > maxText) return { error: `is longer than ${maxText} characters`, at: maxText }
  const modern = parseUtf8Matchers(text)
  const classic = parseClassicMatchers(text)
  if (!('ok' in classic)) return modern
  if (!('ok' in modern)) return classic
  return equal(modern.ok, classic.ok) ? modern : classic
}

const equal = (one: readonly LabelMatcher[], other: readonly LabelMatcher[]) =>
  one.length === other.length &&
  one.every(
    ({ name, operator, value }, i) =>
      name === other[i]!.name && operator === other[i]!.operator && value === other[i]!.value,
  )

/** Names may be any text, quoted where they have white space or one of {}!=~,\"'`. */
export const parseUtf8Matchers = (text: string): ReadMatchers => attempt(() => readUtf8(text))

/** Names are `[a-zA-Z_:][a-zA-Z0-9_:]*`, and a value without quotes runs to the next comma. */
export const parseClassicMatchers = (text: string): ReadMatchers => attempt(() => readClassic(text))

function attempt(read: () => readonly FoundMatcher[]): ReadMatchers {
  try {
    const found = read()
    if (found.length > maxMatchers) return { error: `has more than ${maxMatchers} matchers`, at: 0 }
    const ok: Matcher[] = []
    for (const one of found) {
      const compiled = compileMatcher(one)
      if ('error' in compiled) return { error: compiled.error, at: one.valueAt }
      ok.push(compiled.ok)
    }
    return { ok }
  } catch (error) {
    if (!(error instanceof MatcherProblem)) throw error
    return { error: error.message, at: error.at }
  }
}
