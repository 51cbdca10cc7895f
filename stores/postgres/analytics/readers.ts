import type { SubscriberId } from '../../../engine/model/ids.ts'
import { binOf } from '../../../engine/model/rollup.ts'
import type { Tx } from '../database/sql.ts'
import { holdCursor } from './rollups.ts'

/** What is kept of one person goes; what they were counted in stays, but that nobody has their score any more. No step that
 *  keeps something of them comes after it (`RollupStore.apply`). */
export async function forgetReader(tx: Tx, id: SubscriberId): Promise<void> {
  await holdCursor(tx)
  await tx.run(
    'DELETE FROM touch WHERE publication_id = ANY(ARRAY(SELECT id FROM publication)) AND subscriber_id = $1',
    [id],
  )
  await tx.run(
    'DELETE FROM active_month WHERE month = ANY(ARRAY(SELECT DISTINCT month FROM cohort)) AND subscriber_id = $1',
    [id],
  )
  const row = await tx.one<{ log2: number }>('DELETE FROM score WHERE subscriber_id = $1 RETURNING log2', [
    id,
  ])
  if (row !== undefined)
    await tx.run('UPDATE score_bin SET people = people - 1 WHERE bin = $1', [binOf(row.log2)])
}
