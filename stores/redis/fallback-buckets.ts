import type { BucketStore } from '../../engine/ports/buckets.ts'

/** Buckets that are taken from another store while the first does not answer. Each change of store opens a limit for one
 *  burst at most. */
export function createFallbackBuckets(first: BucketStore, second: BucketStore): BucketStore {
  return {
    take: (requests, now) => first.take(requests, now).catch(() => second.take(requests, now)),
    // What cannot be given back fills up by itself.
    giveBack: (requests, now) => first.giveBack(requests, now).catch(() => {}),
  }
}
