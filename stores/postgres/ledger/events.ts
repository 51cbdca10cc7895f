import type { DeliveryEvent, EventType, NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EpochMs, EventId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { EventStore } from '../../../engine/ports/events.ts'
import { pageOf } from '../../rules/page.ts'
import { isLock, lockedWhat, lockNumber } from '../database/advisory.ts'
import { createBatch } from '../database/batch.ts'
import { dropBefore } from '../database/partitions.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

// Transactions commit in another order than they draw ids in, and whoever reads on from the last id seen would pass
// over those that commit late. So a transaction says, before it draws, which ids were drawn by then: it holds a shared
// advisory lock whose key is that number, and nobody is handed an id above the lowest that is held. Nothing but other
// writers of events holds a reader up, and those for the rest of their transaction: comparing transaction ids with
// `pg_snapshot_xmin` would wait for every long transaction on the server, other databases' included.

/** Part of a statement that inserts events: join it, so that the lock is held before the first id is drawn. */
export const drawing = `(
  SELECT pg_advisory_xact_lock_shared(${lockNumber('event', "coalesce(pg_sequence_last_value('event_id'), 0)")})
)`

/** Up to which id everything is committed that ever will be. A statement of its own, before the one that reads: that
 *  one's snapshot must be younger than the look at the locks. The locks are looked at for each row of `drawn`, which is
 *  why they are looked at after it: an id drawn in between is above both. */
const settledTo = `
  WITH drawn AS MATERIALIZED (SELECT coalesce(pg_sequence_last_value('event_id'), 0) AS id)
  SELECT least(drawn.id, held.id) AS id
  FROM drawn
  CROSS JOIN LATERAL (
    SELECT min(${lockedWhat}) AS id FROM pg_locks l WHERE ${isLock('event')} AND ${lockedWhat} < drawn.id
  ) held`

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
      const settled = await db.one<{ id: number }>(settledTo)
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
