import type { EpochMs } from '../../../engine/model/ids.ts'
import type { ImportBatch, ImportCounts, ImportJob, ImportStore } from '../../../engine/ports/imports.ts'
import { countOutcomes, notAt } from '../../rules/import.ts'
import { pageOf } from '../../rules/page.ts'
import type { Database, Sql } from '../database/sql.ts'
import { keepable } from '../database/text.ts'
import { upsertItems } from '../publishing/items.ts'
import { suppress } from './suppressions.ts'
import { upsertPeople } from './upsert.ts'

const columns = `id, kind, state, name, rows, created, updated, unchanged, rejected, bytes, digest, detail,
  created_at AS "createdAt", updated_at AS "updatedAt", settings, report`

async function write(tx: Sql, batch: ImportBatch, now: EpochMs): Promise<ImportCounts> {
  switch (batch.kind) {
    case 'subscribers':
      return countOutcomes(await upsertPeople(tx, batch.rows, { ...batch, now }))
    case 'items':
      return countOutcomes(await upsertItems(tx, batch.rows, now))
    case 'suppressions': {
      const created = await suppress(tx, batch.rows, now)
      return { created, updated: 0, unchanged: batch.rows.length - created }
    }
  }
}

export function createImports(db: Database): ImportStore {
  return {
    async begin({ kind, name, settings, now }) {
      const job = await db.one<ImportJob>(
        `INSERT INTO import_job (kind, state, name, settings, report, created_at, updated_at)
         VALUES ($1, 'running', $2, $3, 'null', $4, $4)
         RETURNING ${columns}`,
        [kind, name, JSON.stringify(settings), now],
      )
      return job as ImportJob
    },
    commit(id, { after, rows, rejected, bytes, digest }, batch, now) {
      return db.tx(async (tx) => {
        const at = await tx.one(
          "SELECT FROM import_job WHERE id = $1 AND state = 'running' AND rows = $2 FOR UPDATE",
          [id, after],
        )
        if (at === undefined) throw notAt(id, after)
        const counts = await write(tx, batch, now)
        const { created, updated, unchanged } = counts
        await tx.run(
          `UPDATE import_job
           SET rows = rows + $2, created = created + $3, updated = updated + $4, unchanged = unchanged + $5,
             rejected = rejected + $6, bytes = $7, digest = $8, updated_at = $9
           WHERE id = $1`,
          [id, rows, created, updated, unchanged, rejected, bytes, digest, now],
        )
        return counts
      })
    },
    async end(id, { state, detail, report }, now) {
      await db.run(
        'UPDATE import_job SET state = $2, detail = $3, report = $4, updated_at = $5 WHERE id = $1',
        [id, state, keepable(detail), JSON.stringify(report), now],
      )
    },
    async resume(id, now) {
      const job = await db.one<ImportJob>(
        `UPDATE import_job SET state = 'running', detail = NULL, updated_at = $2
         WHERE id = $1 AND state <> 'finished'
         RETURNING ${columns}`,
        [id, now],
      )
      return job ?? null
    },
    async get(id) {
      return (await db.one<ImportJob>(`SELECT ${columns} FROM import_job WHERE id = $1`, [id])) ?? null
    },
    async page({ after, limit }) {
      const rows = await db.all<ImportJob>(
        `SELECT ${columns} FROM import_job WHERE id > $1 ORDER BY id LIMIT $2`,
        [after, limit + 1],
      )
      return pageOf(rows, limit, (job) => job.id)
    },
  }
}
