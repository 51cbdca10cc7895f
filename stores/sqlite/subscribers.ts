import type { EpochMs, ListId, PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import type { Subscriber, SubscriberStatus } from '../../engine/model/subscriber.ts'
import type {
  SubscriberRow,
  SubscriberStore,
  UpsertOptions,
  UpsertOutcome,
} from '../../engine/ports/subscribers.ts'
import { pageOf } from '../rules/page.ts'
import { noSuch } from '../rules/refusals.ts'
import {
  leavesFor,
  listsIn,
  lookAt,
  mergeSubscriber,
  newSubscriber,
  type SubscriberFields,
  type Wanted,
  wantedOf,
} from '../rules/subscriber.ts'
import type { EventWriter } from './events.ts'
import type { Sync } from './methods.ts'
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

  /** False when that changed nothing. The condition is `joins` of the rules. */
  const join = ({ listId, membership, at }: Wanted, id: SubscriberId): boolean =>
    sql<[number, number, string, number]>(
      `INSERT INTO membership (list_id, subscriber_id, status, at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET status = excluded.status, at = excluded.at
       WHERE CASE excluded.status
         WHEN 'active' THEN membership.status = 'unconfirmed'
         WHEN 'unsubscribed' THEN membership.status <> 'unsubscribed'
         ELSE FALSE
       END`,
    ).run(listId, id, membership, at).changes > 0
  const membershipOf = (list: ListId, id: SubscriberId): Membership | undefined =>
    sql<[number, number], { status: Membership }>(
      'SELECT status FROM membership WHERE list_id = ? AND subscriber_id = ?',
    ).get(list, id)?.status

  const upsertOne = (input: SubscriberRow, options: UpsertOptions): UpsertOutcome => {
    const { now, merge } = options
    const row = byAddress(input.address)
    if (row === undefined) {
      const insert = sql<[string, number, ...Bound]>(
        `INSERT INTO subscriber (address, created_at, ${fieldColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(input.address, input.createdAt ?? now, ...bind(newSubscriber(input), input.updatedAt ?? now))
      const id = Number(insert.lastInsertRowid) as SubscriberId
      for (const wanted of wantedOf(input, options)) join(wanted, id)
      return { id, outcome: 'created' }
    }
    if (merge === 'keep') return { id: row.id, outcome: 'unchanged' }
    const merged = mergeSubscriber(view(row), input, merge)
    if (merged !== null) replace(row.id, merged, now)
    const joined = wantedOf(input, options).filter((wanted) => join(wanted, row.id)).length > 0
    return { id: row.id, outcome: merged !== null || joined ? 'updated' : 'unchanged' }
  }

  return {
    upsert(rows, options) {
      for (const list of listsIn(rows, options.lists))
        if (sql<[number]>('SELECT 1 FROM list WHERE id = ?').get(list) === undefined)
          throw noSuch('list', list)
      return rows.map((row) => upsertOne(row, options))
    },
    look(rows, options) {
      return lookAt(rows, options, (address) => {
        const row = byAddress(address)
        if (row === undefined) return null
        const { id, address: _, createdAt: _created, updatedAt: _updated, ...fields } = view(row)
        return { fields, membership: (list) => membershipOf(list, id) }
      })
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
    page({ after, limit, status, list, search }) {
      // LIKE folds ASCII only, which is right for addresses; names in other scripts are folded by JavaScript.
      const rows = sql<[object], Row>(
        `SELECT s.* FROM subscriber s
         ${where(
           's.id > :after',
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
      return pageOf(
        rows.all({ after, limit: limit + 1, status, list, like }).map(view),
        limit,
        (row) => row.id,
      )
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
    membershipsOf(ids) {
      return sql<[string], { id: SubscriberId; listId: ListId; membership: Membership; at: EpochMs }>(
        `SELECT subscriber_id AS id, list_id AS listId, status AS membership, at
         FROM membership WHERE subscriber_id IN (SELECT value FROM json_each(?))
         ORDER BY subscriber_id, list_id`,
      ).all(JSON.stringify(ids))
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
