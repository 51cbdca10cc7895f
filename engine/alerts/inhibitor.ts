import { type Labels, labelOf } from '../model/alert.ts'
import { matchesAll } from './matchers/matcher.ts'
import type { AlertRules, InhibitRule } from './rules.ts'

/** Knows which alerts fire. A question costs a look-up a rule, however many those are. */
export interface Inhibitor {
  /** An alert fires; again, also with other labels, is fine. Silenced and inhibited ones inhibit too. */
  fire(key: string, labels: Labels): void
  /** It is over. One that was not known is fine. */
  resolve(key: string): void
  /** The key of a firing alert that holds these labels back; null when none does. */
  inhibitedBy(labels: Labels): string | null
}

/** The keys of firing sources with the same values of `equal`. An alert that matches both sides of a rule is not held back
 *  by another one (or itself) that does, so those that match but one side are kept apart. */
interface Sources {
  readonly all: Set<string>
  readonly oneSided: Set<string>
}

interface Place {
  readonly rule: number
  readonly values: string
}

/** Alertmanager's rules (inhibit.Inhibitor): a label that neither has is equal, too. */
export function createInhibitor({ inhibitRules }: Pick<AlertRules, 'inhibitRules'>): Inhibitor {
  const sources = inhibitRules.map(() => new Map<string, Sources>())
  const places = new Map<string, readonly Place[]>()
  const valuesOf = ({ equal }: InhibitRule, labels: Labels) =>
    JSON.stringify(equal.map((name) => labelOf(labels, name)))

  function resolve(key: string): void {
    for (const { rule, values } of places.get(key) ?? []) {
      const found = sources[rule]!.get(values)!
      found.all.delete(key)
      found.oneSided.delete(key)
      if (found.all.size === 0) sources[rule]!.delete(values)
    }
    places.delete(key)
  }

  return {
    resolve,
    fire(key, labels) {
      resolve(key)
      const found: Place[] = []
      for (const [i, rule] of inhibitRules.entries()) {
        if (!matchesAll(rule.source, labels)) continue
        const values = valuesOf(rule, labels)
        let at = sources[i]!.get(values)
        if (at === undefined) {
          at = { all: new Set(), oneSided: new Set() }
          sources[i]!.set(values, at)
        }
        at.all.add(key)
        if (!matchesAll(rule.target, labels)) at.oneSided.add(key)
        found.push({ rule: i, values })
      }
      if (found.length > 0) places.set(key, found)
    },
    inhibitedBy(labels) {
      for (const [i, rule] of inhibitRules.entries()) {
        if (sources[i]!.size === 0 || !matchesAll(rule.target, labels)) continue
        const at = sources[i]!.get(valuesOf(rule, labels))
        if (at === undefined) continue
        const [first] = matchesAll(rule.source, labels) ? at.oneSided : at.all
        if (first !== undefined) return first
      }
      return null
    },
  }
}
