import type { EpochMs } from '../../engine/model/ids.ts'
import type { Collection, Kept, Unkept } from '../../engine/ports/collection.ts'
import { pageOf } from '../rules/page.ts'
import { nameTaken, noSuch, versionMoved } from '../rules/refusals.ts'
import { isUnique } from './database/failure.ts'
import type { Database, Tx } from './database/sql.ts'

export interface CollectionRow {
  readonly id: number
  readonly name: string
  readonly version: number
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly doc: object
}
export const collectionColumns = 'id, name, version, created_at, updated_at, doc'

export const viewCollected = <T extends Kept>(row: CollectionRow): T =>
  ({
    ...row.doc,
    id: row.id,
    name: row.name,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }) as T

const words: { readonly [table: string]: string } = { api_key: 'API key', app_user: 'user' }

export function createCollection<T extends Kept>(
  db: Database,
  table: 'list' | 'topic' | 'segment' | 'template' | 'api_key' | 'feed' | 'heartbeat' | 'app_user',
  onRemove: (tx: Tx, id: number) => Promise<unknown> = async () => {},
): Collection<T> {
  const what = words[table] ?? table
  const view = viewCollected<T>
  const rest = (doc: Unkept<T>) => JSON.stringify({ ...doc, name: undefined })
  const refuseTaken = (name: string) => (error: unknown) => {
    throw isUnique(error) ? nameTaken(what, name) : error
  }

  return {
    async insert(doc, now) {
      // Asked first, so that a refused name does not use up an id.
      if ((await db.one(`SELECT id FROM ${table} WHERE name = $1`, [doc.name])) !== undefined)
        throw nameTaken(what, doc.name)
      const row = await db
        .one<CollectionRow>(
          `INSERT INTO ${table} (name, version, created_at, updated_at, doc) VALUES ($1, 1, $2, $2, $3)
           RETURNING ${collectionColumns}`,
          [doc.name, now, rest(doc)],
        )
        .catch(refuseTaken(doc.name))
      return view(row as CollectionRow)
    },
    async update(id, version, doc, now) {
      const row = await db
        .one<CollectionRow>(
          `UPDATE ${table} SET name = $3, version = version + 1, updated_at = $4, doc = $5
           WHERE id = $1 AND version = $2
           RETURNING ${collectionColumns}`,
          [id, version, doc.name, now, rest(doc)],
        )
        .catch(refuseTaken(doc.name))
      if (row !== undefined) return view(row)
      const present = await db.one<CollectionRow>(`SELECT version FROM ${table} WHERE id = $1`, [id])
      throw present === undefined ? noSuch(what, id) : versionMoved(what, id, version, present.version)
    },
    async get(id) {
      const row = await db.one<CollectionRow>(`SELECT ${collectionColumns} FROM ${table} WHERE id = $1`, [id])
      return row === undefined ? null : view(row)
    },
    async byName(names) {
      const rows = await db.all<CollectionRow>(
        `SELECT ${collectionColumns} FROM ${table} WHERE name = ANY($1) ORDER BY id`,
        [names],
      )
      return rows.map(view)
    },
    async page({ after, limit }) {
      const rows = await db.all<CollectionRow>(
        `SELECT ${collectionColumns} FROM ${table} WHERE id > $1 ORDER BY id LIMIT $2`,
        [after, limit + 1],
      )
      return pageOf(rows.map(view), limit, (doc) => doc.id)
    },
    remove(id) {
      return db.tx(async (tx) => {
        const gone = (await tx.run(`DELETE FROM ${table} WHERE id = $1`, [id])) > 0
        if (gone) await onRemove(tx, id)
        return gone
      })
    },
  }
}
