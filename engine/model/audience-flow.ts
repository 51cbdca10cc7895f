// Without zod: the stores' threads keep these.
import type { Severity } from './alert.ts'
import type { ConsentKind } from './consent.ts'
import type { EpochMs, ListId } from './ids.ts'
import type { SubscriberStatus } from './subscriber.ts'

/** Hours since 1970, UTC. */
export const hourOf = (at: EpochMs): number => Math.floor(at / hourMs)
export const hourMs = 3_600_000

/** How many consent events said so. `from` null: of people who were not known before. Who comes to the audience and who leaves it is told by
 *  `from` and `to`, and by what by `kind`. */
export interface FlowRow {
  readonly hour: number
  readonly kind: ConsentKind
  readonly from: SubscriberStatus | null
  readonly to: SubscriberStatus
  readonly n: number
}

/** How many people there were at the beginning of an hour, by their status. `listId` null: all there are; else those who are on that list, which
 *  neither those are who left it nor those who have not confirmed it yet. */
export interface SizeRow {
  readonly hour: number
  readonly listId: ListId | null
  readonly status: SubscriberStatus
  readonly people: number
}

/** Everybody who joined in a month (`YYYYMM`, UTC), whatever became of them since. */
export interface CohortSize {
  readonly cohort: number
  readonly people: number
}

/** Three durations of an alert. `started`: from what its source says it began to the first post of it that was sent. `accepted`: from when
 *  it came in to that post. `acknowledged`: from when it came in to when somebody said so. */
export const alertTimings = ['started', 'accepted', 'acknowledged'] as const
export type AlertTiming = (typeof alertTimings)[number]

/** Alerts that came in within an hour and took 2^(bin / 4) to 2^((bin + 1) / 4) milliseconds: a duration is known to within a fifth. */
export interface AlertTimeRow {
  readonly hour: number
  readonly severity: Severity
  readonly timing: AlertTiming
  readonly bin: number
  readonly alerts: number
}
