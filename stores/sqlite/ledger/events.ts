import type { DeliveryEvent, NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EventId } from '../../../engine/model/ids.ts'
import type { EventStore } from '../../../engine/ports/events.ts'
import { pageOf } from '../../rules/page.ts'
import { insertRows } from '../database/bulk.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export interface EventWriter {
  /** Null: it was told before. */
  append(event: NewDeliveryEvent): EventId | null
  /** Of one publication, in this order. */
  appendAll(
    same: Pick<NewDeliveryEvent, 'publicationId' | 'channel' | 'at'>,
    events: readonly Pick<NewDeliveryEvent, 'subscriberId' | 'type' | 'code' | 'detail'>[],
  ): void
}

const columns = 'publication_id, subscriber_id, channel, type, at, code, detail'

export function createEventWriter(sql: Sql): EventWriter {
  return {
    append({ publicationId, subscriberId, channel, type, at, code, detail, ...read }) {
      const { class: by = null, was = null, link = null, key = null } = read
      const insert = sql<(string | number | null)[]>(
        `INSERT INTO event (${columns}, class, was, link, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (key, at) WHERE key IS NOT NULL DO NOTHING`,
      )
      const made = insert.run(
        publicationId,
        subscriberId,
        channel,
        type,
        at,
        code,
        detail,
        by,
        was,
        link,
        key,
      )
      return made.changes === 0 ? null : (Number(made.lastInsertRowid) as EventId)
    },
    appendAll({ publicationId, channel, at }, events) {
      insertRows(
        sql,
        {
          into: `event (${columns})`,
          select: '?, column1, ?, column2, ?, column3, column4',
          same: [publicationId, channel, at],
        },
        events.map(({ subscriberId, type, code, detail }) => [subscriberId, type, code, detail]),
      )
    },
  }
}

export function createEvents(sql: Sql, writer: EventWriter): Sync<EventStore> {
  return {
    append(events) {
      return events.map((event) => writer.append(event))
    },
    page({ after, limit, publicationId, subscriberId, type, reads }) {
      // A unary plus keeps an index out: a person has tens of events, a publication a million.
      const byPerson = subscriberId !== undefined
      const few = byPerson || publicationId !== undefined
      const rows = sql<[object], DeliveryEvent>(
        `SELECT id, publication_id AS publicationId, subscriber_id AS subscriberId, channel, type, at, code, detail,
           class, was, link, key
         FROM event ${reads && !few ? 'INDEXED BY event_read' : ''}
         ${where(
           'id > :after',
           byPerson && 'subscriber_id = :subscriberId',
           publicationId !== undefined && `${byPerson ? '+' : ''}publication_id = :publicationId`,
           type !== undefined && 'type = :type',
           reads === true && 'class IS NOT NULL',
         )}
         ORDER BY id
         LIMIT :limit`,
      )
      const found = rows.all({ after, limit: limit + 1, publicationId, subscriberId, type })
      return pageOf(found, limit, (event) => event.id)
    },
    remove({ before, limit }) {
      // Ids rise with time: the first `limit` rows are looked at, and no index on times is needed.
      return sql<[number, number]>(
        `DELETE FROM event WHERE id IN (SELECT id FROM event ORDER BY id LIMIT ?) AND at < ?`,
      ).run(limit, before).changes
    },
  }
}
