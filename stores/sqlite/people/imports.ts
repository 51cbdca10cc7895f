import type { EpochMs, ImportId } from '../../../engine/model/ids.ts'
import type { ImportBatch, ImportCounts, ImportJob, ImportStore } from '../../../engine/ports/imports.ts'
import type { ItemStore } from '../../../engine/ports/items.ts'
import type { SubscriberStore, SuppressionStore } from '../../../engine/ports/subscribers.ts'
import { countOutcomes, notAt } from '../../rules/import.ts'
import { pageOf } from '../../rules/page.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

type Row = Omit<ImportJob, 'settings' | 'report'> & { readonly settings: string; readonly report: string }

const columns = `id, kind, state, name, rows, created, updated, unchanged, rejected, bytes, digest, detail,
  created_at AS createdAt, updated_at AS updatedAt, settings, report`
const view = (row: Row): ImportJob => ({
  ...row,
  settings: JSON.parse(row.settings) as ImportJob['settings'],
  report: JSON.parse(row.report) as ImportJob['report'],
})

export function createImports(
  sql: Sql,
  ports: {
    readonly subscribers: Pick<Sync<SubscriberStore>, 'upsert'>
    readonly items: Pick<Sync<ItemStore>, 'upsert'>
    readonly suppressions: Pick<Sync<SuppressionStore>, 'add'>
  },
): Sync<ImportStore> {
  const get = (id: ImportId): ImportJob | null => {
    const row = sql<[number], Row>(`SELECT ${columns} FROM import_job WHERE id = ?`).get(id)
    return row === undefined ? null : view(row)
  }

  const write = (batch: ImportBatch, now: EpochMs): ImportCounts => {
    switch (batch.kind) {
      case 'subscribers':
        return countOutcomes(ports.subscribers.upsert(batch.rows, { ...batch, now }))
      case 'items':
        return countOutcomes(ports.items.upsert(batch.rows, now))
      case 'suppressions': {
        const created = ports.suppressions.add(batch.rows, now)
        return { created, updated: 0, unchanged: batch.rows.length - created }
      }
    }
  }

  return {
    begin({ kind, name, settings, now }) {
      const { lastInsertRowid } = sql<[object]>(
        `INSERT INTO import_job (kind, state, name, settings, report, created_at, updated_at)
         VALUES (:kind, 'running', :name, :settings, 'null', :now, :now)`,
      ).run({ kind, name, settings: JSON.stringify(settings), now })
      const job = get(Number(lastInsertRowid) as ImportId)
      if (job === null) throw notAt(Number(lastInsertRowid), 0)
      return job
    },
    commit(id, { after, rows, rejected, bytes, digest }, batch, now) {
      const at = sql<[number, number]>(
        "SELECT 1 FROM import_job WHERE id = ? AND state = 'running' AND rows = ?",
      ).get(id, after)
      if (at === undefined) throw notAt(id, after)
      const counts = write(batch, now)
      sql<[object]>(
        `UPDATE import_job
         SET rows = rows + :rows, created = created + :created, updated = updated + :updated,
           unchanged = unchanged + :unchanged, rejected = rejected + :rejected,
           bytes = :bytes, digest = :digest, updated_at = :now
         WHERE id = :id`,
      ).run({ id, rows, rejected, bytes, digest, now, ...counts })
      return counts
    },
    end(id, { state, detail, report }, now) {
      sql<[object]>(
        `UPDATE import_job SET state = :state, detail = :detail, report = :report, updated_at = :now WHERE id = :id`,
      ).run({ id, state, detail, report: JSON.stringify(report), now })
    },
    resume(id, now) {
      const { changes } = sql<[number, number]>(
        `UPDATE import_job SET state = 'running', detail = NULL, updated_at = ?
         WHERE id = ? AND state <> 'finished'`,
      ).run(now, id)
      return changes === 0 ? null : get(id)
    },
    get,
    page({ after, limit }) {
      const rows = sql<[number, number], Row>(
        `SELECT ${columns} FROM import_job WHERE id > ? ORDER BY id LIMIT ?`,
      )
      return pageOf(rows.all(after, limit + 1).map(view), limit, (job) => job.id)
    },
  }
}
