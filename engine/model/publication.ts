import type { CampaignInput, Selection, Sender, UncertainPolicy } from './campaign.ts'
import type { DeliveryCounts } from './delivery.ts'
import type { CampaignId, EpochMs, ItemId, Json, ListId, PublicationId } from './ids.ts'
import type { FrozenRanking } from './ranking.ts'
import type { ResolvedRule } from './segment.ts'
import type { TemplateBundle } from './template.ts'
import type { RunTrace } from './trace.ts'

/** planning: the audience is being cut into chunks; nothing is sent yet. `cancelled` and `failed` are final. */
export const publicationStates = ['planning', 'running', 'paused', 'finished', 'cancelled', 'failed'] as const
export type PublicationState = (typeof publicationStates)[number]

/** An item as letters see it. */
export interface Candidate {
  readonly id: ItemId
  /** The item's key: what `selection.pinned` names. */
  readonly key: string
  readonly title: string
  readonly url: string
  readonly summary: string
  readonly imageUrl: string | null
  readonly author: string | null
  readonly language: string | null
  readonly topics: readonly string[]
  readonly popularity: number
  readonly publishedAt: EpochMs
}

/** All that its letters are made from, frozen at the start, so that a crash, an edit or another node
 *  changes nothing in what goes out. */
export interface PublicationSpec {
  readonly campaign: { readonly id: CampaignId; readonly name: string; readonly title: string }
  readonly bundle: TemplateBundle
  readonly subject: string | null
  readonly sender: Sender
  readonly channel: string
  readonly listIds: readonly ListId[]
  readonly excludeListIds: readonly ListId[]
  /** Read once, when the audience is planned; see audience.ts. */
  readonly segments: readonly ResolvedRule[]
  readonly excludeSegments: readonly ResolvedRule[]
  readonly publications: readonly PublicationId[]
  readonly excludePublications: readonly PublicationId[]
  /** List-Id (RFC 2919): the first list's name and title; the campaign's own where it has no list. */
  readonly list: { readonly name: string; readonly title: string }
  readonly selection: Selection
  readonly candidates: readonly Candidate[]
  /** Titles of the topics that candidates carry. */
  readonly topics: { readonly [name: string]: string }
  readonly data: { readonly [key: string]: Json }
  readonly uncertain: UncertainPolicy
  readonly onceKey: string | null
  readonly retryUntil: EpochMs
  readonly autoPauseShare: number
  readonly autoPauseAfter: number
  readonly language: string
  readonly timeZone: string
  /** Each recipient's letter goes out when their own clocks show this (a `WallMs`); null, or absent in publications from
   *  before it was known: everybody's at once. Those without a zone go by `timeZone`. */
  readonly localTime?: number | null
  readonly ignoreCaps?: boolean
  /** What is tracked where readers allow it. Absent in publications from before it was known: nothing. */
  readonly tracking?: { readonly links: boolean; readonly opens: boolean }
  /** Earlier publications with a candidate in common: their picks are what a recipient already had. */
  readonly earlier: readonly PublicationId[]
  /** The `now` of the ranking: what a letter holds does not depend on when its batch is rendered. */
  readonly startedAt: EpochMs
  /** Absent: by declared interest alone. */
  readonly ranking?: FrozenRanking
  /** Absent in publications from before it was known. */
  readonly trace?: RunTrace
}

/** One run of a campaign. */
export interface Publication {
  readonly id: PublicationId
  readonly campaignId: CampaignId
  /** `YYYYMM` of its start; partitions of delivery and events are made by it. */
  readonly month: number
  readonly state: PublicationState
  readonly spec: PublicationSpec
  readonly counts: DeliveryCounts
  readonly createdAt: EpochMs
  readonly finishedAt: EpochMs | null
}

export type CampaignSettings = CampaignInput
