import type { EpochMs } from '../../../engine/model/ids.ts'
import type { Suppression, SuppressionStore } from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import { createBatch } from '../database/batch.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'

export type NewSuppression = Pick<Suppression, 'address' | 'reason' | 'detail'>

const columns = 'id, address, reason, detail, created_at AS "createdAt"'
const batch = createBatch<NewSuppression>({
  address: ['text', (row) => row.address],
  reason: ['text', (row) => row.reason],
  detail: ['text', (row) => row.detail],
})

/** Resolves with how many were not suppressed already: the first reason stays. */
export async function suppress(sql: Sql, entries: readonly NewSuppression[], now: EpochMs): Promise<number> {
  if (entries.length === 0) return 0
  // Numbered as they come, written by address: nobody who adds the same waits for good.
  return sql.run(
    `INSERT INTO suppression (id, ${batch.columns}, created_at)
     SELECT id, ${batch.columns}, ${batch.next}
     FROM (SELECT nextval('suppression_id_seq') AS id, r.* FROM ${batch.from}) numbered
     ORDER BY address COLLATE "C", id
     ON CONFLICT (address) DO NOTHING`,
    [...batch.values(entries), now],
  )
}

export function createSuppressions(db: Database): SuppressionStore {
  return {
    add: (entries, now) => suppress(db, entries, now),
    async remove(address) {
      return (await db.run('DELETE FROM suppression WHERE address = $1', [address])) > 0
    },
    byAddress(addresses) {
      return db.all<Suppression>(`SELECT ${columns} FROM suppression WHERE address = ANY($1) ORDER BY id`, [
        addresses,
      ])
    },
    async page({ after, limit, search }) {
      const values = createValues()
      const rows = await db.all<Suppression>(
        `SELECT ${columns} FROM suppression
         ${where(`id > ${values(after)}`, search !== undefined && `strpos(address, ${values(search)}) > 0`)}
         ORDER BY id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows, limit, (entry) => entry.id)
    },
  }
}
