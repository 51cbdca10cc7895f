import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Link } from '../../../engine/model/link.ts'
import type { LinkStore } from '../../../engine/ports/links.ts'
import { joinLinks } from '../../rules/link.ts'
import { createBatch } from '../database/batch.ts'
import type { Database, Sql } from '../database/sql.ts'

const batch = createBatch<Link>({
  number: ['integer', ({ index }) => index],
  key: ['text', ({ key }) => key],
  url: ['text', ({ url }) => url],
  item_id: ['bigint', ({ itemId }) => itemId],
})

const all = (sql: Sql, publicationId: PublicationId): Promise<Link[]> =>
  sql.all<Link>(
    'SELECT key, number AS "index", url, item_id AS "itemId" FROM link WHERE publication_id = $1 ORDER BY number',
    [publicationId],
  )

export function createLinks(db: Database): LinkStore {
  return {
    put(publicationId, links) {
      return db.tx(async (tx) => {
        // One node numbers at a time. Who plans the publication or moves its state waits for as long.
        const found = await tx.one('SELECT 1 FROM publication WHERE id = $1 FOR NO KEY UPDATE', [
          publicationId,
        ])
        if (found === undefined) return false
        const { added, whole } = joinLinks(await all(tx, publicationId), links)
        if (added.length > 0)
          await tx.run(
            `INSERT INTO link (publication_id, ${batch.columns})
             SELECT ${batch.next}, ${batch.columns.replaceAll(/\w+/g, 'r.$&')} FROM ${batch.from}`,
            [...batch.values(added), publicationId],
          )
        return whole
      })
    },
    get: (publicationId) => all(db, publicationId),
  }
}
