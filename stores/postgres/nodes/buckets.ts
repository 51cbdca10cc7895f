import type { BucketRequest, BucketStore } from '../../../engine/ports/buckets.ts'
import { type ArrivalTime, giveBackTo, heldBy, holdOf, takeFrom } from '../../rules/bucket.ts'
import type { Database, Tx } from '../database/sql.ts'

// What never had a request: as early as can be.
const never = '-Infinity'

interface Locked {
  readonly arrival: ArrivalTime
  readonly held: ArrivalTime | undefined
}

/** The buckets of these requests, locked for the transaction in the order of their keys. A new one is inserted and one
 *  that is there is written as it is, in one statement: of two nodes that bring the same key, one waits. */
async function lock(tx: Tx, requests: readonly BucketRequest[]): Promise<Map<string, Locked>> {
  const rows = await tx.all<{ key: string; arrival: ArrivalTime; held: ArrivalTime | null }>(
    `INSERT INTO bucket (key, arrival)
     SELECT DISTINCT key COLLATE "C", '${never}'::double precision FROM unnest($1::text[]) key ORDER BY 1
     ON CONFLICT (key) DO UPDATE SET arrival = bucket.arrival
     RETURNING key, arrival, (SELECT h.arrival FROM bucket h WHERE h.key = $2 || bucket.key) AS held`,
    [requests.map(({ key }) => key), holdOf('')],
  )
  return new Map(rows.map(({ key, arrival, held }) => [key, { arrival, held: held ?? undefined }]))
}

async function keep(tx: Tx, arrivals: ReadonlyMap<string, ArrivalTime>): Promise<void> {
  if (arrivals.size === 0) return
  await tx.run(
    `UPDATE bucket b SET arrival = a.arrival
     FROM unnest($1::text[], $2::double precision[]) a (key, arrival)
     WHERE b.key = a.key`,
    [[...arrivals.keys()], [...arrivals.values()]],
  )
}

export function createBuckets(db: Database): BucketStore {
  return {
    async take(requests, now) {
      if (requests.length === 0) return []
      return db.tx(async (tx) => {
        const locked = await lock(tx, requests)
        const changed = new Map<string, ArrivalTime>()
        const grants = requests.map((request) => {
          const bucket = locked.get(request.key)
          const known = changed.get(request.key) ?? bucket?.arrival
          const { arrival, grant } = takeFrom(known, request, now, heldBy(bucket?.held, now))
          if (arrival !== known && arrival !== undefined) changed.set(request.key, arrival)
          return grant
        })
        await keep(tx, changed)
        return grants
      })
    },
    async hold(key, until) {
      await db.run(
        `INSERT INTO bucket (key, arrival) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET arrival = greatest(bucket.arrival, excluded.arrival)`,
        [holdOf(key), until],
      )
    },
    async heldUntil(keys, now) {
      if (keys.length === 0) return []
      const rows = await db.all<{ key: string; arrival: ArrivalTime }>(
        'SELECT key, arrival FROM bucket WHERE key = ANY($1::text[])',
        [keys.map(holdOf)],
      )
      const ends = new Map(rows.map(({ key, arrival }) => [key, arrival]))
      return keys.map((key) => heldBy(ends.get(holdOf(key)), now))
    },
    async giveBack(requests) {
      if (requests.length === 0) return
      await db.tx(async (tx) => {
        const locked = await lock(tx, requests)
        const changed = new Map<string, ArrivalTime>()
        for (const request of requests) {
          const known = changed.get(request.key) ?? locked.get(request.key)?.arrival
          if (known !== undefined) changed.set(request.key, giveBackTo(known, request))
        }
        await keep(tx, changed)
      })
    },
  }
}
