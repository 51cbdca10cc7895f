import type { EpochMs, ItemId } from '../../../engine/model/ids.ts'
import type { Item, ItemInput } from '../../../engine/model/item.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { ItemStore } from '../../../engine/ports/items.ts'
import { type ItemFields, itemFields, keyOf, sameItem } from '../../rules/item.ts'
import { pageOf } from '../../rules/page.ts'
import { createBatch } from '../database/batch.ts'
import { holdRows } from '../database/hold.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'

const columns = `id, key, title, url, summary, body, image_url AS "imageUrl", author, language, topics, popularity,
  published_at AS "publishedAt", created_at AS "createdAt", updated_at AS "updatedAt"`

const fields = {
  title: ['text', (row: ItemFields) => row.title],
  url: ['text', (row: ItemFields) => row.url],
  summary: ['text', (row: ItemFields) => row.summary],
  body: ['text', (row: ItemFields) => row.body],
  image_url: ['text', (row: ItemFields) => row.imageUrl],
  author: ['text', (row: ItemFields) => row.author],
  language: ['text', (row: ItemFields) => row.language],
  topics: ['text[]', (row: ItemFields) => row.topics],
  popularity: ['double precision', (row: ItemFields) => row.popularity],
  published_at: ['bigint', (row: ItemFields) => row.publishedAt],
} as const
type Row = ItemFields & { readonly key: string }
const newcomers = createBatch<Row>({ key: ['text', (row) => row.key], ...fields })
const changes = createBatch<ItemFields & { readonly id: ItemId }>({
  id: ['bigint', (row) => row.id],
  ...fields,
})

/** `ItemStore.upsert` in a transaction. */
export async function upsertItems(
  tx: Sql,
  inputs: readonly ItemInput[],
  now: EpochMs,
): Promise<Awaited<ReturnType<ItemStore['upsert']>>> {
  const first = new Map<string, Row>()
  for (const input of inputs) {
    const key = keyOf(input)
    if (!first.has(key)) first.set(key, { ...itemFields(input, null, now), key })
  }
  const items = await holdRows<ItemId, ItemFields, Row>(first, {
    async present(keys) {
      const rows = await tx.all<Row>('SELECT key FROM item WHERE key = ANY($1)', [keys])
      return rows.map(({ key }) => key)
    },
    insert: (rows) => insertItems(tx, rows, now),
    take: (keys) =>
      tx.all<Item>(`SELECT ${columns} FROM item WHERE key = ANY($1) ORDER BY id FOR UPDATE`, [keys]),
  })
  const outcomes = inputs.map((input) => {
    const item = items.get(keyOf(input))!
    const { id } = item
    if (item.fresh) {
      item.fresh = false
      return { id, outcome: 'created' as const }
    }
    const next = itemFields(input, item.fields, now)
    if (sameItem(item.fields, next)) return { id, outcome: 'unchanged' as const }
    Object.assign(item, { fields: next, changed: true })
    return { id, outcome: 'updated' as const }
  })
  const changed = [...items.values()].filter((item) => item.changed)
  if (changed.length > 0)
    await tx.run(
      `UPDATE item
       SET ${changes.set}, updated_at = ${changes.next}
       FROM ${changes.from}
       WHERE item.id = r.id`,
      [...changes.values(changed.map(({ id, fields: own }) => ({ ...own, id }))), now],
    )
  return outcomes
}

/** The ids of those whose keys nothing had, rising in this order. */
async function insertItems(
  tx: Sql,
  rows: readonly Row[],
  now: EpochMs,
): Promise<ReadonlyMap<string, ItemId>> {
  // Numbered as they come, written by key.
  const made = await tx.all<{ id: ItemId; key: string }>(
    `INSERT INTO item (id, ${newcomers.columns}, created_at, updated_at)
     SELECT id, ${newcomers.columns}, ${newcomers.next}, ${newcomers.next}
     FROM (SELECT nextval('item_id_seq') AS id, r.* FROM ${newcomers.from}) numbered
     ORDER BY key COLLATE "C"
     ON CONFLICT (key) DO NOTHING
     RETURNING id, key`,
    [...newcomers.values(rows), now],
  )
  return new Map(made.map(({ id, key }) => [key, id]))
}

export function createItems(db: Database): ItemStore {
  return {
    upsert(inputs, now) {
      return db.tx((tx) => upsertItems(tx, inputs, now))
    },
    get(ids) {
      return db.all<Item>(
        `SELECT ${columns}
         FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, nth)
         JOIN item USING (id)
         ORDER BY nth`,
        [ids],
      )
    },
    async byKey(keys) {
      const rows = await db.all<Item>(`SELECT ${columns} FROM item WHERE key = ANY($1)`, [keys])
      const found = new Map(rows.map((item) => [item.key, item]))
      return keys.map((key) => found.get(key)).filter((item) => item !== undefined)
    },
    async byUrl(urls) {
      const rows = await db.all<Item>(
        `SELECT DISTINCT ON (url) ${columns} FROM item WHERE url = ANY($1) ORDER BY url, id DESC`,
        [urls],
      )
      const newest = new Map(rows.map((item) => [item.url, item]))
      return [...new Set(urls)].map((url) => newest.get(url)).filter((item) => item !== undefined)
    },
    async page({ after, limit, newestFirst = false, topic, search }) {
      const values = createValues()
      const part = search === undefined ? '' : values(foldText(search))
      const rows = await db.all<Item>(
        `SELECT ${columns} FROM item
         ${where(
           newestFirst ? after !== 0 && `id < ${values(after)}` : `id > ${values(after)}`,
           topic !== undefined && `topics @> ARRAY[${values(topic)}::text]`,
           search !== undefined && `(strpos(lower(title), ${part}) > 0 OR strpos(lower(url), ${part}) > 0)`,
         )}
         ORDER BY id ${newestFirst ? 'DESC' : 'ASC'}
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows, limit, (item) => item.id)
    },
    topics() {
      return db.all<{ topic: string; items: number }>(
        `SELECT topic, count(DISTINCT id)::integer AS items
         FROM item, unnest(topics) AS topic
         GROUP BY topic
         ORDER BY topic COLLATE "C"`,
      )
    },
    candidates({ topics, since, until, newSince, limit }) {
      const values = createValues()
      const fresh = newSince === undefined ? '' : values(newSince)
      return db.all<Item>(
        `SELECT ${columns} FROM item
         ${where(
           `published_at BETWEEN ${values(since)} AND ${values(until)}`,
           newSince !== undefined && `(published_at > ${fresh} OR created_at > ${fresh})`,
           topics.length > 0 && `topics && ${values(topics)}::text[]`,
         )}
         ORDER BY published_at DESC, id DESC
         LIMIT ${values(limit)}`,
        values.list,
      )
    },
    async remove(id) {
      return (await db.run('DELETE FROM item WHERE id = $1', [id])) > 0
    },
  }
}
