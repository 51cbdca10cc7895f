import type { Silence } from '../../../engine/model/silence.ts'
import type { SilenceStore } from '../../../engine/ports/alerts.ts'
import { pageOf } from '../../rules/page.ts'
import { createValues, type Database, where } from '../database/sql.ts'

type Row = Omit<Silence, keyof Doc> & { readonly doc: Doc }
type Doc = Pick<Silence, 'matchers' | 'createdBy' | 'comment'>
const columns = `id, starts_at AS "startsAt", ends_at AS "endsAt", created_at AS "createdAt", updated_at AS "updatedAt", doc`
const view = ({ doc, ...row }: Row): Silence => ({ ...row, ...doc })

export function createSilences(db: Database): SilenceStore {
  const get: SilenceStore['get'] = async (id) => {
    const row = await db.one<Row>(`SELECT ${columns} FROM silence WHERE id = $1`, [id])
    return row === undefined ? null : view(row)
  }
  return {
    async insert({ startsAt, endsAt, ...doc }, now) {
      const row = await db.one<Row>(
        `INSERT INTO silence (starts_at, ends_at, created_at, updated_at, doc) VALUES ($1, $2, $3, $3, $4)
         RETURNING ${columns}`,
        [startsAt, endsAt, now, JSON.stringify(doc)],
      )
      return view(row as Row)
    },
    get,
    async page({ after, limit, endsAfter }) {
      const values = createValues()
      const rows = await db.all<Row>(
        `SELECT ${columns} FROM silence
         ${where(`id > ${values(after)}`, endsAfter !== undefined && `ends_at > ${values(endsAfter)}`)}
         ORDER BY id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(view), limit, ({ id }) => id)
    },
    async end(id, now) {
      const row = await db.one<Row>(
        `UPDATE silence SET ends_at = greatest(starts_at, $2), updated_at = $2
         WHERE id = $1 AND ends_at > $2
         RETURNING ${columns}`,
        [id, now],
      )
      return row === undefined ? get(id) : view(row)
    },
    remove({ before, limit }) {
      return db.run(
        `WITH old AS MATERIALIZED (
           SELECT id FROM silence WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM silence s USING old WHERE s.id = old.id`,
        [before, limit],
      )
    },
  }
}
