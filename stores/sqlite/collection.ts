import type { EpochMs } from '../../engine/model/ids.ts'
import type { Collection, Kept, Unkept } from '../../engine/ports/collection.ts'
import { pageOf } from '../rules/page.ts'
import { nameTaken, noSuch, versionMoved } from '../rules/refusals.ts'
import type { Sql } from './database/statements.ts'
import type { Sync } from './threads/methods.ts'

interface Row {
  readonly id: number
  readonly name: string
  readonly version: number
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly doc: string
}

const words: { readonly [table: string]: string } = { api_key: 'API key', app_user: 'user' }

export function createCollection<T extends Kept>(
  sql: Sql,
  table: 'list' | 'topic' | 'segment' | 'template' | 'api_key' | 'feed' | 'heartbeat' | 'app_user',
  onRemove: (id: number) => void = () => {},
): Sync<Collection<T>> {
  const what = words[table] ?? table
  const view = (row: Row): T =>
    ({
      ...JSON.parse(row.doc),
      id: row.id,
      name: row.name,
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }) as T
  const rest = (doc: Unkept<T>) => JSON.stringify({ ...doc, name: undefined })
  const get = (id: number): T | null => {
    const row = sql<[number], Row>(`SELECT * FROM ${table} WHERE id = ?`).get(id)
    return row === undefined ? null : view(row)
  }
  const written = (id: number): T => {
    const doc = get(id)
    if (doc === null) throw noSuch(what, id)
    return doc
  }
  const refuseTaken = (name: string, except: number) => {
    const holder = sql<[string, number], Row>(`SELECT id FROM ${table} WHERE name = ? AND id <> ?`)
    if (holder.get(name, except) !== undefined) throw nameTaken(what, name)
  }

  return {
    insert(doc, now) {
      refuseTaken(doc.name, 0)
      const insert = sql<[string, number, number, string]>(
        `INSERT INTO ${table} (name, version, created_at, updated_at, doc) VALUES (?, 1, ?, ?, ?)`,
      )
      return written(Number(insert.run(doc.name, now, now, rest(doc)).lastInsertRowid))
    },
    update(id, version, doc, now) {
      const present = written(id)
      if (present.version !== version) throw versionMoved(what, id, version, present.version)
      refuseTaken(doc.name, id)
      sql<[string, number, string, number]>(
        `UPDATE ${table} SET name = ?, version = version + 1, updated_at = ?, doc = ? WHERE id = ?`,
      ).run(doc.name, now, rest(doc), id)
      return written(id)
    },
    get,
    byName(names) {
      const rows = sql<[string], Row>(
        `SELECT * FROM ${table} WHERE name IN (SELECT value FROM json_each(?)) ORDER BY id`,
      ).all(JSON.stringify(names))
      return rows.map(view)
    },
    page({ after, limit }) {
      const rows = sql<[number, number], Row>(`SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`)
      return pageOf(rows.all(after, limit + 1).map(view), limit, (doc) => doc.id)
    },
    remove(id) {
      const gone = sql<[number]>(`DELETE FROM ${table} WHERE id = ?`).run(id).changes > 0
      if (gone) onRemove(id)
      return gone
    },
  }
}
