/** How long a value is served, and what keeps it. */
export interface Policy {
  /** The lifetime of a value, from before it was read from the store. */
  readonly ttlMs: number
  /** The last share of its life in which a read has it refreshed in the background; 0: none. */
  readonly aheadShare: number
  /** How long after its end it is still served while it is refreshed, or when that fails: the hard limit. */
  readonly graceMs: number
  /** A read puts its end off to `ttlMs` from then, until it is so old; null: reads put nothing off. */
  readonly slidingUntilMs: number | null
}

const minuteMs = 60_000

/** Of the namespaces. A write drops what it changes whatever the policy; these bound what a drop that was never made, as
 *  of a row changed by hand, can do. */
export const policies = {
  /** What a person has said: settings, consents, memberships. */
  preferences: { ttlMs: 15 * minuteMs, aheadShare: 0.25, graceMs: 5 * minuteMs, slidingUntilMs: null },
  /** Items and what publications froze. Warmed when items are published and when a campaign is scheduled. */
  content: { ttlMs: 60 * minuteMs, aheadShare: 0, graceMs: 15 * minuteMs, slidingUntilMs: null },
  /** What was chosen for a person. Dropped when their interests change. */
  personalisation: { ttlMs: 5 * minuteMs, aheadShare: 0, graceMs: minuteMs, slidingUntilMs: null },
  /** Answers to questions. Each read prolongs them, for an hour at most; a newer rollup drops them. */
  analytics: { ttlMs: 10 * minuteMs, aheadShare: 0, graceMs: 0, slidingUntilMs: 60 * minuteMs },
} as const satisfies Record<string, Policy>

/** The share of its life by which a value may end earlier than another one that was read with it: else a million that
 *  were warmed together would be refreshed together. */
const jitter = 0.1

/** When a value that was read at `loadedAt` is refreshed, ends, and is served no more. `readAt`: of its last read,
 *  where reads prolong. */
export function lifeOf(
  policy: Policy,
  loadedAt: number,
  readAt: number,
  random: () => number,
): { readonly refreshAt: number; readonly endsAt: number; readonly goneAt: number } {
  const { ttlMs, aheadShare, graceMs, slidingUntilMs } = policy
  const endsAt =
    slidingUntilMs === null
      ? loadedAt + ttlMs * (1 - jitter * random())
      : Math.min(readAt + ttlMs, loadedAt + slidingUntilMs)
  return { refreshAt: endsAt - ttlMs * aheadShare, endsAt, goneAt: endsAt + graceMs }
}
