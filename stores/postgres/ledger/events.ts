import type { DeliveryEvent, EventType, NewDeliveryEvent } from '../../../engine/model/event.ts'
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

const batch = createBatch<NewDeliveryEvent>({
  publication_id: ['bigint', (event) => event.publicationId],
  subscriber_id: ['bigint', (event) => event.subscriberId],
  channel: ['text', (event) => event.channel],
  type: ['text', (event) => event.type],
  at: ['bigint', (event) => event.at],
  code: ['text', (event) => keepable(event.code)],
  detail: ['text', (event) => keepable(event.detail)],
})

/** In this order, in the caller's transaction. */
export async function appendEvents(
  sql: Sql,
  events: readonly NewDeliveryEvent[],
): Promise<readonly EventId[]> {
  if (events.length === 0) return []
  const rows = await sql.all<{ id: EventId }>(
    `INSERT INTO event (${batch.columns}) SELECT ${batch.columns} FROM ${drawing} drawing, ${batch.from} RETURNING id`,
    batch.values(events),
  )
  return rows.map(({ id }) => id)
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
})

export function createEvents(db: Database): EventStore {
  return {
    append: (events) => appendEvents(db, events),
    async page({ after, limit, publicationId, subscriberId, type }) {
      const settled = await db.one<{ id: number }>(ids.settledTo)
      const values = createValues()
      // A person has tens of events, a publication a million: adding 0 keeps the index by publication out.
      const byPerson = subscriberId !== undefined
      const publication = byPerson ? '(publication_id + 0)' : 'publication_id'
      const rows = await db.all<Row>(
        `SELECT id, publication_id, subscriber_id, channel, type, at, code, detail
         FROM event
         ${where(
           `id > ${values(after)}`,
           `id <= ${values(settled?.id ?? 0)}`,
           byPerson && `subscriber_id = ${values(subscriberId)}`,
           publicationId !== undefined && `${publication} = ${values(publicationId)}`,
           type !== undefined && `type = ${values(type)}`,
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
