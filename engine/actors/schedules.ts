import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Campaign, heldReason, isHeld } from '../model/campaign.ts'
import type { CampaignId, EpochMs } from '../model/ids.ts'
import { wallAt, wallText } from '../model/wall-clock.ts'
import type { Calendar } from '../schedule/calendar.ts'
import type { Series } from '../schedule/series.ts'
import type { CampaignActors } from './campaign.ts'

/** Begins with the earliest zone: no zone is further ahead of another. */
const maxAheadMs = 27 * 3_600_000

/** Fires what is due. */
export interface Schedules {
  /** A scheduled campaign: hold it, ask, leave it alone, or start it, for which nobody waits. */
  look(campaign: Campaign): Promise<void>
  /** A running one whose next edition is due meanwhile: that one is skipped. */
  overtaken(campaign: Campaign): Promise<void>
  /** Nothing fires any more. Resolves when what was about to is over. */
  stop(): Promise<void>
}

export function createSchedules(parts: {
  readonly campaigns: CampaignActors
  readonly series: Series
  readonly calendar: Calendar
  readonly calendarZone: string
  /** Start a scheduled campaign that is due. */
  readonly fire: (id: CampaignId) => Promise<unknown>
  /** Why one that is due has to wait for somebody's word, or null. May take half a minute; never rejects. */
  readonly whenDue: (campaign: Campaign, signal: AbortSignal) => Promise<string | null>
  readonly rowOf: (id: CampaignId) => Promise<Campaign | null>
  readonly clock: Clock
  readonly log: Log
}): Schedules {
  const { campaigns, series, calendar, calendarZone, fire, whenDue, rowOf, clock, log } = parts
  const stopping = new AbortController()
  /** Due, and being looked at before they start. */
  const starting = new Map<CampaignId, Promise<void>>()

  /** Someone else may have decided meanwhile: the row does. */
  const stands = (campaign: Campaign, seen: Campaign) =>
    campaign.state === seen.state && campaign.scheduledAt === seen.scheduledAt

  const skip = (seen: Campaign, reason: string) =>
    campaigns.skip(seen.id, async (row) => (stands(row, seen) ? series.pass(row, reason) : null))

  async function hold(campaign: Campaign, until: EpochMs, why: string): Promise<void> {
    const words = `${wallText(wallAt(until, calendarZone))} ${calendarZone}`
    const reason = heldReason(words, why)
    if (campaign.reason !== reason) await campaigns.apply(campaign.id, { type: 'hold', reason })
  }

  async function failed(campaign: Campaign, error: unknown): Promise<void> {
    const { id, repeat } = campaign
    const code = error instanceof BroadsheetError ? error.code : 'E_INTERNAL'
    const why = error instanceof Error ? error.message : String(error)
    if (repeat === null) {
      await campaigns.apply(id, { type: 'break', reason: `could not start: ${why}` })
      return
    }
    // A series outlives an edition. What the store could not do is tried again with the next sweep, until it is overdue;
    // what somebody decided meanwhile stands.
    if (code.startsWith('E_STORE') || code === 'E_STATE' || code === 'E_CONFLICT') {
      log.warn({ campaignId: id, code, reason: why }, 'edition.not_begun')
      return
    }
    await skip(campaign, code === 'E_EXISTS' ? why : `could not begin: ${why}`.slice(0, 500))
  }

  async function start(campaign: Campaign): Promise<void> {
    const { id } = campaign
    const doubt = await whenDue(campaign, stopping.signal)
    const row = await rowOf(id)
    if (stopping.signal.aborted || row === null || !stands(row, campaign)) return
    if (doubt === null) await fire(id).catch((error: unknown) => failed(campaign, error))
    else await campaigns.apply(id, { type: 'hold', reason: doubt })
  }

  return {
    async look(campaign) {
      const { id, scheduledAt, graceMs, reason } = campaign
      const now = clock.now()
      // One with a reason was found overdue before and waits for somebody's word.
      if (scheduledAt === null || (reason !== null && !isHeld(campaign)) || starting.has(id)) return
      if (scheduledAt - now > maxAheadMs) return
      const begins = await series.beginsAt(campaign, scheduledAt)
      if (begins > now) return
      const opens = calendar.opensAt(begins, graceMs, now)
      const blackout = calendar.at(now)
      if (blackout !== null && opens > now) {
        await hold(campaign, blackout.until, blackout.reason)
        return
      }
      // By local time an early zone's moment may be over when it is scheduled: late is what its own zone calls late.
      const late = now - Math.max(opens, scheduledAt)
      if (late > graceMs) {
        const minutes = Math.round(late / 60_000)
        await campaigns.apply(id, {
          type: 'overdue',
          reason: `overdue by ${minutes} min: start, schedule or cancel it`,
        })
        return
      }
      // Beside the sweep: it has leases to keep, and chunks of others to find.
      const work = start(campaign)
        .catch((error: unknown) => log.warn({ campaignId: id, reason: String(error) }, 'schedule.failed'))
        .finally(() => starting.delete(id))
      starting.set(id, work)
    },
    async overtaken(campaign) {
      const { repeat, scheduledAt } = campaign
      if (repeat === null || scheduledAt === null || scheduledAt > clock.now()) return
      await skip(campaign, 'the edition before it was still running')
    },
    async stop() {
      stopping.abort()
      await Promise.all(starting.values())
    },
  }
}
