import type { Delivery } from '../../../engine/model/delivery.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { DeliveryReason, DeliveryStore } from '../../../engine/ports/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { audienceAfter } from '../audience/audience.ts'
import { countAudience } from '../audience/count.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import type { Runs } from './runs.ts'

const columns = `publication_id AS publicationId, subscriber_id AS subscriberId, channel, chunk, state, attempt,
  uncertain, due_at AS dueAt, code, detail, picks, updated_at AS updatedAt`

export function createDeliveries(sql: Sql, runs: Pick<Runs, 'counts'>): Sync<DeliveryStore> {
  return {
    audience: ({ after, limit, ...audience }) => audienceAfter(sql, audience, { after, limit }),
    count: (audience, { budgetMs }) => countAudience(sql, audience, budgetMs),
    recipients(ids) {
      const text = sql<[string], string>(
        `SELECT json_group_array(
           json_array(id, address, name, language, time_zone, json(attributes), json(topics),
             coalesce(tracking, 'unknown'),
             iif(tracking = 'denied', NULL, json(weights))) ORDER BY id
         )
         FROM subscriber
         LEFT JOIN subscription p ON p.subscriber_id = id
         LEFT JOIN affinity a ON a.subscriber_id = id
         WHERE id IN (SELECT value FROM json_each(?))`,
      )
      return text.pluck().get(JSON.stringify(ids)) ?? '[]'
    },
    seen(publications, ids) {
      return sql<[string, string], { subscriberId: SubscriberId; picks: Uint8Array }>(
        `SELECT subscriber_id AS subscriberId, picks
         FROM delivery
         WHERE publication_id IN (SELECT value FROM json_each(?))
           AND subscriber_id IN (SELECT value FROM json_each(?))
           AND state IN ('sent', 'unknown', 'handing') AND picks IS NOT NULL`,
      ).all(JSON.stringify(publications), JSON.stringify(ids))
    },
    get(publicationId, subscriberId) {
      const row = sql<[number, number], Delivery>(
        `SELECT ${columns} FROM delivery WHERE publication_id = ? AND subscriber_id = ?`,
      )
      return row.get(publicationId, subscriberId) ?? null
    },
    page({ publicationId, state, after, limit }) {
      // A publication's rows that are handing or sent are most of them, or a batch: found by walking.
      const noted = state !== undefined && state !== 'handing' && state !== 'sent'
      const rows = sql<[object], Delivery>(
        `SELECT ${columns} FROM delivery
         ${where(
           'publication_id = :publicationId',
           'subscriber_id > :after',
           noted && 'noted = :state',
           state !== undefined && !noted && 'state = :state',
         )}
         ORDER BY subscriber_id
         LIMIT :limit`,
      )
      return pageOf(
        rows.all({ publicationId, after, limit: limit + 1, state }),
        limit,
        (row) => row.subscriberId,
      )
    },
    counts: (id) => runs.counts(id),
    reasons({ publicationId, state, limit }) {
      return sql<[number, string, number], DeliveryReason>(
        `SELECT code, count(*) AS count, min(detail) AS example FROM delivery
         WHERE publication_id = ? AND noted = ?
         GROUP BY code
         ORDER BY count(*) DESC, code
         LIMIT ?`,
      ).all(publicationId, state, limit)
    },
    ofSubscriber({ subscriberId, after, limit }) {
      // A look-up a publication, by the primary key: there is no index by person.
      const rows = sql<[object], Delivery>(
        `SELECT ${columns} FROM delivery
         WHERE publication_id IN (SELECT id FROM publication WHERE id > :after) AND subscriber_id = :subscriberId
         ORDER BY publication_id
         LIMIT :limit`,
      ).all({ subscriberId, after, limit: limit + 1 })
      return pageOf(rows, limit, (row) => row.publicationId)
    },
    waitsUntil(publicationId, now) {
      const first = sql<[number], EpochMs | null>(
        `SELECT min(coalesce(due_at, 0)) FROM chunk INDEXED BY chunk_live
         WHERE publication_id = ? AND state <> 'done'`,
      )
        .pluck()
        .get(publicationId)
      return first === undefined || first === null || first <= now ? null : first
    },
    remove({ before, limit }) {
      const over =
        "SELECT id FROM publication WHERE state IN ('finished', 'cancelled') AND created_at < :before"
      const { changes } = sql<[object]>(
        `DELETE FROM delivery WHERE (publication_id, subscriber_id, channel) IN (
           SELECT publication_id, subscriber_id, channel FROM delivery WHERE publication_id IN (${over}) LIMIT :limit
         )`,
      ).run({ before, limit })
      if (changes < limit)
        sql<[object]>(`DELETE FROM chunk WHERE publication_id IN (${over})`).run({ before })
      return changes
    },
    timeZones() {
      // From one zone to the next along the index: everybody else in it is jumped over.
      return sql<[], string>(
        `WITH RECURSIVE zone (name) AS (
           SELECT min(time_zone) FROM subscriber WHERE time_zone IS NOT NULL
           UNION ALL
           SELECT (SELECT min(time_zone) FROM subscriber WHERE time_zone > zone.name) FROM zone
           WHERE zone.name IS NOT NULL
         )
         SELECT name FROM zone WHERE name IS NOT NULL`,
      )
        .pluck()
        .all()
    },
  }
}
