import { type Audience, isOfLists } from '../../../engine/model/audience.ts'
import type { ListId, Page, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { ResolvedRule } from '../../../engine/model/segment.ts'
import { createValues, type Sql, type Values } from '../database/sql.ts'
import { isQuick } from './cost.ts'
import { type Asked, compileRule, fence } from './segment.ts'

/** Ids that one call looks through where a rule has to be asked of each: some 20 ms, up to 300 with events. */
export const maxLookedAt = 16_384

// A page that the indexes give in this time is taken from all subscribers at once.
const quickPageMs = 50

const idsIn = (ids: readonly number[]): string => [...new Set(ids)].map(Number).join(', ')

/** Is `subscriber` (an SQL expression) an active member of one of these lists? Ids go into the text: the statement is
 *  prepared once a publication. */
export const isMember = (lists: readonly ListId[], subscriber: string, asked: Asked = 'each'): string =>
  membership(lists, subscriber, 'active', asked)

/** Did they leave one of these lists? */
export const hasLeft = (lists: readonly ListId[], subscriber: string, asked: Asked = 'each'): string =>
  membership(lists, subscriber, 'unsubscribed', asked)

const membership = (
  lists: readonly ListId[],
  subscriber: string,
  status: 'active' | 'unsubscribed',
  asked: Asked,
): string =>
  lists.length === 0
    ? 'FALSE'
    : `EXISTS (
         SELECT 1 FROM membership e
         WHERE e.list_id IN (${idsIn(lists)}) AND e.subscriber_id = ${subscriber} AND e.status = '${status}'
         ${fence[asked]}
       )`

/** With the month of each publication that it names, which says in which partition its letters are. */
export interface PlacedAudience extends Audience {
  readonly months: ReadonlyMap<PublicationId, number>
}

export async function placeAudience(sql: Sql, audience: Audience): Promise<PlacedAudience> {
  const { publications = [], excludePublications = [] } = audience
  const ids = [...publications, ...excludePublications]
  if (ids.length === 0) return { ...audience, months: new Map() }
  const rows = await sql.all<{ id: PublicationId; month: number }>(
    'SELECT id, month FROM publication WHERE id = ANY($1)',
    [ids],
  )
  return { ...audience, months: new Map(rows.map(({ id, month }) => [id, month])) }
}

/** A condition for each month. */
function wasSent(
  publications: readonly PublicationId[],
  months: PlacedAudience['months'],
  subscriber: string,
  asked: Asked,
): string[] {
  const known = publications.filter((id) => months.has(id))
  return [...Map.groupBy(known, (id) => Number(months.get(id)))].map(
    ([month, ids]) => `EXISTS (
      SELECT 1 FROM delivery d
      WHERE d.month = ${month} AND d.publication_id IN (${idsIn(ids)}) AND d.subscriber_id = ${subscriber}
        AND d.state = 'sent'
      ${fence[asked]}
    )`,
  )
}

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`

/** Whom the audience holds, as a condition on the row `s` of subscriber. */
export function compileAudience(audience: PlacedAudience, values: Values, asked: Asked = 'each'): string {
  const { months, lists, excludeLists, segments = [], publications = [] } = audience
  const { excludeSegments = [], excludePublications = [] } = audience
  const rules = (all: readonly ResolvedRule[]) => all.map((rule) => compileRule(rule, values, asked))
  const others = [...wasSent(publications, months, 's.id', asked), ...rules(segments)]
  const included = [
    ...(lists.length === 0 ? [] : [isMember(lists, 's.id', asked)]),
    ...(others.length === 0
      ? []
      : [lists.length === 0 ? anyOf(others) : `(${anyOf(others)} AND NOT ${hasLeft(lists, 's.id', asked)})`]),
  ]
  const excluded = [
    ...(excludeLists.length === 0 ? [] : [isMember(excludeLists, 's.id', asked)]),
    ...wasSent(excludePublications, months, 's.id', asked),
    ...rules(excludeSegments),
  ]
  // Each alone: the planner makes joins of what stands between ANDs.
  return ["s.status = 'active'", anyOf(included), ...excluded.map((one) => `NOT ${one}`)].join(' AND ')
}

/** Who a publication to this audience would reach now, in id order. */
export async function audienceAfter(
  sql: Sql,
  audience: Audience,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<Page<SubscriberId>> {
  if (isOfLists(audience)) return lastTold(await membersAfter(sql, audience, after, limit), limit)
  const placed = await placeAudience(sql, audience)
  const values = createValues()
  const all = `SELECT s.id FROM subscriber s
    WHERE s.id > ${values(after)} AND ${compileAudience(placed, values, 'all')}`
  if (await isQuick(sql, all, values.list, quickPageMs)) {
    // OFFSET 0: the limit shall not make it walk along the ids until so many are found.
    const text = `SELECT q.id FROM (${all} OFFSET 0) q ORDER BY q.id LIMIT ${values(limit)}`
    return lastTold(await idsOf(sql, text, values), limit)
  }
  return idsWhere(sql, placed, { after, limit })
}

const idsOf = async (sql: Sql, text: string, values: Values): Promise<SubscriberId[]> =>
  (await sql.adHoc<{ id: SubscriberId }>(text, values.list)).map(({ id }) => id)

const lastTold = (rows: readonly SubscriberId[], limit: number): Page<SubscriberId> => ({
  rows,
  next: rows.length < limit ? null : (rows.at(-1) ?? null),
})

/** Each list is walked along its primary key, beside the index of active subscribers, and the walks are merged without
 *  sorting: a page costs what the page holds, however large the lists are. */
function membersAfter(
  sql: Sql,
  query: Pick<Audience, 'lists' | 'excludeLists'>,
  after: number,
  limit: number,
): Promise<SubscriberId[]> {
  const lists = [...new Set(query.lists)]
  if (lists.length === 0) return Promise.resolve([])
  const values = createValues()
  const [from, most] = [values(after), values(limit)]
  const arms = lists.map(
    (list) =>
      `(SELECT m.subscriber_id AS id
        FROM membership m
        JOIN subscriber s ON s.id = m.subscriber_id
        WHERE m.list_id = ${Number(list)} AND m.subscriber_id > ${from} AND m.status = 'active'
          AND s.status = 'active' AND s.id > ${from}
          AND NOT ${isMember(query.excludeLists, 'm.subscriber_id')}
        ORDER BY m.subscriber_id
        LIMIT ${most})`,
  )
  return idsOf(sql, `SELECT q.id FROM (${arms.join(' UNION ')}) q ORDER BY q.id LIMIT ${most}`, values)
}

/** Of the next `maxLookedAt` ids, those whom the audience holds. `next` is where to go on, null at the end of all. */
async function idsWhere(
  sql: Sql,
  audience: PlacedAudience,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<Page<SubscriberId>> {
  const last = await lastSubscriber(sql)
  const until = after + maxLookedAt
  const values = createValues()
  const from = subscribersBetween(values(after), values(until))
  const condition = compileAudience(audience, values)
  const rows = await idsOf(
    sql,
    `SELECT s.id FROM ${from} WHERE ${condition} ORDER BY s.id LIMIT ${values(limit)}`,
    values,
  )
  const next = rows.length === limit ? (rows.at(-1) ?? after) : until
  return { rows, next: next >= last ? null : next }
}

/** The active subscribers `after` < id <= `until` as `s`, by their ids: the planner cannot take an index that it believes to
 *  be better. */
export const subscribersBetween = (after: string, until: string): string =>
  `(SELECT id, address, status, language, time_zone, created_at, updated_at, topics, attributes, folded, folded_name, interests
    FROM subscriber
    WHERE id > ${after}::bigint AND id <= ${until}::bigint AND status = 'active'
    OFFSET 0) s`

/** The highest id there is. */
export async function lastSubscriber(sql: Sql): Promise<number> {
  const row = await sql.one<{ last: number | null }>('SELECT max(id) AS last FROM subscriber')
  return row?.last ?? 0
}
