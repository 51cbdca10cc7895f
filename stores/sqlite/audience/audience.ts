import { type Audience, isOfLists } from '../../../engine/model/audience.ts'
import type { ListId, Page, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { ResolvedRule } from '../../../engine/model/segment.ts'
import type { Sql } from '../database/statements.ts'
import { type Bindings, compileRule, createBindings } from './segment.ts'

/** Ids that one call looks through where a rule has to be asked of each: some 50 ms, up to 300 with events. */
export const maxLookedAt = 16_384

const idsIn = (ids: readonly number[]): string => [...new Set(ids)].map(Number).join(', ')

/** Is `subscriber` (an SQL expression) an active member of one of these lists? Ids go into the text, so that
 *  each is a look-up in the primary key and the statement is prepared once a publication. */
export const isMember = (lists: readonly ListId[], subscriber: string): string =>
  membership(lists, subscriber, 'active')

/** Did they leave one of these lists? */
export const hasLeft = (lists: readonly ListId[], subscriber: string): string =>
  membership(lists, subscriber, 'unsubscribed')

const membership = (lists: readonly ListId[], subscriber: string, status: string): string =>
  lists.length === 0
    ? 'FALSE'
    : `EXISTS (
         SELECT 1 FROM membership e
         WHERE e.list_id IN (${lists.map(Number).join(', ')}) AND e.subscriber_id = ${subscriber}
           AND e.status = '${status}'
       )`

const wasSent = (publications: readonly PublicationId[], subscriber: string): string[] =>
  publications.length === 0
    ? []
    : [
        `EXISTS (
           SELECT 1 FROM delivery d
           WHERE d.publication_id IN (${idsIn(publications)}) AND d.subscriber_id = ${subscriber} AND d.state = 'sent'
         )`,
      ]

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`

/** Whom the audience holds, as a condition on the row `s` of subscriber. */
export function compileAudience(audience: Audience, bind: Bindings): string {
  const { lists, excludeLists, segments = [], publications = [] } = audience
  const { excludeSegments = [], excludePublications = [] } = audience
  const rules = (all: readonly ResolvedRule[]) => all.map((rule) => compileRule(rule, bind))
  // Look-ups before rules: SQLite asks from left to right and stops at the first that decides.
  const others = [...wasSent(publications, 's.id'), ...rules(segments)]
  const included = [
    ...(lists.length === 0 ? [] : [isMember(lists, 's.id')]),
    ...(others.length === 0 ? [] : [`(${anyOf(others)} AND NOT ${hasLeft(lists, 's.id')})`]),
  ]
  const excluded = [
    ...(excludeLists.length === 0 ? [] : [isMember(excludeLists, 's.id')]),
    ...wasSent(excludePublications, 's.id'),
    ...rules(excludeSegments),
  ]
  return `s.status = 'active' AND ${anyOf(included)} AND NOT ${anyOf(excluded)}`
}

/** Who a publication to this audience would reach now, in id order. */
export function audienceAfter(
  sql: Sql,
  audience: Audience,
  { after, limit }: { readonly after: number; readonly limit: number },
): Page<SubscriberId> {
  if (!isOfLists(audience)) {
    const bind = createBindings()
    const condition = compileAudience(audience, bind)
    return idsWhere(sql, condition, bind, { after, limit })
  }
  const rows = membersAfter(sql, audience, after, limit)
  return { rows, next: rows.length < limit ? null : (rows.at(-1) ?? null) }
}

/** Each list is walked along its primary key, which is in id order, and SQLite merges the walks without
 *  sorting: a page costs what the page holds, however large the lists are. CROSS JOIN keeps the membership
 *  outside, INDEXED BY keeps the wide subscriber rows unread: 1,000,000 ids in about a second. */
function membersAfter(
  sql: Sql,
  query: Pick<Audience, 'lists' | 'excludeLists'>,
  after: number,
  limit: number,
): SubscriberId[] {
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
  return rows.pluck().all({ after, limit })
}

/** Ids of the subscribers `s` of whom the condition is true, out of the next `maxLookedAt`. `next` is where to go
 *  on, null at the end of all subscribers. */
export function idsWhere(
  sql: Sql,
  condition: string,
  bind: Bindings,
  { after, limit }: { readonly after: number; readonly limit: number },
): Page<SubscriberId> {
  const last = lastSubscriber(sql)
  const until = after + maxLookedAt
  const rows = sql<[object], SubscriberId>(
    `SELECT s.id FROM subscriber s NOT INDEXED
     WHERE s.id > :after AND s.id <= :until AND ${condition}
     ORDER BY s.id
     LIMIT :limit`,
  )
    .pluck()
    .all({ ...bind.values, after, until, limit })
  const next = rows.length === limit ? (rows.at(-1) ?? after) : until
  return { rows, next: next >= last ? null : next }
}

/** The highest id there is. */
export const lastSubscriber = (sql: Sql): number =>
  sql<[], number | null>('SELECT max(id) FROM subscriber').pluck().get() ?? 0
