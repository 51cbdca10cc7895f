import type { EpochMs } from '../model/ids.ts'

export interface Intervals {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
}

const mostWaitMs = 7 * 86_400_000
const spread = (ms: number, random: () => number, share: number): number =>
  Math.round(ms * (1 - share + 2 * share * random()))

/** After a fetch that worked: half the interval when something new came, half as long again when not; never below
 *  what the publisher asks for (`ttl`, `sy:update*`, `max-age`), always between min and max; +-10 %, so that a
 *  hundred feeds added together do not come back together. */
export function afterSuccess(
  previousMs: number,
  found: { readonly newItems: number; readonly askedMs: number | null },
  limits: Intervals,
  now: EpochMs,
  random: () => number,
): { readonly intervalMs: number; readonly nextAt: EpochMs } {
  const within = (ms: number) => Math.min(limits.maxIntervalMs, Math.max(limits.minIntervalMs, ms))
  const started = previousMs === 0 ? limits.minIntervalMs : previousMs
  const adapted = within(found.newItems > 0 ? started / 2 : started * 1.5)
  const intervalMs = Math.round(previousMs === 0 ? limits.minIntervalMs : adapted)
  return { intervalMs, nextAt: now + spread(within(Math.max(intervalMs, found.askedMs ?? 0)), random, 0.1) }
}

/** After the `failures`th failure in a row: min * 2^(failures - 1), at most max, +-20 %; never before the server's own
 *  Retry-After, of which at most a week is believed. */
export function afterFailure(
  failures: number,
  retryAfterMs: number | null,
  limits: Intervals,
  now: EpochMs,
  random: () => number,
): EpochMs {
  const backoff = Math.min(limits.maxIntervalMs, limits.minIntervalMs * 2 ** Math.min(failures - 1, 30))
  return now + Math.max(spread(backoff, random, 0.2), Math.min(retryAfterMs ?? 0, mostWaitMs))
}
