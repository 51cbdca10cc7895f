import type { EpochMs, ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import { forcedStatus } from '../../../engine/model/subscription.ts'
import type { SubscriberStore } from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import { leftStatus, lookAt } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import { lastSubscriber, maxLookedAt } from '../audience/audience.ts'
import { compileRule } from '../audience/segment.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'
import { appendConsents } from './consents.ts'
import { erasedAmong } from './erased.ts'
import { membershipsOf } from './memberships.ts'
import { endConfirmation } from './notices.ts'
import {
  holdPeople,
  holdPerson,
  leftBy,
  type SubscriberRow as Row,
  subscriberColumns,
  viewSubscriber,
} from './subscriber-rows.ts'
import { upsertPeople } from './upsert.ts'

export function createSubscribers(db: Database): SubscriberStore {
  return {
    upsert(inputs, options) {
      return db.tx((tx) => upsertPeople(tx, inputs, options))
    },
    async look(inputs, options) {
      const addresses = [...new Set(inputs.map(({ address }) => address))]
      const rows = await db.all<Row>(`SELECT ${subscriberColumns} FROM subscriber WHERE address = ANY($1)`, [
        addresses,
      ])
      const known = new Map(rows.map((row) => [row.address, row]))
      const lists = new Map<SubscriberId, Map<ListId, Membership>>()
      for (const { id, listId, membership } of await membershipsOf(
        db,
        rows.map(({ id }) => id),
      ))
        lists.set(id, (lists.get(id) ?? new Map()).set(listId, membership))
      const erased = await erasedAmong(db, addresses)
      const find = (address: string) => {
        const row = known.get(address)
        if (row === undefined) return null
        const { id, address: _, createdAt: _created, updatedAt: _updated, ...fields } = viewSubscriber(row)
        return { fields, membership: (list: ListId) => lists.get(id)?.get(list) }
      }
      return lookAt(inputs, options, find, (address) => erased.has(address))
    },
    async get(ids) {
      const rows = await db.all<Row>(
        `SELECT ${subscriberColumns}
         FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, nth)
         JOIN subscriber USING (id)
         ORDER BY nth`,
        [ids],
      )
      return rows.map(viewSubscriber)
    },
    async byAddress(address) {
      const row = await db.one<Row>(`SELECT ${subscriberColumns} FROM subscriber WHERE address = $1`, [
        address,
      ])
      return row === undefined ? null : viewSubscriber(row)
    },
    async page({ after, limit, status, list, search, segment }) {
      const values = createValues()
      // With a rule, a page looks at so many people and no more: a rare one would walk through all of them.
      const until = after + maxLookedAt
      const part = search === undefined ? '' : values(foldText(search))
      const ask = segment === undefined ? db.all : db.adHoc
      const rows = await ask<Row>(
        `SELECT ${subscriberColumns} FROM subscriber s
         ${where(
           `s.id > ${values(after)}`,
           segment !== undefined && `s.id <= ${values(until)} AND ${compileRule(segment, values)}`,
           status !== undefined && `s.status = ${values(status)}`,
           // `after` again: the planner begins the walk along the memberships there, too.
           list !== undefined &&
             `EXISTS (
                SELECT FROM membership m
                WHERE m.list_id = ${values(list)} AND m.subscriber_id = s.id AND m.status = 'active'
                  AND m.subscriber_id > ${values(after)}
              )`,
           // An address is folded as it is.
           search !== undefined && `(strpos(s.address, ${part}) > 0 OR strpos(s.folded_name, ${part}) > 0)`,
         )}
         ORDER BY s.id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      const page = pageOf(rows.map(viewSubscriber), limit, (row) => row.id)
      if (page.next !== null || segment === undefined) return page
      return until < (await lastSubscriber(db)) ? { ...page, next: until } : page
    },
    async count({ status, list }) {
      const values = createValues()
      const from =
        list === undefined
          ? `subscriber s ${where(status !== undefined && `s.status = ${values(status)}`)}`
          : `membership m ${status === undefined ? '' : 'JOIN subscriber s ON s.id = m.subscriber_id'}
             ${where(
               `m.list_id = ${values(list)} AND m.status = 'active'`,
               status !== undefined && `s.status = ${values(status)}`,
             )}`
      const row = await db.one<{ n: number }>(`SELECT count(*) AS n FROM ${from}`, values.list)
      return row?.n ?? 0
    },
    async memberships(id) {
      const rows = await membershipsOf(db, [id])
      return rows.map(({ listId, membership, at }) => ({ listId, membership, at }))
    },
    membershipsOf: (ids) => membershipsOf(db, ids),
    leave({ id, lists, publicationId, now, proof }) {
      return db.tx(async (tx) => {
        const person = await holdPerson(tx, id)
        if (person === null) return { changed: false }
        const values = createValues()
        const rows = await tx.all<{ list: ListId }>(
          `UPDATE membership SET status = 'unsubscribed', at = ${values(now)}
           ${where(
             `subscriber_id = ${values(id)} AND status <> 'unsubscribed'`,
             lists !== 'all' && `list_id = ANY(${values(lists)})`,
           )}
           RETURNING list_id AS list`,
          values.list,
        )
        const left = rows.map(({ list }) => list).sort((a, b) => a - b)
        const { status: from } = person
        const to = lists === 'all' ? leftStatus(from) : from
        if (to !== from) await setStatus(tx, [id], to, now)
        if (lists === 'all') await endConfirmation(tx, id)
        if (to === from && left.length === 0) return { changed: false }
        const kind = lists === 'all' ? 'unsubscribe' : 'leave'
        await appendConsents(tx, [bulkConsent(proof, now, { subscriberId: id, kind, from, to, lists: left })])
        await leftBy(tx, publicationId, id, now)
        return { changed: true }
      })
    },
    setStatus(ids, status, now, proof) {
      return db.tx(async (tx) => {
        const moved = (await holdPeople(tx, ids)).flatMap(({ id, status: from }) => {
          const to = forcedStatus(from, status)
          return to === null || to === from ? [] : [{ subscriberId: id, from, to }]
        })
        await setStatus(
          tx,
          moved.map(({ subscriberId }) => subscriberId),
          status,
          now,
        )
        await appendConsents(
          tx,
          moved.map((move) => bulkConsent(proof, now, { ...move, kind: 'setStatus', lists: [] })),
        )
        return moved.length
      })
    },
  }
}

const setStatus = (
  tx: Sql,
  ids: readonly SubscriberId[],
  status: SubscriberStatus,
  now: EpochMs,
): Promise<number> =>
  tx.run('UPDATE subscriber SET status = $2, updated_at = $3 WHERE id = ANY($1)', [ids, status, now])
