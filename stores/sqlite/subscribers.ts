import type { EpochMs, ListId, PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../../engine/model/subscriber.ts'
import type { SubscriberStore, UpsertOutcome } from '../../engine/ports/subscribers.ts'
import { pageOf } from '../rules/page.ts'
import { noSuch } from '../rules/refusals.ts'
import { leavesFor, mergeSubscriber, newSubscriber, type SubscriberFields } from '../rules/subscriber.ts'
import { lastSubscriber, maxLookedAt } from './audience.ts'
import type { EventWriter } from './events.ts'
import type { Sync } from './methods.ts'
import { compileRule, createBindings } from './segment.ts'
import { type Sql, where } from './statements.ts'

interface Row {
  readonly id: SubscriberId
  readonly address: string
  readonly status: SubscriberStatus
  readonly name: string | null
  readonly language: string | null
  readonly time_zone: string | null
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly topics: string
  readonly attributes: string
}

const view = (row: Row): Subscriber => ({
  id: row.id,
  address: row.address,
  name: row.name,
  language: row.language,
  timeZone: row.time_zone,
  status: row.status,
  attributes: JSON.parse(row.attributes) as Subscriber['attributes'],
  topics: JSON.parse(row.topics) as Subscriber['topics'],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** The order of `bind` below. */
const fieldColumns = 'status, name, language, time_zone, topics, attributes, updated_at'
const bind = (fields: SubscriberFields, now: EpochMs) =>
  [
    fields.status,
    fields.name,
    fields.language,
    fields.timeZone,
    JSON.stringify(fields.topics),
    JSON.stringify(fields.attributes),
    now,
  ] as const
type Bound = [...ReturnType<typeof bind>]

export function createSubscribers(sql: Sql, events: EventWriter): Sync<SubscriberStore> {
  const byAddress = (address: string) =>
    sql<[string], Row>('SELECT * FROM subscriber WHERE address = ?').get(address)
  const byId = (id: SubscriberId) => sql<[number], Row>('SELECT * FROM subscriber WHERE id = ?').get(id)
  const replace = (id: SubscriberId, fields: SubscriberFields, now: EpochMs) =>
    sql<[...Bound, number]>(
      `UPDATE subscriber SET (${fieldColumns}) = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
    ).run(...bind(fields, now), id)

  /** False when that changed nothing. */
  const join = (list: ListId, id: SubscriberId, now: EpochMs): boolean =>
    sql<[number, number, number]>(
      `INSERT INTO membership (list_id, subscriber_id, status, at) VALUES (?, ?, 'active', ?)
       ON CONFLICT DO UPDATE SET status = excluded.status, at = excluded.at WHERE status = 'unconfirmed'`,
    ).run(list, id, now).changes > 0

  const upsertOne = (input: SubscriberInput, lists: readonly ListId[], now: EpochMs): UpsertOutcome => {
    const row = byAddress(input.address)
    if (row === undefined) {
      const insert = sql<[string, number, ...Bound]>(
        `INSERT INTO subscriber (address, created_at, ${fieldColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(input.address, now, ...bind(newSubscriber(input), now))
      const id = Number(insert.lastInsertRowid) as SubscriberId
      for (const list of lists) join(list, id, now)
      return { id, outcome: 'created' }
    }
    const merged = mergeSubscriber(view(row), input)
    if (merged !== null) replace(row.id, merged, now)
    const joined = lists.filter((list) => join(list, row.id, now)).length > 0
    return { id: row.id, outcome: merged !== null || joined ? 'updated' : 'unchanged' }
  }

  return {
    upsert(rows, { lists, now }) {
      for (const list of lists)
        if (sql<[number]>('SELECT 1 FROM list WHERE id = ?').get(list) === undefined)
          throw noSuch('list', list)
      return rows.map((row) => upsertOne(row, lists, now))
    },
    get(ids) {
      const rows = sql<[string], Row>(
        'SELECT s.* FROM json_each(?) j JOIN subscriber s ON s.id = j.value ORDER BY j.key',
      )
      return rows.all(JSON.stringify(ids)).map(view)
    },
    byAddress(address) {
      const row = byAddress(address)
      return row === undefined ? null : view(row)
    },
    page({ after, limit, status, list, search, segment }) {
      const bind = createBindings()
      // With a rule, a page looks at so many people and no more: a rare one would walk through all of them.
      const last = segment === undefined ? 0 : lastSubscriber(sql)
      const until = after + maxLookedAt
      // LIKE folds ASCII only, which is right for addresses; names in other scripts are folded by JavaScript.
      const rows = sql<[object], Row>(
        `SELECT s.* FROM subscriber s
         ${where(
           's.id > :after',
           segment !== undefined && `s.id <= :until AND ${compileRule(segment, bind)}`,
           status !== undefined && 's.status = :status',
           list !== undefined &&
             `EXISTS (
                SELECT 1 FROM membership m
                WHERE m.list_id = :list AND m.subscriber_id = s.id AND m.status = 'active'
              )`,
           search !== undefined &&
             "(s.address LIKE :like ESCAPE '\\' OR fold(s.name) LIKE :like ESCAPE '\\')",
         )}
         ORDER BY s.id
         LIMIT :limit`,
      )
      const like = `%${(search ?? '').toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
      const found = rows.all({ ...bind.values, after, until, limit: limit + 1, status, list, like })
      const page = pageOf(found.map(view), limit, (row) => row.id)
      return page.next === null && segment !== undefined && until < last ? { ...page, next: until } : page
    },
    count({ status, list }) {
      const from =
        list === undefined
          ? `subscriber s ${where(status !== undefined && 's.status = :status')}`
          : // The status index, not the table: a million rows of 300 bytes would be read for one word each.
            `membership m ${status === undefined ? '' : 'CROSS JOIN subscriber s INDEXED BY subscriber_status'}
             WHERE m.list_id = :list AND m.status = 'active'
             ${status === undefined ? '' : 'AND s.status = :status AND s.id = m.subscriber_id'}`
      return sql<[object], { n: number }>(`SELECT count(*) AS n FROM ${from}`).get({ status, list })?.n ?? 0
    },
    memberships(id) {
      return sql<[number], { listId: ListId; membership: Membership; at: EpochMs }>(
        `SELECT list_id AS listId, status AS membership, at
         FROM membership WHERE subscriber_id = ? ORDER BY list_id`,
      ).all(id)
    },
    leave({ id, lists, publicationId, now }) {
      const row = byId(id)
      if (row === undefined) return { changed: false }
      const left = sql<[object]>(
        `UPDATE membership SET status = 'unsubscribed', at = :now
         WHERE subscriber_id = :id AND status <> 'unsubscribed'
         ${lists === 'all' ? '' : 'AND list_id IN (SELECT value FROM json_each(:lists))'}`,
      ).run({ id, now, lists: JSON.stringify(lists) }).changes
      const leaves = lists === 'all' && leavesFor(row.status)
      if (leaves) setStatus(id, 'unsubscribed', now)
      const changed = left > 0 || leaves
      const channel = changed && publicationId !== null ? channelOf(publicationId) : undefined
      if (channel !== undefined && publicationId !== null)
        events.append({
          publicationId,
          subscriberId: id,
          channel,
          type: 'unsubscribed',
          at: now,
          code: null,
          detail: null,
        })
      return { changed }
    },
    setStatus(ids, status, now) {
      let changed = 0
      for (const id of ids) changed += setStatus(id, status, now)
      return changed
    },
  }

  function setStatus(id: SubscriberId, status: SubscriberStatus, now: EpochMs): number {
    return sql<[object]>(
      'UPDATE subscriber SET status = :status, updated_at = :now WHERE id = :id AND status <> :status',
    ).run({ id, status, now }).changes
  }

  function channelOf(id: PublicationId): string | undefined {
    return sql<[number], { channel: string }>('SELECT channel FROM publication WHERE id = ?').get(id)?.channel
  }
}
