import type { Clock } from '../clock.ts'
import type { Campaign } from '../model/campaign.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { EpochMs, PublicationId } from '../model/ids.ts'
import type { Progress } from '../model/progress.ts'
import type { Store } from '../ports/store.ts'
import type { Calendar } from '../schedule/calendar.ts'
import type { Pace } from './pace.ts'

/** How campaigns stand. */
export interface CampaignProgress {
  /** As the store says it. Null: it never ran. */
  of(campaign: Campaign, pace: Pace | null): Promise<Progress | null>
  /** Of one that runs here, without asking the store. */
  running(campaign: Campaign, id: PublicationId, counts: DeliveryCounts, pace: Pace): Progress
}

export function createCampaignProgress(parts: {
  readonly store: Pick<Store, 'deliveries' | 'publications'>
  readonly calendar: Calendar
  readonly clock: Clock
}): CampaignProgress {
  const { store, calendar, clock } = parts

  async function of(campaign: Campaign, pace: Pace | null): Promise<Progress | null> {
    if (campaign.publicationId === null) return null
    const counts = await store.deliveries.counts(campaign.publicationId)
    const state = await stateOf(campaign)
    const wave =
      state === 'running' ? await store.deliveries.waitsUntil(campaign.publicationId, clock.now()) : null
    return progressWith(campaign, campaign.publicationId, state, counts, pace, waitOf(state, wave))
  }

  async function stateOf(campaign: Campaign): Promise<Progress['state']> {
    if (campaign.repeat !== null && campaign.state !== 'running') {
      const [last] = (await store.publications.page({ after: 0, limit: 1, campaignId: campaign.id })).rows
      if (last !== undefined) return last.state
    }
    return campaign.state === 'draft' || campaign.state === 'scheduled' ? 'planning' : campaign.state
  }

  /** What holds a run up, besides channels and limits. */
  function waitOf(
    state: Progress['state'],
    wave: EpochMs | null,
  ): Pick<Progress, 'waitingUntil' | 'waitingFor'> {
    const blackout = state === 'running' ? calendar.at(clock.now()) : null
    if (blackout !== null)
      return { waitingUntil: blackout.until, waitingFor: `black-out: ${blackout.reason}` }
    return { waitingUntil: wave, waitingFor: wave === null ? null : "the recipients' local time" }
  }

  return {
    of,
    running: (campaign, id, counts, pace) =>
      progressWith(campaign, id, 'running', counts, pace, waitOf('running', null)),
  }
}

function progressWith(
  campaign: Campaign,
  publicationId: PublicationId,
  state: Progress['state'],
  counts: DeliveryCounts,
  pace: Pace | null,
  wait: Pick<Progress, 'waitingUntil' | 'waitingFor'>,
): Progress {
  const perSecond = state === 'running' && pace ? Math.round(pace.perSecond()) : 0
  const left = counts.queued + counts.handing
  return {
    campaignId: campaign.id,
    publicationId,
    state,
    counts,
    perSecond,
    remainingMs: perSecond > 0 ? Math.round((left / perSecond) * 1000) : null,
    p95LetterMs: pace?.p95LetterMs() ?? null,
    ...wait,
  }
}
