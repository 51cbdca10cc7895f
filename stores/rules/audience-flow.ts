import {
  type AlertTimeRow,
  type AlertTiming,
  type CohortSize,
  hourOf,
} from '../../engine/model/audience-flow.ts'
import type { EpochMs } from '../../engine/model/ids.ts'
import { binOf, dayMs, monthOf } from '../../engine/model/rollup.ts'

/** How far the posts of an alert are looked through for the first that was sent. */
export const maxNotifications = 2
export const maxPostings = 1000

/** An alert, as much of it as is timed. */
export interface TimedAlert {
  readonly severity: AlertTimeRow['severity']
  readonly startsAt: EpochMs
  readonly createdAt: EpochMs
  readonly acknowledgedAt: EpochMs | null
  readonly toldAt: EpochMs | null
}

export function alertTimesOf(alerts: readonly TimedAlert[]): readonly AlertTimeRow[] {
  const rows = new Map<string, AlertTimeRow>()
  const add = (
    { severity, createdAt }: TimedAlert,
    timing: AlertTiming,
    from: EpochMs,
    to: EpochMs | null,
  ) => {
    if (to === null) return
    const bin = binOf(Math.log2(Math.max(1, to - from)))
    const hour = hourOf(createdAt)
    const key = `${hour} ${severity} ${timing} ${bin}`
    rows.set(key, { hour, severity, timing, bin, alerts: 1 + (rows.get(key)?.alerts ?? 0) })
  }
  for (const alert of alerts) {
    add(alert, 'started', alert.startsAt, alert.toldAt)
    add(alert, 'accepted', alert.createdAt, alert.toldAt)
    add(alert, 'acknowledged', alert.createdAt, alert.acknowledgedAt)
  }
  return [...rows.values()]
}

/** `day`: since 1970, UTC. */
export function cohortsOf(
  days: readonly { readonly day: number; readonly people: number }[],
): readonly CohortSize[] {
  const sums = new Map<number, number>()
  for (const { day, people } of days) {
    const cohort = monthOf(day * dayMs)
    sums.set(cohort, people + (sums.get(cohort) ?? 0))
  }
  return [...sums].map(([cohort, people]) => ({ cohort, people }))
}
