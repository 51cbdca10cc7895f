import type { EventType } from './event.ts'
import type { CampaignId, EpochMs, ListId } from './ids.ts'
import type { Membership } from './list.ts'

// Without zod: stores compile and evaluate rules, and a database thread must not carry its 12 MB.

/** What a rule may cost, whoever wrote it. Depth: brackets and `not` within each other. */
export const segmentLimits = {
  characters: 10_000,
  depth: 12,
  nodes: 200,
  /** Nodes of all rules of one audience. */
  together: 1_000,
  /** In one `in (...)`. */
  values: 500,
  /** In one quoted text. */
  text: 500,
  /** Steps of one attribute's path. */
  path: 8,
} as const

/** Fields of a subscriber that hold text. `domain` is what stands behind the "@" of the address. */
export const textFields = ['address', 'domain', 'name', 'language', 'timezone', 'status'] as const
export type TextField = (typeof textFields)[number]
export const timeFields = ['joined', 'updated'] as const
export type TimeField = (typeof timeFields)[number]
export const comparisons = ['=', '<', '<=', '>', '>='] as const
export type Comparison = (typeof comparisons)[number]
export const textMatches = ['contains', 'starts with', 'ends with'] as const
export type TextMatch = (typeof textMatches)[number]
export const spanUnits = ['hours', 'days', 'weeks'] as const
export type SpanUnit = (typeof spanUnits)[number]

/** The way to a value within `attributes`: own keys of plain objects, never an array's index. */
export interface Attribute {
  readonly attribute: readonly string[]
}
export type Scalar = string | number | boolean

/** A time as people say it. Dates are ISO 8601; one without a time is a day in UTC. */
export type When =
  | { readonly within: number; readonly unit: SpanUnit }
  | { readonly before: string }
  /** Of a day: when it is over. */
  | { readonly after: string }
  /** Of a day: from its beginning. */
  | { readonly since: string }

/** A time as stores compare it: from <= t < to. */
export interface Span {
  readonly from: EpochMs | null
  readonly to: EpochMs | null
}

/** A rule over subscribers: plain data, never text of a query. Every node is true or false of everyone, never
 *  unknown: what compares to a missing value, or to one of another type, is false.
 *  - compare: a string equals a string whatever its case; `<` to `>=` are for numbers.
 *  - in: equal to one of the values.
 *  - match: of a string, whatever its case; `contains` of a list: one of its strings equals the text.
 *  - missing: absent or null.
 *  - topic: the weight, 0 where there is none.
 *  - member: of a list, in this membership.
 *  - event: one such event at least. `sent` says that a letter went out. */
export type RuleOf<List, Campaign, Time> =
  | { readonly is: 'everyone' }
  | { readonly is: 'and'; readonly rules: readonly RuleOf<List, Campaign, Time>[] }
  | { readonly is: 'or'; readonly rules: readonly RuleOf<List, Campaign, Time>[] }
  | { readonly is: 'not'; readonly rule: RuleOf<List, Campaign, Time> }
  | {
      readonly is: 'compare'
      readonly field: TextField | Attribute
      readonly op: Comparison
      readonly value: Scalar
    }
  | { readonly is: 'in'; readonly field: TextField | Attribute; readonly values: readonly Scalar[] }
  | {
      readonly is: 'match'
      readonly field: TextField | Attribute
      readonly how: TextMatch
      readonly text: string
    }
  | { readonly is: 'missing'; readonly field: TextField | Attribute }
  | { readonly is: 'time'; readonly field: TimeField | Attribute; readonly when: Time }
  | { readonly is: 'topic'; readonly topic: string; readonly op: Comparison; readonly weight: number }
  | { readonly is: 'member'; readonly list: List; readonly membership: Membership }
  | {
      readonly is: 'event'
      readonly event: EventType
      readonly campaign: Campaign | null
      readonly when: Time | null
    }

/** As it is written and kept: lists and campaigns by name. */
export type Rule = RuleOf<string, string, When>
/** As stores answer it: ids and points in time, so that it means the same whenever it is read again. */
export type ResolvedRule = RuleOf<ListId, CampaignId, Span>

/** A rule that was given a name. */
export interface Segment {
  readonly id: number
  readonly name: string
  readonly title: string
  readonly description: string
  /** As text, in its canonical form. */
  readonly rule: string
  /** The same as data. */
  readonly tree: Rule
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** How texts are compared: composed, and in lower case as Unicode has it (String.prototype.toLowerCase). */
export const foldText = (text: string): string => text.normalize('NFC').toLowerCase()

/** `folded` went through `foldText`. */
export function textFits(text: string, how: TextMatch, folded: string): boolean {
  const own = foldText(text)
  switch (how) {
    case 'contains':
      return own.includes(folded)
    case 'starts with':
      return own.startsWith(folded)
    case 'ends with':
      return own.endsWith(folded)
  }
}

export const dayMs = 86_400_000
const day = /^\d{4}-\d{2}-\d{2}$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/

/** Is this a day, rather than a point in it? */
export const isDay = (text: string): boolean => day.test(text)

/** The milliseconds of an ISO date, or of a date with time and zone; null for anything else. */
export function isoTime(text: string): EpochMs | null {
  if (text.length > 40 || !(day.test(text) || instant.test(text))) return null
  const [year, month, date] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number)
  // Date.parse takes February 30th for March 2nd.
  const midnight = new Date(Date.UTC(2000, month! - 1, date!))
  midnight.setUTCFullYear(year!, month! - 1, date!)
  if (midnight.getUTCMonth() !== month! - 1 || midnight.getUTCDate() !== date) return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}

/** Every node of a rule, the outer ones first. */
export function walkRule<L, C, T>(rule: RuleOf<L, C, T>, visit: (node: RuleOf<L, C, T>) => void): void {
  visit(rule)
  if (rule.is === 'and' || rule.is === 'or') for (const one of rule.rules) walkRule(one, visit)
  else if (rule.is === 'not') walkRule(rule.rule, visit)
}
