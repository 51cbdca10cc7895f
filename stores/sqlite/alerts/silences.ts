import type { EpochMs, SilenceId } from '../../../engine/model/ids.ts'
import type { Silence } from '../../../engine/model/silence.ts'
import type { SilenceStore } from '../../../engine/ports/alerts.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly id: SilenceId
  readonly startsAt: EpochMs
  readonly endsAt: EpochMs
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
  readonly doc: string
}
const columns =
  'id, starts_at AS startsAt, ends_at AS endsAt, created_at AS createdAt, updated_at AS updatedAt, doc'

const view = ({ doc, ...row }: Row): Silence => ({
  ...row,
  ...(JSON.parse(doc) as Pick<Silence, 'matchers' | 'createdBy' | 'comment'>),
})

export function createSilences(sql: Sql): Sync<SilenceStore> {
  const get = (id: SilenceId): Silence | null => {
    const row = sql<[number], Row>(`SELECT ${columns} FROM silence WHERE id = ?`).get(id)
    return row === undefined ? null : view(row)
  }
  return {
    insert({ startsAt, endsAt, ...rest }, now) {
      const { lastInsertRowid } = sql<[number, number, number, number, string]>(
        'INSERT INTO silence (starts_at, ends_at, created_at, updated_at, doc) VALUES (?, ?, ?, ?, ?)',
      ).run(startsAt, endsAt, now, now, JSON.stringify(rest))
      return get(Number(lastInsertRowid) as SilenceId)!
    },
    get,
    page({ after, limit, endsAfter }) {
      const conditions = where('id > :after', endsAfter !== undefined && 'ends_at > :endsAfter')
      const rows = sql<[object], Row>(
        `SELECT ${columns} FROM silence ${conditions} ORDER BY id LIMIT :limit`,
      ).all({ after, limit: limit + 1, ...(endsAfter !== undefined && { endsAfter }) })
      return pageOf(rows.map(view), limit, ({ id }) => id)
    },
    end(id, now) {
      sql<[number, number, number, number]>(
        'UPDATE silence SET ends_at = max(?, starts_at), updated_at = ? WHERE id = ? AND ends_at > ?',
      ).run(now, now, id, now)
      return get(id)
    },
    remove({ before, limit }) {
      return sql<[number, number]>(
        'DELETE FROM silence WHERE id IN (SELECT id FROM silence WHERE ends_at < ? LIMIT ?)',
      ).run(before, limit).changes
    },
  }
}
