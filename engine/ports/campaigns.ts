import type { Campaign, CampaignInput, CampaignState } from '../model/campaign.ts'
import type { CampaignId, EpochMs, Page, PublicationId } from '../model/ids.ts'
import type { Publication, PublicationSpec, PublicationState } from '../model/publication.ts'
import type { Edition, SkippedEdition } from '../model/schedule.ts'
import type { TraceParent } from '../model/trace.ts'

export interface CampaignChange {
  readonly state: CampaignState
  readonly reason: string | null
  readonly scheduledAt: EpochMs | null
  /** Kept with it until its settings are written anew; absent: what is kept stays. */
  readonly trace?: TraceParent
  /** As `trace`. */
  readonly excused?: readonly string[]
  /** Due times let go by: noted in the same transaction. One that is noted already stays as it is. */
  readonly skipped?: readonly SkippedEdition[]
  /** Its present publication moves with it, in the same transaction. One that is still being planned stays so where this
   *  says `running` or `paused`: the end of its plan reads what the campaign is by then. */
  readonly publication?: { readonly state: PublicationState; readonly finishedAt: EpochMs | null }
}

export interface CampaignQuery {
  /** The id that the page begins behind: above it, or with `newestFirst` below it. 0: from the start. */
  readonly after: number
  readonly limit: number
  /** By id, falling; the default is rising. */
  readonly newestFirst?: boolean
  readonly state?: CampaignState
  /** Part of the name, the title or the name of one of its lists, as `foldText` compares them. */
  readonly search?: string
}

/** Campaigns and their runs. Every write names the version it read and is refused with E_CONFLICT when
 *  that is no longer the present one; E_NOT_FOUND when there is none. */
export interface CampaignStore {
  /** State `draft`. Rejects with E_EXISTS when the name is taken. */
  insert(input: CampaignInput, now: EpochMs): Promise<Campaign>
  update(id: CampaignId, version: number, input: CampaignInput, now: EpochMs): Promise<Campaign>
  change(id: CampaignId, version: number, change: CampaignChange, now: EpochMs): Promise<Campaign>
  /** In one transaction: a publication in state `planning`, and the campaign `running` on it. With `edition`, also the
   *  edition of that due time (refused with E_EXISTS when it was begun or skipped before), the due times that
   *  are let go by with it, and the next one (`scheduledAt`). */
  start(
    id: CampaignId,
    version: number,
    run: {
      readonly spec: PublicationSpec
      readonly month: number
      readonly edition?: {
        readonly dueAt: EpochMs
        readonly next: EpochMs | null
        readonly skipped: readonly SkippedEdition[]
      }
    },
    now: EpochMs,
  ): Promise<{ readonly campaign: Campaign; readonly publication: Publication }>
  get(id: CampaignId): Promise<Campaign | null>
  byName(name: string): Promise<Campaign | null>
  page(query: CampaignQuery): Promise<Page<Campaign>>
  /** Only drafts: false otherwise. */
  remove(id: CampaignId): Promise<boolean>
}

export interface PublicationStore {
  get(id: PublicationId): Promise<Publication | null>
  /** Without `spec`, which may be large. Newest first: `after` is the last id seen, 0 to begin. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly campaignId?: CampaignId
    readonly state?: PublicationState
  }): Promise<Page<Omit<Publication, 'spec'>>>
}

/** The due times of recurring campaigns and what became of them. Written by `CampaignStore`. */
export interface EditionStore {
  /** Newest due first: `after` is the `dueAt` of the last one seen, 0 to begin. */
  page(query: {
    readonly campaignId: CampaignId
    readonly after: number
    readonly limit: number
  }): Promise<Page<Edition>>
  /** How many were begun, and the latest due time that is noted. */
  sum(campaignId: CampaignId): Promise<{ readonly begun: number; readonly lastDueAt: EpochMs | null }>
}
