import type { BucketRequest, BucketStore } from '../../../engine/ports/buckets.ts'
import { type ArrivalTime, giveBackTo, takeFrom } from '../../rules/bucket.ts'
import type { Database, Tx } from '../database/sql.ts'

// What never had a request: as early as can be.
const never = '-Infinity'

/** The buckets of these requests, locked for the transaction in the order of their keys. A new one is inserted and one
 *  that is there is written as it is, in one statement: of two nodes that bring the same key, one waits. */
async function hold(tx: Tx, requests: readonly BucketRequest[]): Promise<Map<string, ArrivalTime>> {
  const rows = await tx.all<{ key: string; arrival: ArrivalTime }>(
    `INSERT INTO bucket (key, arrival)
     SELECT DISTINCT key COLLATE "C", '${never}'::double precision FROM unnest($1::text[]) key ORDER BY 1
     ON CONFLICT (key) DO UPDATE SET arrival = bucket.arrival
     RETURNING key, arrival`,
    [requests.map(({ key }) => key)],
  )
  return new Map(rows.map(({ key, arrival }) => [key, arrival]))
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
        const held = await hold(tx, requests)
        const changed = new Map<string, ArrivalTime>()
        const grants = requests.map((request) => {
          const known = changed.get(request.key) ?? held.get(request.key)
          const { arrival, grant } = takeFrom(known, request, now)
          if (arrival !== known) changed.set(request.key, arrival)
          return grant
        })
        await keep(tx, changed)
        return grants
      })
    },
    async giveBack(requests) {
      if (requests.length === 0) return
      await db.tx(async (tx) => {
        const held = await hold(tx, requests)
        const changed = new Map<string, ArrivalTime>()
        for (const request of requests) {
          const known = changed.get(request.key) ?? held.get(request.key)
          if (known !== undefined) changed.set(request.key, giveBackTo(known, request))
        }
        await keep(tx, changed)
      })
    },
  }
}
