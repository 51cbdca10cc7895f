import { BroadsheetError, type Issue } from '../errors.ts'
import { type AlertRulesInput, alertRulesInputSchema, type InhibitRuleInput } from '../model/alert-rules.ts'
import { compileInterval, type NamedInterval } from './interval.ts'
import { readMatchers } from './matchers/fields.ts'
import type { Matcher } from './matchers/matcher.ts'
import { compileRoute, type Route, routeSizeIssue } from './route.ts'

/** While an alert that matches `source` fires, those that match `target` and have equal values of the labels `equal` are
 *  held back. */
export interface InhibitRule {
  readonly source: readonly Matcher[]
  readonly target: readonly Matcher[]
  readonly equal: readonly string[]
}

export interface AlertRules {
  readonly root: Route
  readonly inhibitRules: readonly InhibitRule[]
}

/** Reads, inherits, and names all that is wrong, by paths such as `route.routes[0].matchers[1]`. `receivers` are those there
 *  are. */
export function compileRules(
  input: unknown,
  { receivers }: { readonly receivers: ReadonlySet<string> },
): { readonly ok: AlertRules } | { readonly issues: readonly Issue[] } {
  // Before anything that walks down by calling itself.
  const tooLarge = routeSizeIssue(input)
  if (tooLarge !== null) return { issues: [tooLarge] }
  const parsed = alertRulesInputSchema.safeParse(input)
  if (!parsed.success)
    return { issues: parsed.error.issues.map(({ path, message }) => ({ path: jsonPath(path), message })) }
  const issues: Issue[] = []
  const intervals = compileIntervals(parsed.data, issues)
  const root = compileRoute(parsed.data.route, { receivers, intervals, issues })
  const inhibitRules = (parsed.data.inhibit_rules ?? []).map((rule, i) =>
    compileInhibitRule(rule, `inhibit_rules[${i}]`, issues),
  )
  return issues.length > 0 ? { issues } : { ok: { root, inhibitRules } }
}

/** Refuses with E_CONFIG, naming every mistake. */
export function needRules(input: unknown, names: { readonly receivers: ReadonlySet<string> }): AlertRules {
  const compiled = compileRules(input, names)
  if ('ok' in compiled) return compiled.ok
  const { issues } = compiled
  const message = issues.map(({ path, message }) => `${path || 'The rules'}: ${message}`).join(' ')
  throw new BroadsheetError('E_CONFIG', message, { issues })
}

const jsonPath = (path: readonly PropertyKey[]) =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')

function compileIntervals(input: AlertRulesInput, issues: Issue[]): ReadonlyMap<string, NamedInterval> {
  const found = new Map<string, NamedInterval>()
  for (const key of ['mute_time_intervals', 'time_intervals'] as const)
    for (const [i, { name, time_intervals }] of (input[key] ?? []).entries()) {
      const path = `${key}[${i}]`
      if (found.has(name))
        issues.push({ path: `${path}.name`, message: `There is another interval named "${name}".` })
      const intervals = time_intervals.map((one, j) =>
        compileInterval(one, `${path}.time_intervals[${j}]`, issues),
      )
      found.set(name, { name, intervals })
    }
  return found
}

function compileInhibitRule(input: InhibitRuleInput, path: string, issues: Issue[]): InhibitRule {
  const side = (name: 'source' | 'target') =>
    readMatchers(
      {
        [`${name}_match`]: input[`${name}_match`],
        [`${name}_match_re`]: input[`${name}_match_re`],
        [`${name}_matchers`]: input[`${name}_matchers`],
      },
      path,
      issues,
    )
  return { source: side('source'), target: side('target'), equal: [...new Set(input.equal ?? [])] }
}
