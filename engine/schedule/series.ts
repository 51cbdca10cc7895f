import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import type { Campaign } from '../model/campaign.ts'
import type { EpochMs } from '../model/ids.ts'
import type { SkippedEdition } from '../model/schedule.ts'
import { type WallMs, wallAt } from '../model/wall-clock.ts'
import type { Store } from '../ports/store.ts'
import type { Calendar } from './calendar.ts'
import { letGo, nextDue } from './recurrence.ts'
import { waveSpan } from './waves.ts'

/** Due times that are let go by, and the next one. */
export interface Pass {
  readonly skipped: readonly SkippedEdition[]
  readonly next: EpochMs | null
}

/** What a start begins. `dueAt` null: a campaign that comes out once. `wall`: by each recipient's own clock. */
export interface Firing extends Pass {
  readonly dueAt: EpochMs | null
  readonly wall: WallMs | null
}

/** When campaigns come out: what follows from a row, the editions so far, the clock and the calendar. Decides nothing
 *  and writes nothing. */
export interface Series {
  /** When the first recipient of a scheduled one is due: its time, or by local time the earliest zone's. */
  beginsAt(campaign: Campaign, scheduledAt: EpochMs): Promise<EpochMs>
  /** The wall time that recipients' clocks have to show; null: everybody at the same moment. */
  wallOf(campaign: Campaign, scheduledAt: EpochMs): WallMs | null
  /** What a start now begins. By its schedule: the edition that is due. By hand: that, if one is due, and what was
   *  missed since is let go by; else one more edition, now. */
  firing(campaign: Campaign, by: 'schedule' | 'hand'): Promise<Firing>
  /** The first due time from `from` on that is not over yet. Refuses with E_STATE when none is left. */
  first(campaign: Campaign, from: EpochMs): Promise<EpochMs>
  /** Let the next due time go by, and those after it up to now. */
  pass(campaign: Campaign, reason: string): Promise<Pass>
  /** Take up a series that was paused. */
  takeUp(campaign: Campaign): Promise<Pass>
}

export function createSeries(parts: {
  readonly store: Pick<Store, 'editions' | 'deliveries'>
  readonly calendar: Calendar
  readonly clock: Clock
}): Series {
  const { store, calendar, clock } = parts

  const wallOf: Series['wallOf'] = ({ deliverAt, repeat, timeZone }, scheduledAt) =>
    deliverAt === 'local-time' ? wallAt(scheduledAt, repeat?.timeZone ?? timeZone) : null

  const beginsAt: Series['beginsAt'] = async (campaign, scheduledAt) => {
    const wall = wallOf(campaign, scheduledAt)
    if (wall === null) return scheduledAt
    return waveSpan(wall, await store.deliveries.timeZones(), campaign.timeZone).first
  }

  const pass: Series['pass'] = async ({ id, name, repeat, scheduledAt }, reason) => {
    if (repeat === null) return { skipped: [], next: null }
    if (scheduledAt === null)
      throw new BroadsheetError('E_STATE', `Campaign "${name}" has no due time left that could be skipped.`)
    const { begun } = await store.editions.sum(id)
    const { skipped, next } = letGo(repeat, scheduledAt, Math.max(scheduledAt, clock.now()), begun, reason)
    return { skipped: [{ dueAt: scheduledAt, reason }, ...skipped], next }
  }

  return {
    beginsAt,
    wallOf,
    async firing(campaign, by) {
      const { id, repeat, state, scheduledAt, graceMs } = campaign
      const now = clock.now()
      const due = state === 'scheduled' && scheduledAt !== null ? scheduledAt : null
      const begins = due === null ? null : await beginsAt(campaign, due)
      if (due === null || begins === null || begins > now) {
        if (repeat === null) return { dueAt: null, wall: null, next: null, skipped: [] }
        const { begun } = await store.editions.sum(id)
        const next = nextDue(repeat, now, begun + 1)
        return { dueAt: now, wall: null, next: next && (due ?? next), skipped: [] }
      }
      const wall = wallOf(campaign, due)
      if (repeat === null) return { dueAt: null, wall, next: null, skipped: [] }
      const { begun } = await store.editions.sum(id)
      const opens = calendar.opensAt(begins, graceMs, now)
      const [end, reason] =
        by === 'hand'
          ? [Math.max(due, now), 'missed while the edition before it waited']
          : [opens > begins ? Math.max(due, opens) : due, 'in the black-out that held the edition before it']
      return { dueAt: due, wall, ...letGo(repeat, due, end, begun + 1, reason) }
    },
    async first({ id, name, repeat }, from) {
      const { begun, lastDueAt } = await store.editions.sum(id)
      const next = repeat && nextDue(repeat, Math.max(from - 1, lastDueAt ?? 0), begun)
      if (next === null)
        throw new BroadsheetError(
          'E_STATE',
          `Campaign "${name}" has no due time left: raise "repeat.count" or "repeat.until".`,
        )
      return next
    },
    pass,
    async takeUp(campaign) {
      const { repeat, scheduledAt } = campaign
      if (repeat === null || scheduledAt === null || scheduledAt > clock.now())
        return { skipped: [], next: scheduledAt }
      return pass(campaign, 'the series was paused')
    },
  }
}
