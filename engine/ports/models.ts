import type { TrackingConsent } from '../model/consent.ts'
import type { DeliveryEvent } from '../model/event.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'

/** A version of what was learned over all readers, without its weights. */
export interface ModelHead {
  /** Counts from 1; never given twice. */
  readonly version: number
  readonly at: EpochMs
  /** For people: what it was made of. */
  readonly note: string
  /** New publications begin with it. At most one is. */
  readonly active: boolean
}

/** What the learner goes on from. */
export interface ModelDraft {
  /** Rises with every write: whoever read another one must read again. */
  readonly revision: number
  /** The last event that was learned from; 0: none. */
  readonly cursor: number
  /** JSON; null: nothing was learned yet. */
  readonly state: string | null
}

/** One letter to one reader, by what happened to it. */
export interface ReadLetter {
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  /** Null: it is not known any more, or held no items. */
  readonly picks: Uint8Array | null
  readonly language: string | null
  /** Declared interests. */
  readonly topics: { readonly [topic: string]: number }
  readonly tracking: TrackingConsent
  /** As `Affinity.tallies`; null: nothing was learned of them. */
  readonly tallies: string | null
  /** Its opens and clicks, with corrections, by id. */
  readonly reads: readonly Pick<DeliveryEvent, 'id' | 'at' | 'type' | 'class' | 'was' | 'link'>[]
}

/** What was learned of one reader. Both are JSON. */
export interface Affinity {
  readonly subscriberId: SubscriberId
  /** For letters, `learned` of `RecipientsJson`: topic -> weight. */
  readonly weights: string
  /** For the learner. */
  readonly tallies: string
}

/** What is learned from readers: weights in versions, and a draft of the next one. */
export interface ModelStore {
  draft(): Promise<ModelDraft>
  /** Letters, in any order, with what happened to them up to the event `upTo`. Those of nobody, or of somebody erased, are left out. */
  letters(
    which: readonly Pick<ReadLetter, 'publicationId' | 'subscriberId'>[],
    upTo: number,
  ): Promise<readonly ReadLetter[]>
  /** One transaction, by which learning from an event twice is impossible: the draft moves from `revision` to the next one, with its
   *  cursor and state; affinities replace those that were there, but nothing is kept of the erased, and of those who allow no
   *  tracking; with `snapshot` the state, which must be given, is a new version, too, and active. False when the draft has moved on: nothing
   *  was written. */
  commit(change: {
    readonly revision: number
    readonly cursor: number
    /** Null: as it was. */
    readonly state: string | null
    readonly affinities: readonly Affinity[]
    readonly snapshot: { readonly note: string } | null
    readonly now: EpochMs
  }): Promise<boolean>
  /** The active one, or the one of that version; null: there is none. */
  get(version: number | 'active'): Promise<(ModelHead & { readonly state: string }) | null>
  /** All, newest first. */
  list(): Promise<readonly ModelHead[]>
  /** Go back: this version is active, and what is learned next goes on from it. False when there is none. */
  activate(version: number, now: EpochMs): Promise<boolean>
  /** Retention: keep the newest `keep` versions, the active one and those of `except`. Resolves with how many are gone. */
  prune(query: { readonly keep: number; readonly except: readonly number[] }): Promise<number>
  /** Retention: forget up to `limit` affinities that were last changed before that time. */
  forget(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
