import type { Alert } from './alert.ts'
import type { Campaign } from './campaign.ts'
import type { DeliveryCounts } from './delivery.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { CampaignId, EpochMs, PublicationId } from './ids.ts'
import type { Notification } from './notification.ts'
import type { PublicationState } from './publication.ts'
import type { BounceClass } from './rollup.ts'
import type { Silence } from './silence.ts'

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

/** A way out as it is now, on this node. */
export interface ChannelFigures {
  readonly name: string
  /** The kind of channel. */
  readonly type: string
  /** Of its breaker; `detail` says why it is not closed, null where it is. */
  readonly state: ChannelState
  readonly detail: string | null
  /** `mime`: takes letters. `note`: takes posts. */
  readonly content: 'mime' | 'note'
  /** Names of the places that posts can go to. */
  readonly rooms: readonly string[]
  /** How it reaches one person: at their own address, or by a contact that their follow names; null: not at all. */
  readonly people: 'address' | 'contact' | null
  readonly maxInFlight: number
  /** By the settings (limits.channel); null: as fast as it goes. */
  readonly perSecond: number | null
  /** Which channels carry its letters while it is broken off, in their order. */
  readonly standIns: readonly string[]
  /** What servers asked to be sent more slowly; `domain` null: the whole channel. */
  readonly slowed: readonly { readonly domain: string | null; readonly perSecond: number }[]
}

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
  /** It was made, or ended by hand. When it begins and ends by itself, its times say. */
  | {
      readonly type: 'silence.changed'
      readonly silence: Pick<Silence, 'id' | 'startsAt' | 'endsAt'>
    }
  /** `late`: nothing was heard of it for too long; `back`: it is heard again. That it is heard in time is no news. */
  | {
      readonly type: 'heartbeat.changed'
      readonly heartbeat: Pick<Heartbeat, 'id' | 'name'>
      readonly change: 'made' | 'changed' | 'removed' | 'late' | 'back'
    }
  /** It is committed, and on its way to as many. */
  | {
      readonly type: 'notification.told'
      readonly notification: Pick<Notification, 'id' | 'reason' | 'audience'>
    }
  /** What happened to their letters has been counted on: their numbers are others now. At most one a second. */
  | { readonly type: 'analytics.counted'; readonly publicationIds: readonly PublicationId[] }
