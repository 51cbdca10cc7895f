import type { Link } from '../../../engine/model/link.ts'
import type { LinkStore } from '../../../engine/ports/links.ts'
import { joinLinks } from '../../rules/link.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export function createLinks(sql: Sql): Sync<LinkStore> {
  const all = (publicationId: number) =>
    sql<[number], Link>(
      'SELECT key, number AS "index", url, item_id AS itemId FROM link WHERE publication_id = ? ORDER BY number',
    ).all(publicationId)
  return {
    put(publicationId, links) {
      if (sql<[number]>('SELECT 1 FROM publication WHERE id = ?').get(publicationId) === undefined)
        return false
      const { added, whole } = joinLinks(all(publicationId), links)
      const insert = sql<[object]>(
        `INSERT INTO link (publication_id, number, key, url, item_id)
         VALUES (:publicationId, :index, :key, :url, :itemId)`,
      )
      for (const link of added) insert.run({ ...link, publicationId })
      return whole
    },
    get: all,
  }
}
