import type { DeliveryEvent, EventType, NewDeliveryEvent, ReadClass } from '../../../engine/model/event.ts'
import type { EpochMs, EventId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { EventStore } from '../../../engine/ports/events.ts'
import { pageOf } from '../../rules/page.ts'
import { createBatch } from '../database/batch.ts'
import { drawnFrom } from '../database/drawn.ts'
import { dropBefore } from '../database/partitions.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

const ids = drawnFrom('event_id', 'event')
/** Part of a statement that inserts events. */
export const { drawing } = ids
/** Up to which event (`id`) all are there that ever will be: a statement of its own, before the one that reads. */
export const { settledTo } = ids

const batch = createBatch<NewDeliveryEvent>({
  publication_id: ['bigint', (event) => event.publicationId],
  subscriber_id: ['bigint', (event) => event.subscriberId],
  channel: ['text', (event) => event.channel],
  type: ['text', (event) => event.type],
  at: ['bigint', (event) => event.at],
  code: ['text', (event) => keepable(event.code)],
  detail: ['text', (event) => keepable(event.detail)],
  class: ['text', (event) => event.class ?? null],
  was: ['text', (event) => event.was ?? null],
  link: ['integer', (event) => event.link ?? null],
  key: ['text', (event) => event.key ?? null],
})

/** In this order, in the caller's transaction. */
export async function appendEvents(
  sql: Sql,
  events: readonly NewDeliveryEvent[],
): Promise<readonly (EventId | null)[]> {
  if (events.length === 0) return []
  const rows = await sql.all<{ id: EventId; key: string | null; at: EpochMs }>(
    `INSERT INTO event (${batch.columns}) SELECT ${batch.columns} FROM ${drawing} drawing, ${batch.from}
     ON CONFLICT (key, at) WHERE key IS NOT NULL DO NOTHING
     RETURNING id, key, at`,
    batch.values(events),
  )
  if (rows.length === events.length) return rows.map(({ id }) => id)
  // What is missing was told before; of two in one call, the first was written.
  let next = 0
  return events.map(({ key = null, at }) => {
    const row = rows[next]
    if (row === undefined || row.key !== key || row.at !== at) return null
    next++
    return row.id
  })
}

interface Row {
  readonly id: EventId
  readonly publication_id: PublicationId
  readonly subscriber_id: SubscriberId
  readonly channel: string
  readonly type: EventType
  readonly at: EpochMs
  readonly code: string | null
  readonly detail: string | null
  readonly class: ReadClass | null
  readonly was: ReadClass | null
  readonly link: number | null
  readonly key: string | null
}
const view = (row: Row): DeliveryEvent => ({
  id: row.id,
  publicationId: row.publication_id,
  subscriberId: row.subscriber_id,
  channel: row.channel,
  type: row.type,
  at: row.at,
  code: row.code,
  detail: row.detail,
  class: row.class,
  was: row.was,
  link: row.link,
  key: row.key,
})

export function createEvents(db: Database): EventStore {
  return {
    append: (events) => appendEvents(db, events),
    async page({ after, limit, publicationId, subscriberId, type, reads }) {
      const settled = await db.one<{ id: number }>(settledTo)
      const values = createValues()
      // A person has tens of events, a publication a million: adding 0 keeps the index by publication out.
      const byPerson = subscriberId !== undefined
      const publication = byPerson ? '(publication_id + 0)' : 'publication_id'
      const rows = await db.all<Row>(
        `SELECT id, publication_id, subscriber_id, channel, type, at, code, detail,
           class, was, link, key
         FROM event
         ${where(
           `id > ${values(after)}`,
           `id <= ${values(settled?.id ?? 0)}`,
           byPerson && `subscriber_id = ${values(subscriberId)}`,
           publicationId !== undefined && `${publication} = ${values(publicationId)}`,
           type !== undefined && `type = ${values(type)}`,
           reads === true && 'class IS NOT NULL',
         )}
         ORDER BY id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(view), limit, (event) => event.id)
    },
    async remove({ before, limit }) {
      const dropped = await dropBefore(db, 'event', before)
      // Ids rise with time: the first `limit` rows are looked at, and no index on times is needed.
      const removed = await db.run(
        `WITH oldest AS (SELECT id, at FROM event ORDER BY id LIMIT $2)
         DELETE FROM event e USING oldest WHERE e.id = oldest.id AND e.at = oldest.at AND e.at < $1`,
        [before, limit],
      )
      return dropped + removed
    },
  }
}
