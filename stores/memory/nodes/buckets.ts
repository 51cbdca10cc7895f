import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { type ArrivalTime, giveBackTo, takeFrom } from '../../rules/bucket.ts'

export function createBuckets(): BucketStore {
  const arrivals = new Map<string, ArrivalTime>()
  return {
    async take(requests, now) {
      return requests.map((request) => {
        const { arrival, grant } = takeFrom(arrivals.get(request.key), request, now)
        arrivals.set(request.key, arrival)
        return grant
      })
    },
    async giveBack(requests) {
      for (const request of requests) {
        const arrival = arrivals.get(request.key)
        if (arrival !== undefined) arrivals.set(request.key, giveBackTo(arrival, request))
      }
    },
  }
}
