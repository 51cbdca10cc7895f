import type { EpochMs } from '../../model/ids.ts'
import type { ResolvedRule, Rule } from '../../model/segment.ts'
import type { Store } from '../../ports/store.ts'
import { parseRule } from './parse.ts'
import { printRule } from './print.ts'
import type { SegmentProblem } from './problem.ts'
import { resolveRule } from './resolve.ts'

export type CheckedRule =
  | {
      readonly ok: ResolvedRule
      /** Canonical. */
      readonly rule: string
      readonly tree: Rule
    }
  | { readonly problems: readonly SegmentProblem[] }

/** Read a rule and look up what it names. */
export async function checkRule(
  store: Pick<Store, 'lists' | 'campaigns'>,
  text: string,
  now: EpochMs,
): Promise<CheckedRule> {
  const read = parseRule(text)
  if ('problem' in read) return { problems: [read.problem] }
  const result = await resolveRule(store, read.ok, now)
  if ('ok' in result) return { ok: result.ok, rule: printRule(read.ok), tree: read.ok }
  return {
    problems: result.missing.map(({ rule, message }) => ({
      ...(read.places.get(rule) ?? { line: 1, column: 1, length: 1 }),
      message,
    })),
  }
}
