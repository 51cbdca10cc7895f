import type { ListId, SubscriberId } from '../../engine/model/ids.ts'
import type { Sql } from './statements.ts'

export interface AudienceQuery {
  readonly lists: readonly ListId[]
  readonly excludeLists: readonly ListId[]
  readonly after: number
  readonly limit: number
}

/** Is `subscriber` (an SQL expression) an active member of one of these lists? Ids go into the text, so that
 *  each is a look-up in the primary key and the statement is prepared once a publication. */
export const isMember = (lists: readonly ListId[], subscriber: string): string =>
  lists.length === 0
    ? 'FALSE'
    : `EXISTS (
         SELECT 1 FROM membership e
         WHERE e.list_id IN (${lists.map(Number).join(', ')}) AND e.subscriber_id = ${subscriber}
           AND e.status = 'active'
       )`

/** Who a publication to these lists would reach now, in id order.
 *  Each list is walked along its primary key, which is in id order, and SQLite merges the walks without
 *  sorting: a page costs what the page holds, however large the lists are. CROSS JOIN keeps the membership
 *  outside, INDEXED BY keeps the wide subscriber rows unread: 1,000,000 ids in about a second. */
export function audienceAfter(sql: Sql, query: AudienceQuery): SubscriberId[] {
  const lists = [...new Set(query.lists)]
  if (lists.length === 0) return []
  const arms = lists.map(
    (list) =>
      `SELECT m.subscriber_id AS id
       FROM membership m
       CROSS JOIN subscriber s INDEXED BY subscriber_status
       WHERE m.list_id = ${Number(list)} AND m.subscriber_id > :after AND m.status = 'active'
         AND s.status = 'active' AND s.id = m.subscriber_id
         AND NOT ${isMember(query.excludeLists, 'm.subscriber_id')}`,
  )
  const rows = sql<[object], SubscriberId>(`${arms.join(' UNION ')} ORDER BY id LIMIT :limit`)
  return rows.pluck().all({ after: query.after, limit: query.limit })
}
