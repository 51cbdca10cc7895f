import { BroadsheetError } from '../errors.ts'
import type { Campaign } from '../model/campaign.ts'
import type { CampaignId, EpochMs, Page } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'
import type { Blackout, Calendar } from './calendar.ts'
import { nextDue } from './recurrence.ts'
import type { Series } from './series.ts'

/** Something that will go out. */
export interface AgendaEntry {
  readonly campaignId: CampaignId
  readonly name: string
  readonly title: string
  /** As scheduled. */
  readonly dueAt: EpochMs
  /** When it really begins: with the earliest zone, or at the end of a black-out. */
  readonly beginsAt: EpochMs
  /** Of the edition, if none before it is skipped; null where it cannot be told, and for a campaign that comes out
   *  once. */
  readonly number: number | null
  /** It goes by each recipient's own clock. */
  readonly localTime: boolean
  /** Why it begins later than it is due, or waits for somebody's word. */
  readonly reason: string | null
}

export interface Agenda {
  readonly entries: readonly AgendaEntry[]
  /** True when there are more than are listed. */
  readonly more: boolean
  readonly blackouts: readonly Blackout[]
}

const maxSpanMs = 400 * 86_400_000
const maxEntries = 500
const pageSize = 200

/** All firings of scheduled, running and paused campaigns that are due between `from` and `until`, and the black-outs
 *  there. Paused series are listed with that as their reason: they go out if somebody resumes them before. */
export async function agendaOf(
  parts: {
    readonly store: Pick<Store, 'campaigns' | 'editions'>
    readonly calendar: Calendar
    readonly series: Series
  },
  { from, until }: { readonly from: EpochMs; readonly until: EpochMs },
): Promise<Agenda> {
  const { store, calendar, series } = parts
  if (until < from || until - from > maxSpanMs)
    throw new BroadsheetError('E_INPUT', '"until" must be after "from", and within 400 days of it.', {
      issues: [{ path: 'until', message: 'must be after "from", and within 400 days of it' }],
    })
  const entries: AgendaEntry[] = []
  let more = false

  const add = async (campaign: Campaign, dueAt: EpochMs, number: number | null): Promise<void> => {
    const { id, name, title, state, reason } = campaign
    const begins = await series.beginsAt(campaign, dueAt)
    const opens = calendar.opensAt(begins, 0, begins)
    const blackout = opens > begins ? calendar.at(begins) : null
    const why = dueAt === campaign.scheduledAt || state === 'paused' ? reason : null
    entries.push({
      campaignId: id,
      name,
      title,
      dueAt,
      beginsAt: opens,
      number,
      localTime: series.wallOf(campaign, dueAt) !== null,
      reason: why ?? (blackout && `black-out: ${blackout.reason}`),
    })
  }

  async function list(campaign: Campaign): Promise<void> {
    const { id, repeat, scheduledAt, state } = campaign
    // One that comes out once and runs has its time behind it.
    if (scheduledAt === null || (repeat === null && state !== 'scheduled')) return
    if (repeat === null) {
      if (scheduledAt >= from && scheduledAt <= until) await add(campaign, scheduledAt, null)
      return
    }
    const { begun } = await store.editions.sum(id)
    // What comes before the span is jumped over, and with it the count: a schedule may come due every minute.
    let due: EpochMs | null = scheduledAt < from ? nextDue(repeat, from - 1, begun) : scheduledAt
    const counted = due === scheduledAt
    for (let number = begun + 1; due !== null && due <= until; number++) {
      if (entries.length >= maxEntries) {
        more = true
        return
      }
      const opens = calendar.opensAt(due, 0, due)
      await add(campaign, due, counted ? number : null)
      // The others that come due in the same black-out are skipped when this one begins.
      const end: EpochMs = Math.max(due, opens)
      due = nextDue(repeat, end, number)
    }
  }

  for (const state of ['scheduled', 'running', 'paused'] as const)
    for (let after: number | null = 0; after !== null; ) {
      const page: Page<Campaign> = await store.campaigns.page({ after, limit: pageSize, state })
      for (const campaign of page.rows) await list(campaign)
      after = page.next
    }
  entries.sort((a, b) => a.beginsAt - b.beginsAt || a.dueAt - b.dueAt || a.campaignId - b.campaignId)
  return { entries, more, blackouts: calendar.between(from, until) }
}
