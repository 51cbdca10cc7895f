import type { EpochMs, ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { Subscriber, SubscriberStatus } from '../../../engine/model/subscriber.ts'
import { forcedStatus } from '../../../engine/model/subscription.ts'
import type { SubscriberRow, SubscriberStore, UpsertOutcome } from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import {
  leftStatus,
  listsIn,
  lookAt,
  mergeSubscriber,
  newSubscriber,
  type SubscriberFields,
  type Wanted,
  wantedOf,
} from '../../rules/subscriber.ts'
import { bulkConsent, listsOf, upsertConsents } from '../../rules/subscription.ts'
import { lastSubscriber, maxLookedAt } from '../audience/audience.ts'
import { compileRule, createBindings } from '../audience/segment.ts'
import { type Sql, where } from '../database/statements.ts'
import type { EventWriter } from '../ledger/events.ts'
import type { Sync } from '../threads/methods.ts'
import type { ConsentWriter } from './consents.ts'
import type { ErasedAddresses } from './erased.ts'
import { endConfirmation } from './notices.ts'

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

/** Rows one by one: what bulk paths and single decisions are written with. */
export interface SubscriberRows {
  byAddress(address: string): Subscriber | null
  byId(id: SubscriberId): Subscriber | null
  insert(address: string, fields: SubscriberFields, createdAt: EpochMs, updatedAt: EpochMs): SubscriberId
  replace(id: SubscriberId, fields: SubscriberFields, now: EpochMs): void
  /** The event of a letter that led to leaving; null: none did. */
  leftBy(publicationId: PublicationId | null, id: SubscriberId, now: EpochMs): void
}

export function createSubscriberRows(sql: Sql, events: EventWriter): SubscriberRows {
  const viewed = (row: Row | undefined) => (row === undefined ? null : view(row))
  return {
    byAddress: (address) =>
      viewed(sql<[string], Row>('SELECT * FROM subscriber WHERE address = ?').get(address)),
    byId: (id) => viewed(sql<[number], Row>('SELECT * FROM subscriber WHERE id = ?').get(id)),
    insert(address, fields, createdAt, updatedAt) {
      const insert = sql<[string, number, ...Bound]>(
        `INSERT INTO subscriber (address, created_at, ${fieldColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(address, createdAt, ...bind(fields, updatedAt))
      return Number(insert.lastInsertRowid) as SubscriberId
    },
    replace(id, fields, now) {
      sql<[...Bound, number]>(
        `UPDATE subscriber SET (${fieldColumns}) = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
      ).run(...bind(fields, now), id)
    },
    leftBy(publicationId, id, now) {
      if (publicationId === null) return
      const row = sql<[number], { channel: string }>('SELECT channel FROM publication WHERE id = ?')
      const channel = row.get(publicationId)?.channel
      if (channel !== undefined)
        events.append({
          publicationId,
          subscriberId: id,
          channel,
          type: 'unsubscribed',
          at: now,
          code: null,
          detail: null,
        })
    },
  }
}

export function createSubscribers(
  sql: Sql,
  parts: {
    readonly rows: SubscriberRows
    readonly consents: ConsentWriter
    readonly erased: ErasedAddresses
  },
): Sync<SubscriberStore> {
  const { rows, consents, erased } = parts

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

  return {
    upsert(inputs, options) {
      const { lists, now, merge, proof } = options
      for (const list of listsIn(inputs, lists))
        if (sql<[number]>('SELECT 1 FROM list WHERE id = ?').get(list) === undefined)
          throw noSuch('list', list)
      const guarded = erased.any()
      // The first consents of new people wait for each other: 50 a statement.
      let born: { id: SubscriberId; to: SubscriberStatus }[] = []
      const signUp = { kind: 'signUp', from: null } as const
      const {
        subscriberId: _none,
        to: _to,
        ...same
      } = bulkConsent(proof, now, {
        ...signUp,
        subscriberId: 0 as SubscriberId,
        to: 'active',
        lists,
      })
      const keepBorn = () => {
        consents.appendFirst(same, born)
        born = []
      }
      const upsertOne = (input: SubscriberRow): UpsertOutcome => {
        const known = rows.byAddress(input.address)
        // Unconfirmed: somebody erased who signed up again, and did not confirm it yet.
        if (guarded && (known === null || known.status === 'unconfirmed') && erased.has(input.address))
          return { id: 0 as SubscriberId, outcome: 'erased' }
        if (known === null) {
          const fields = newSubscriber(input)
          const id = rows.insert(input.address, fields, input.createdAt ?? now, input.updatedAt ?? now)
          const wanted = wantedOf(input, options).filter((one) => join(one, id))
          const { status: to } = fields
          if (input.memberships === undefined) born.push({ id, to })
          else
            consents.append(
              bulkConsent(proof, now, { ...signUp, subscriberId: id, to, lists: listsOf(wanted, 'active') }),
            )
          return { id, outcome: 'created' }
        }
        const { id, status: from } = known
        if (merge === 'keep') return { id, outcome: 'unchanged' }
        const merged = mergeSubscriber(known, input, merge)
        if (merged !== null) rows.replace(id, merged, now)
        const changed = from === 'erased' ? [] : wantedOf(input, options).filter((one) => join(one, id))
        const to = merged?.status ?? from
        for (const consent of upsertConsents(from, to, changed)) {
          keepBorn()
          consents.append(bulkConsent(proof, now, { subscriberId: id, from, to, ...consent }))
        }
        return { id, outcome: merged !== null || changed.length > 0 ? 'updated' : 'unchanged' }
      }
      const outcomes = inputs.map(upsertOne)
      keepBorn()
      return outcomes
    },
    look(inputs, options) {
      const guarded = erased.any()
      const find = (address: string) => {
        const row = rows.byAddress(address)
        if (row === null) return null
        const { id, address: _, createdAt: _created, updatedAt: _updated, ...fields } = row
        return { fields, membership: (list: ListId) => membershipOf(list, id) }
      }
      return lookAt(inputs, options, find, (address) => guarded && erased.has(address))
    },
    get(ids) {
      const found = sql<[string], Row>(
        'SELECT s.* FROM json_each(?) j JOIN subscriber s ON s.id = j.value ORDER BY j.key',
      )
      return found.all(JSON.stringify(ids)).map(view)
    },
    byAddress: (address) => rows.byAddress(address),
    page({ after, limit, status, list, search, segment }) {
      const bind = createBindings()
      // With a rule, a page looks at so many people and no more: a rare one would walk through all of them.
      const last = segment === undefined ? 0 : lastSubscriber(sql)
      const until = after + maxLookedAt
      // LIKE folds ASCII only, which is right for addresses; names in other scripts are folded by JavaScript.
      const found = sql<[object], Row>(
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
             "(s.address LIKE :like ESCAPE '\\' OR folded(s.name) LIKE :like ESCAPE '\\')",
         )}
         ORDER BY s.id
         LIMIT :limit`,
      )
      const like = `%${foldText(search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
      const looked = found.all({ ...bind.values, after, until, limit: limit + 1, status, list, like })
      const page = pageOf(looked.map(view), limit, (row) => row.id)
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
    membershipsOf(ids) {
      return sql<[string], { id: SubscriberId; listId: ListId; membership: Membership; at: EpochMs }>(
        `SELECT subscriber_id AS id, list_id AS listId, status AS membership, at
         FROM membership WHERE subscriber_id IN (SELECT value FROM json_each(?))
         ORDER BY subscriber_id, list_id`,
      ).all(JSON.stringify(ids))
    },
    leave({ id, lists, publicationId, now, proof }) {
      const row = rows.byId(id)
      if (row === null) return { changed: false }
      const left = sql<[object], ListId>(
        `UPDATE membership SET status = 'unsubscribed', at = :now
         WHERE subscriber_id = :id AND status <> 'unsubscribed'
         ${lists === 'all' ? '' : 'AND list_id IN (SELECT value FROM json_each(:lists))'}
         RETURNING list_id`,
      )
        .pluck()
        .all({ id, now, lists: JSON.stringify(lists) })
      const { status: from } = row
      const to = lists === 'all' ? leftStatus(from) : from
      if (to !== from) setStatus(id, to, now)
      if (lists === 'all') endConfirmation(sql, id)
      if (to === from && left.length === 0) return { changed: false }
      const kind = lists === 'all' ? 'unsubscribe' : 'leave'
      consents.append(bulkConsent(proof, now, { subscriberId: id, kind, from, to, lists: left }))
      rows.leftBy(publicationId, id, now)
      return { changed: true }
    },
    setStatus(ids, status, now, proof) {
      let changed = 0
      for (const id of ids) {
        const from = rows.byId(id)?.status
        const to = from === undefined ? null : forcedStatus(from, status)
        if (from === undefined || to === null || to === from) continue
        setStatus(id, to, now)
        consents.append(bulkConsent(proof, now, { subscriberId: id, kind: 'setStatus', from, to, lists: [] }))
        changed += 1
      }
      return changed
    },
  }

  function setStatus(id: SubscriberId, status: SubscriberStatus, now: EpochMs): void {
    sql<[string, number, number]>('UPDATE subscriber SET status = ?, updated_at = ? WHERE id = ?').run(
      status,
      now,
      id,
    )
  }
}
