import type { EpochMs } from '../../engine/model/ids.ts'
import type { BucketGrant, BucketRequest } from '../../engine/ports/buckets.ts'

/** A bucket is one number: the theoretical arrival time (ITU-T I.371) of its next request, epoch ms with a fraction. */
export type ArrivalTime = number

// A millisecond divided by a rate is rarely a round number; without some slack the last token of a burst
// would come a hair too late.
export const slackMs = 1e-3
/** How far apart the clocks of nodes may be. */
export const skewMs = 5000

/** Grant what the bucket holds, in part where it cannot be whole. */
export function takeFrom(
  arrival: ArrivalTime | undefined,
  request: BucketRequest,
  now: EpochMs,
  held: EpochMs | null,
): { readonly arrival: ArrivalTime | undefined; readonly grant: BucketGrant } {
  if (held !== null) return { arrival, grant: { granted: 0, nextAt: held } }
  const intervalMs = 1000 / request.perSecond
  const depthMs = request.burst * intervalMs
  // No grant puts the arrival time further ahead than the burst's own length. Where it is further, another node's clock is
  // ahead, and what it took counts. Far further, the clock was set back or the limit was changed: wait for one burst, not
  // for the hour the clock jumped.
  const known = Math.max(arrival ?? now, now)
  const start = known > now + depthMs + skewMs ? now + depthMs : known
  const room = Math.max(0, Math.floor((now + depthMs - start + slackMs) / intervalMs))
  const granted = Math.min(request.want, room)
  const next = start + granted * intervalMs
  const nextAt =
    granted === request.want ? now : Math.max(now + 1, Math.ceil(next + intervalMs - depthMs - slackMs))
  return { arrival: next, grant: { granted, nextAt } }
}

/** A hold is kept beside its bucket as one more, whose arrival time is its end. */
export const holdOf = (key: string): string => `held:${key}`

/** When a hold ends; null where there is none, or it is over. */
export const heldBy = (until: ArrivalTime | undefined, now: EpochMs): EpochMs | null =>
  until !== undefined && until > now ? until : null

/** What the bucket is after `want` of what it granted came back unused. */
export const giveBackTo = (arrival: ArrivalTime, request: BucketRequest): ArrivalTime =>
  arrival - (request.want * 1000) / request.perSecond
