import type { Clock } from '../../../engine/clock.ts'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { giveBackTo, takeFrom } from '../../../stores/rules/bucket.ts'
import { createNewest } from './newest.ts'
import { createPurses } from './purses.ts'

/** After a quiet time `burst` at once, then `perSecond`. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface Verdict {
  readonly pass: boolean
  /** How many more may pass at once now. */
  readonly left: number
  /** Until one more may pass; 0 where this one does. */
  readonly waitMs: number
}

/** Who may do how much. One count a key, e.g. `perKey:12`: whoever asks with another rate changes the rate, not the count. */
export interface Limiter {
  take(key: string, rate: Rate): Promise<Verdict>
  /** False while nodes share their counts and the place where they do does not answer: then each counts alone. */
  shares(): boolean
}

// Twice as many at most, 100 bytes each. Who is forgotten has one burst more.
const leastKeys = 25_000

/** GCRA in this process and, where nodes share `buckets`, in those as well: what this node let through is counted here
 *  first, so that a flood on one node asks nobody, and a node that is left alone does not begin anew. */
export function createLimiter(options: {
  readonly clock: Clock
  readonly buckets: BucketStore | null
}): Limiter {
  const { clock, buckets } = options
  const arrivals = createNewest<number>(leastKeys)
  const purses = buckets === null ? null : createPurses({ buckets, clock })

  function own(key: string, rate: Rate): Verdict {
    const now = clock.now()
    const { perSecond, burst } = rate
    const { arrival, grant } = takeFrom(arrivals.get(key), { key, perSecond, burst, want: 1 }, now, null)
    if (arrival !== undefined) arrivals.set(key, arrival)
    const left = Math.max(0, Math.floor(burst - ((arrival ?? now) - now) * (perSecond / 1000) + 1e-6))
    return { pass: grant.granted === 1, left, waitMs: grant.granted === 1 ? 0 : grant.nextAt - now }
  }

  return {
    async take(key, rate) {
      const verdict = own(key, rate)
      if (!verdict.pass || purses === null) return verdict
      const waitMs = await purses.spend(key, rate)
      if (waitMs === 0) return verdict
      const arrival = arrivals.get(key)
      if (arrival !== undefined) arrivals.set(key, giveBackTo(arrival, { key, ...rate, want: 1 }))
      return { pass: false, left: 0, waitMs }
    },
    shares: () => purses === null || purses.answers(),
  }
}
