import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { type ArrivalTime, giveBackTo, heldBy, holdOf, takeFrom } from '../../rules/bucket.ts'

export function createBuckets(): BucketStore {
  const arrivals = new Map<string, ArrivalTime>()
  return {
    async take(requests, now) {
      return requests.map((request) => {
        const held = heldBy(arrivals.get(holdOf(request.key)), now)
        const { arrival, grant } = takeFrom(arrivals.get(request.key), request, now, held)
        if (arrival !== undefined) arrivals.set(request.key, arrival)
        return grant
      })
    },
    async hold(key, until) {
      const name = holdOf(key)
      arrivals.set(name, Math.max(until, arrivals.get(name) ?? until))
    },
    async heldUntil(keys, now) {
      return keys.map((key) => heldBy(arrivals.get(holdOf(key)), now))
    },
    async giveBack(requests) {
      for (const request of requests) {
        const arrival = arrivals.get(request.key)
        if (arrival !== undefined) arrivals.set(request.key, giveBackTo(arrival, request))
      }
    },
  }
}
