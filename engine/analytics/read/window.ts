import { LRUCache } from 'lru-cache'
import type { ReadClass } from '../../model/event.ts'
import type { EpochMs, EventId, PublicationId, SubscriberId } from '../../model/ids.ts'
import type { EarlierRead, ReadReason } from './read.ts'

/** A read that was judged. */
export interface SeenRead extends EarlierRead {
  class: ReadClass
  reason: ReadReason
  /** Its event, once that is committed, and what it says. */
  kept: { readonly id: EventId; readonly class: ReadClass } | null
}

/** What people did a moment ago, so that it can be seen which reads belong together. In this process only, and gone with it. */
export interface ReadWindow {
  /** The same array until the next call for the same person; those before `at` - `windowMs` are left out. */
  of(publicationId: PublicationId, subscriberId: SubscriberId, at: EpochMs): SeenRead[]
}

/** Longest time between reads that say something about each other. */
export const windowMs = 600_000
// Of one person and publication: whoever reads more often is the same as before.
const maxReads = 64
// At 20,000 reads a second these are the last 2.5 seconds of all people, more than the bursts of gateways last.
const maxPeople = 50_000

export function createReadWindow(): ReadWindow {
  // With `max`, lru-cache takes the memory of all of them at once.
  const seen = new LRUCache<string, SeenRead[]>({ maxSize: maxPeople, sizeCalculation: () => 1 })
  return {
    of(publicationId, subscriberId, at) {
      const key = `${publicationId} ${subscriberId}`
      const reads = seen.get(key)
      if (reads === undefined) {
        const none: SeenRead[] = []
        seen.set(key, none)
        return none
      }
      const begin = reads.findIndex((read) => read.at >= at - windowMs)
      reads.splice(0, begin < 0 ? reads.length : Math.max(begin, reads.length - maxReads))
      return reads
    },
  }
}
