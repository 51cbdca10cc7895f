import type { Alert } from './alert.ts'
import type { Campaign } from './campaign.ts'
import type { DeliveryCounts } from './delivery.ts'
import type { CampaignId, EpochMs, PublicationId } from './ids.ts'
import type { Notification } from './notification.ts'
import type { PublicationState } from './publication.ts'
import type { BounceClass } from './rollup.ts'

/** How far a run has come. */
export interface Progress {
  readonly campaignId: CampaignId
  readonly publicationId: PublicationId
  readonly state: PublicationState
  readonly counts: DeliveryCounts
  /** Letters settled a second, over the last ten seconds; 0 when nothing runs. */
  readonly perSecond: number
  /** Until the queue is empty at that rate; null when unknown. */
  readonly remainingMs: number | null
  /** 95th percentile over this process's letters of what one took, milliseconds: its share of its batch's
   *  rendering and its own time on the wire, within a quarter. Null before the first. */
  readonly p95LetterMs: number | null
  /** Nothing goes out before then, and why: a black-out, or the recipients' own clocks. Null: nothing waits. */
  readonly waitingUntil: EpochMs | null
  readonly waitingFor: string | null
}

export type ChannelState = 'closed' | 'open' | 'half-open'

/** What listeners hear, in order. Ids and counts, never bodies. */
export type Fact =
  | {
      readonly type: 'campaign.changed'
      readonly campaign: Pick<Campaign, 'id' | 'name' | 'state' | 'reason' | 'version'>
    }
  | { readonly type: 'publication.progress'; readonly progress: Progress }
  /** A due time of a recurring campaign was let go by. */
  | {
      readonly type: 'edition.skipped'
      readonly campaign: Pick<Campaign, 'id' | 'name'>
      readonly dueAt: EpochMs
      readonly reason: string
    }
  | {
      readonly type: 'channel.changed'
      readonly channel: string
      readonly state: ChannelState
      readonly detail: string | null
    }
  /** A domain, or with null the whole channel, asked for less. `perSecond`: what goes there now, from the node that says so. */
  | {
      readonly type: 'channel.slowed'
      readonly channel: string
      readonly domain: string | null
      readonly perSecond: number
    }
  /** A letter that was taken did not arrive after all. */
  | { readonly type: 'letter.returned'; readonly publicationId: PublicationId; readonly class: BounceClass }
  | {
      readonly type: 'alert.changed'
      readonly alert: Pick<Alert, 'id' | 'key' | 'state' | 'severity' | 'title' | 'version'>
    }
  /** It is committed, and on its way to as many. */
  | {
      readonly type: 'notification.told'
      readonly notification: Pick<Notification, 'id' | 'reason' | 'audience'>
    }
  /** What happened to their letters has been counted on: their numbers are others now. At most one a second. */
  | { readonly type: 'analytics.counted'; readonly publicationIds: readonly PublicationId[] }
