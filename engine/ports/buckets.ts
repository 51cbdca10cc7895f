import type { EpochMs } from '../model/ids.ts'

export interface BucketRequest {
  /** e.g. `domain:example.org`. */
  readonly key: string
  readonly perSecond: number
  /** How many may go at once after a quiet time; at least 1. */
  readonly burst: number
  readonly want: number
}
export interface BucketGrant {
  readonly granted: number
  /** When at least one more may be granted; `now` when all were. */
  readonly nextAt: EpochMs
}

/** Token buckets by GCRA (ITU-T I.371): one theoretical arrival time a key, kept over restarts, so that a
 *  crash never opens a limit. A request is granted in part where it cannot be granted whole. */
export interface BucketStore {
  /** Grants in the requests' order, all in one transaction. */
  take(requests: readonly BucketRequest[], now: EpochMs): Promise<readonly BucketGrant[]>
  /** Give back what was granted and not used. */
  giveBack(requests: readonly BucketRequest[], now: EpochMs): Promise<void>
  /** Let `take` grant nothing of this bucket before `until`. Of two holds the one that ends later stays. */
  hold(key: string, until: EpochMs, now: EpochMs): Promise<void>
  /** When the holds of these end, in the keys' order; null where there is none, or it is over. Writes nothing. */
  heldUntil(keys: readonly string[], now: EpochMs): Promise<readonly (EpochMs | null)[]>
}
