import type { Selection } from '../model/campaign.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'

/** One recipient to choose for. */
export interface RankRequest {
  /** Interest by topic name, 0 to 1. */
  readonly interests: { readonly [topic: string]: number }
  /** BCP 47; null where it is not known. */
  readonly language: string | null
  /** Ids of items that the recipient was sent before. */
  readonly seen: ReadonlySet<number>
  /** Learned of the recipient: log-odds of a click by topic, 0 for what everybody does. Null where nothing is known. */
  readonly learned: { readonly [topic: string]: number } | null
  /** 32 bits of chance that are this letter's own: the same whenever it is chosen again. */
  readonly seed: number
}

/** Why an item is in a letter, as it can be said to its reader. */
export type Reason =
  | { readonly kind: 'pinned' }
  | { readonly kind: 'follows'; readonly topic: string }
  | { readonly kind: 'popular' }
  | { readonly kind: 'recent' }

export interface Pick {
  /** Into the candidates that the ranker was made with. */
  readonly index: number
  readonly reason: Reason
}

/** Chooses and orders the items of letters.
 *  Invariants: at most `selection.count` picks a request, no candidate twice; with `selection.onlyNew` none
 *  that was seen, not even a pinned one; the pinned come first, in the order of `selection.pinned`. A
 *  request's result depends on nothing but the request: not on its place in a batch, nor on other batches. */
export interface Ranker {
  /** One result a request, in order; pure. Fewer picks than `selection.minimum` are the caller's affair. */
  rank(batch: readonly RankRequest[]): readonly (readonly Pick[])[]
}

/** Called once a publication and thread; what can be computed ahead of the recipients belongs here. */
export type RankerFactory = (candidates: readonly Candidate[], selection: Selection, now: EpochMs) => Ranker
