import type { EpochMs, ItemId } from '../../../engine/model/ids.ts'
import type { Item, ItemInput } from '../../../engine/model/item.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { ItemStore } from '../../../engine/ports/items.ts'
import { type ItemFields, itemFields, keyOf, sameItem } from '../../rules/item.ts'
import { pageOf } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row extends Omit<Item, 'topics'> {
  readonly topics: string
}
const columns = `id, key, title, url, summary, body, image_url AS imageUrl, author, language, topics, popularity,
  published_at AS publishedAt, created_at AS createdAt, updated_at AS updatedAt`
const view = (row: Row): Item => ({ ...row, topics: JSON.parse(row.topics) as string[] })

/** The order of `bind` below. */
const fieldColumns =
  'title, url, summary, body, image_url, author, language, topics, popularity, published_at, updated_at'
const bind = (fields: ItemFields, now: EpochMs) =>
  [
    fields.title,
    fields.url,
    fields.summary,
    fields.body,
    fields.imageUrl,
    fields.author,
    fields.language,
    JSON.stringify(fields.topics),
    fields.popularity,
    fields.publishedAt,
    now,
  ] as const
type Bound = [...ReturnType<typeof bind>]

export function createItems(sql: Sql): Sync<ItemStore> {
  const byKey = (key: string): Item | undefined => {
    const row = sql<[string], Row>(`SELECT ${columns} FROM item WHERE key = ?`).get(key)
    return row === undefined ? undefined : view(row)
  }
  const dropTopics = (item: Item) => {
    const drop = sql<[string, number]>('DELETE FROM item_topic WHERE topic = ? AND item_id = ?')
    for (const topic of item.topics) drop.run(topic, item.id)
  }
  const addTopics = (id: ItemId, topics: readonly string[]) => {
    const add = sql<[string, number]>('INSERT OR IGNORE INTO item_topic (topic, item_id) VALUES (?, ?)')
    for (const topic of topics) add.run(topic, id)
  }
  const insert = (key: string, fields: ItemFields, now: EpochMs): ItemId => {
    const { lastInsertRowid } = sql<[string, number, ...Bound]>(
      `INSERT INTO item (key, created_at, ${fieldColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(key, now, ...bind(fields, now))
    return Number(lastInsertRowid) as ItemId
  }
  const upsertOne = (input: ItemInput, now: EpochMs) => {
    const key = keyOf(input)
    const known = byKey(key)
    const fields = itemFields(input, known ?? null, now)
    if (known === undefined) {
      const id = insert(key, fields, now)
      addTopics(id, fields.topics)
      return { id, outcome: 'created' as const }
    }
    if (sameItem(known, fields)) return { id: known.id, outcome: 'unchanged' as const }
    sql<[...Bound, number]>(
      `UPDATE item SET (${fieldColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
    ).run(...bind(fields, now), known.id)
    dropTopics(known)
    addTopics(known.id, fields.topics)
    return { id: known.id, outcome: 'updated' as const }
  }

  return {
    upsert(rows, now) {
      return rows.map((row) => upsertOne(row, now))
    },
    get(ids) {
      const rows = sql<[string], Row>(
        `SELECT ${columns.replace('id, key,', 'item.id, item.key,')}
         FROM json_each(?) j JOIN item ON item.id = j.value ORDER BY j.key`,
      )
      return rows.all(JSON.stringify(ids)).map(view)
    },
    byKey(keys) {
      return keys.map(byKey).filter((item) => item !== undefined)
    },
    byUrl(urls) {
      const row = sql<[string], Row>(`SELECT ${columns} FROM item WHERE url = ? ORDER BY id DESC LIMIT 1`)
      return [...new Set(urls)].flatMap((url) => {
        const found = row.get(url)
        return found === undefined ? [] : [view(found)]
      })
    },
    page({ after, limit, newestFirst = false, topic, search }) {
      const rows = sql<[object], Row>(
        `SELECT ${columns} FROM item
         ${where(
           newestFirst ? '(:after = 0 OR id < :after)' : 'id > :after',
           topic !== undefined && 'id IN (SELECT item_id FROM item_topic WHERE topic = :topic)',
           search !== undefined &&
             "(folded(title) LIKE :like ESCAPE '\\' OR folded(url) LIKE :like ESCAPE '\\')",
         )}
         ORDER BY id ${newestFirst ? 'DESC' : 'ASC'}
         LIMIT :limit`,
      )
      const like = `%${foldText(search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
      return pageOf(rows.all({ after, limit: limit + 1, topic, like }).map(view), limit, (item) => item.id)
    },
    topics() {
      return sql<[], { topic: string; items: number }>(
        'SELECT topic, count(*) AS items FROM item_topic GROUP BY topic ORDER BY topic',
      ).all()
    },
    candidates({ topics, since, until, newSince, limit }) {
      const rows = sql<[object], Row>(
        `SELECT ${columns} FROM item
         ${where(
           'published_at BETWEEN :since AND :until',
           newSince !== undefined && '(published_at > :newSince OR created_at > :newSince)',
           topics.length > 0 &&
             `EXISTS (
                SELECT 1 FROM item_topic t
                WHERE t.item_id = item.id AND t.topic IN (SELECT value FROM json_each(:topics))
              )`,
         )}
         ORDER BY published_at DESC, id DESC
         LIMIT :limit`,
      )
      return rows.all({ since, until, newSince, limit, topics: JSON.stringify(topics) }).map(view)
    },
    remove(id) {
      const row = sql<[number], Row>(`SELECT ${columns} FROM item WHERE id = ?`).get(id)
      if (row === undefined) return false
      dropTopics(view(row))
      sql<[number]>('DELETE FROM item WHERE id = ?').run(id)
      return true
    },
  }
}
