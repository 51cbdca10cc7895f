import { LRUCache } from 'lru-cache'
import type { EpochMs } from '../../model/ids.ts'
import type { BucketStore } from '../../ports/buckets.ts'

/** A place that asked to be left alone. It is the key of that place's bucket. */
export type Scope = string

export const channelScope = (channel: string): Scope => `channel:${channel}`
export const roomScope = (channel: string, room: string): Scope => `room:${channel}/${room}`

/** How long servers asked to be left alone (Retry-After): of all nodes, over restarts. */
export interface Pauses {
  /** Nothing goes to `scope` before `until`, a day from now at most. Kept once it resolves. */
  pause(scope: Scope, until: EpochMs, now: EpochMs): Promise<void>
  /** When the pauses of these end, in their order; null for those without one. */
  pausedUntil(scopes: readonly Scope[], now: EpochMs): Promise<readonly (EpochMs | null)[]>
}

// A server that asks for a year has a mistake in its clock.
const longestMs = 86_400_000
/** More rooms than anybody pauses at once; the others are known from the store all the same. */
const remembered = 10_000

/** `alone`: no other node has these buckets, so that what is in them is read once and then known. */
export function createPauses(buckets: BucketStore, alone: boolean): Pauses {
  // What this node was told counts while it is being written, and when it could not be.
  const known = new LRUCache<Scope, EpochMs>({ max: remembered })
  const read = new LRUCache<Scope, true>({ max: remembered })
  return {
    async pause(scope, until, now) {
      const end = Math.ceil(Math.min(until, now + longestMs))
      known.set(scope, Math.max(end, known.get(scope) ?? 0))
      await buckets.hold(scope, end, now)
    },
    async pausedUntil(scopes, now) {
      const asked = scopes.filter((scope) => !(read.has(scope) && known.has(scope)))
      if (asked.length > 0) {
        const ends = await buckets.heldUntil(asked, now)
        for (const [i, scope] of asked.entries()) {
          known.set(scope, Math.max(ends[i] ?? 0, known.get(scope) ?? 0))
          if (alone) read.set(scope, true)
        }
      }
      return scopes.map((scope) => {
        const end = known.get(scope) ?? 0
        return end > now ? end : null
      })
    },
  }
}
