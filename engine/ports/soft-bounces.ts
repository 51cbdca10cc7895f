import type { EpochMs, SubscriberId } from '../model/ids.ts'

/** What somebody's address has against it: `score` as it was at `at` (engine/feedback/score.ts). */
export interface SoftBounce {
  readonly subscriberId: SubscriberId
  readonly score: number
  readonly at: EpochMs
}

/** Bounces that may pass, a row a person. Goes with the person. */
export interface SoftBounceStore {
  get(id: SubscriberId): Promise<SoftBounce | null>
  /** Write what was made of `from` (null: nothing was there). False: something else is there by now, or the person is gone;
   *  nothing was written. */
  put(next: SoftBounce, from: SoftBounce | null): Promise<boolean>
  /** Nothing is held against them any more. Resolves with whether something was. */
  clear(id: SubscriberId): Promise<boolean>
  /** Retention: forget up to `limit` rows that were last written before that time. Resolves with how many; less than `limit`:
   *  there are no more. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
