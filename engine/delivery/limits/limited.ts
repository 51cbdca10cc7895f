import type { Limit } from '../../config.ts'
import type { BucketRequest } from '../../ports/buckets.ts'

/** A bucket by its key, and how it fills. */
export type Limited = readonly [key: string, limit: Limit]

export const requestOf = ([key, { perSecond, burst }]: Limited, want: number): BucketRequest => ({
  key,
  perSecond,
  // One second's worth by default, so that a batch is one grant and not a hundred.
  burst: burst ?? Math.max(1, Math.ceil(perSecond)),
  want,
})
