import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { type ArrivalTime, giveBackTo, heldBy, holdOf, takeFrom } from '../../rules/bucket.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export function createBuckets(sql: Sql): Sync<BucketStore> {
  const arrivalOf = (key: string): ArrivalTime | undefined =>
    sql<[string], { arrival: number }>('SELECT arrival FROM bucket WHERE key = ?').get(key)?.arrival
  const keep = (key: string, arrival: ArrivalTime) =>
    sql<[string, number]>(
      `INSERT INTO bucket (key, arrival) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET arrival = excluded.arrival`,
    ).run(key, arrival)
  return {
    take(requests, now) {
      return requests.map((request) => {
        const known = arrivalOf(request.key)
        const { arrival, grant } = takeFrom(known, request, now, heldBy(arrivalOf(holdOf(request.key)), now))
        // Waiting for an empty bucket writes nothing; one that a clock set back has cut short is kept.
        if (arrival !== known && arrival !== undefined) keep(request.key, arrival)
        return grant
      })
    },
    hold(key, until) {
      const name = holdOf(key)
      keep(name, Math.max(until, arrivalOf(name) ?? until))
    },
    heldUntil: (keys, now) => keys.map((key) => heldBy(arrivalOf(holdOf(key)), now)),
    giveBack(requests) {
      for (const request of requests) {
        const arrival = arrivalOf(request.key)
        if (arrival !== undefined) keep(request.key, giveBackTo(arrival, request))
      }
    },
  }
}
