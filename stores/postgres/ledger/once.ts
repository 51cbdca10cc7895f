import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { Tx } from '../database/sql.ts'
import type { Run } from './runs.ts'

// At most one message a key for a person, over all publications: the first to take it holds it.

/** Those of these people, of whom nobody was seen to hold it, whose key is this publication's now. Who takes the same
 *  at the same time waits, and finds it gone or free; in the order of the ids, so that two do not wait for each other. */
export async function takeOnce(
  tx: Tx,
  run: Run,
  ids: readonly SubscriberId[],
): Promise<ReadonlySet<SubscriberId>> {
  if (ids.length === 0) return new Set()
  const rows = await tx.all<{ subscriber_id: SubscriberId }>(
    `INSERT INTO once (key, subscriber_id, publication_id)
     SELECT $1, id, $2 FROM unnest($3::bigint[]) id ORDER BY id
     ON CONFLICT DO NOTHING
     RETURNING subscriber_id`,
    [run.onceKey, run.id, ids],
  )
  return new Set(rows.map((row) => row.subscriber_id))
}

/** Only what this publication holds. */
export async function freeOnce(tx: Tx, run: Run, ids: readonly SubscriberId[]): Promise<void> {
  if (run.onceKey === null || ids.length === 0) return
  await tx.run('DELETE FROM once WHERE key = $1 AND publication_id = $2 AND subscriber_id = ANY($3)', [
    run.onceKey,
    run.id,
    ids,
  ])
}
