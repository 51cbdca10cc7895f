import type { BucketStore } from '../../engine/ports/buckets.ts'

/** Buckets that are taken from another store while the first does not answer. Each change of store opens a limit for one
 *  burst at most. */
export function createFallbackBuckets(first: BucketStore, second: BucketStore): BucketStore {
  return {
    take: (requests, now) => first.take(requests, now).catch(() => second.take(requests, now)),
    // Which of the two is asked next, nobody knows.
    async hold(key, until, now) {
      await Promise.all([first.hold(key, until, now).catch(() => {}), second.hold(key, until, now)])
    },
    heldUntil: (keys, now) => first.heldUntil(keys, now).catch(() => second.heldUntil(keys, now)),
    // What cannot be given back fills up by itself.
    giveBack: (requests, now) => first.giveBack(requests, now).catch(() => {}),
  }
}
