import type { TrackingConsent } from '../../../engine/model/consent.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { SubscriptionSettings, SubscriptionStore } from '../../../engine/ports/subscriptions.ts'
import { erasedAddress, mergeFields, newSubscriber } from '../../rules/subscriber.ts'
import {
  bulkConsent,
  changedMemberships,
  changedSettings,
  consentsOf,
  noSettings,
} from '../../rules/subscription.ts'
import { eraseFollows } from '../alerts/follows.ts'
import { forgetReader } from '../analytics/readers.ts'
import type { Database, Sql } from '../database/sql.ts'
import { appendConsents } from './consents.ts'
import { erasedAmong, forgetErased, rememberErased } from './erased.ts'
import { membershipsOf, writeMemberships } from './memberships.ts'
import { endConfirmation, putNotice } from './notices.ts'
import { holdPerson, insertPeople, leftBy, type NewPerson, replacePeople } from './subscriber-rows.ts'

/** Null for nobody. */
async function settingsOf(sql: Sql, id: SubscriberId): Promise<SubscriptionSettings | null> {
  const row = await sql.one<{
    maxPerWeek: number | null
    tracking: TrackingConsent | null
    pausedUntil: EpochMs | null
  }>(
    `SELECT p.max_per_week AS "maxPerWeek", p.tracking, p.paused_until AS "pausedUntil"
     FROM subscriber s
     LEFT JOIN subscription p ON p.subscriber_id = s.id
     WHERE s.id = $1`,
    [id],
  )
  if (row === undefined) return null
  const { tracking } = row
  return tracking === null ? noSettings : { ...row, tracking }
}

const idOf = (sql: Sql, address: string): Promise<{ id: SubscriberId } | undefined> =>
  sql.one<{ id: SubscriberId }>('SELECT id FROM subscriber WHERE address = $1', [address])

/** One person's decisions. */
export function createSubscriptions(db: Database): SubscriptionStore {
  return {
    settings: (id) => settingsOf(db, id),
    async begin(input, now) {
      const { address } = input
      const person: NewPerson = {
        ...newSubscriber(input),
        status: 'unconfirmed',
        address,
        createdAt: now,
        updatedAt: now,
      }
      for (;;) {
        const known = await idOf(db, address)
        if (known !== undefined) return { id: known.id, created: false }
        const id = (await insertPeople(db, [person])).get(address)
        if (id !== undefined) return { id, created: true }
      }
    },
    persist(change) {
      const { id, now } = change
      return db.tx(async (tx) => {
        const row = await holdPerson(tx, id)
        if (row === null || row.status !== change.from) return { status: 'moved' }
        const merged = mergeFields(row, change.fields ?? {}, change.to)
        if (merged !== null) await replacePeople(tx, [{ ...merged, id }], now)
        const settings = await changeSettings(tx, id, change.settings)
        const memberships = await changeLists(tx, change)
        if (change.confirmed === true || change.leave === 'all') await endConfirmation(tx, id)
        if (change.confirmed === true) await forgetErased(tx, row.address)
        if (change.notice !== undefined) await putNotice(tx, change.notice)
        const changed = merged !== null || settings || memberships
        if (changed || change.notice !== undefined) await appendConsents(tx, consentsOf(change))
        const left = change.leave !== undefined && (merged !== null || memberships)
        if (left) await leftBy(tx, change.publicationId ?? null, id, now)
        return { status: 'done', changed }
      })
    },
    erase({ id, remember, proof, now }) {
      return db.tx(async (tx) => {
        const row = await holdPerson(tx, id)
        if (row === null || row.status === 'erased') return false
        if (remember) await rememberErased(tx, row.address, now)
        await replacePeople(tx, [{ ...newSubscriber({ address: '' }), status: 'erased', id }], now)
        await tx.run('UPDATE subscriber SET address = $2 WHERE id = $1', [id, erasedAddress(id)])
        await tx.run('DELETE FROM suppression WHERE address = $1', [row.address])
        for (const table of ['membership', 'subscription', 'notice', 'affinity', 'soft_bounce'])
          await tx.run(`DELETE FROM ${table} WHERE subscriber_id = $1`, [id])
        await tx.run(
          'UPDATE consent SET ip = NULL, user_agent = NULL, words = NULL WHERE subscriber_id = $1',
          [id],
        )
        // A row of each publication, by its key: there is no index by person, which every delivery would pay for.
        await tx.run(
          `UPDATE delivery d SET detail = NULL, picks = NULL
           FROM publication p
           WHERE d.month = p.month AND d.publication_id = p.id AND d.subscriber_id = $1`,
          [id],
        )
        await tx.run('UPDATE event SET detail = NULL WHERE subscriber_id = $1', [id])
        await eraseFollows(tx, id, now)
        await forgetReader(tx, id)
        const bareWords = { ...proof, ip: null, userAgent: null, words: null }
        const move = { subscriberId: id, kind: 'erase', from: row.status, to: 'erased', lists: [] } as const
        await appendConsents(tx, [bulkConsent(bareWords, now, move)])
        return true
      })
    },
    async wasErased(address) {
      return (await erasedAmong(db, [address])).has(address)
    },
    async duePauses({ now, limit }) {
      const rows = await db.all<{ id: SubscriberId }>(
        `SELECT s.id
         FROM subscription p
         JOIN subscriber s ON s.id = p.subscriber_id
         WHERE p.paused_until <= $1 AND s.status = 'paused'
         ORDER BY p.paused_until, s.id
         LIMIT $2`,
        [now, limit],
      )
      return rows.map(({ id }) => id)
    },
    async unconfirmed({ before, limit }) {
      const rows = await db.all<{ id: SubscriberId }>(
        `SELECT s.id
         FROM subscriber s
         WHERE s.status = 'unconfirmed' AND s.updated_at < $1
           AND NOT EXISTS (
             SELECT FROM notice n
             WHERE n.subscriber_id = s.id AND n.kind = 'confirm' AND n.due_at IS NOT NULL
           )
         ORDER BY s.id
         LIMIT $2`,
        [before, limit],
      )
      return rows.map(({ id }) => id)
    },
    forget(what, { before, limit }) {
      const text =
        what === 'hashes'
          ? `WITH old AS MATERIALIZED (
               SELECT hash FROM erased WHERE at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
             )
             DELETE FROM erased e USING old WHERE e.hash = old.hash`
          : `WITH old AS MATERIALIZED (
               SELECT list_id, subscriber_id FROM membership
               WHERE status = 'unconfirmed' AND at < $1
               LIMIT $2
               FOR UPDATE SKIP LOCKED
             )
             DELETE FROM membership m USING old
             WHERE m.list_id = old.list_id AND m.subscriber_id = old.subscriber_id`
      return db.run(text, [before, limit])
    },
  }
}

type Change = Parameters<SubscriptionStore['persist']>[0]

/** False when they are as they were. */
async function changeSettings(tx: Sql, id: SubscriberId, change: Change['settings']): Promise<boolean> {
  if (change === undefined) return false
  const settings = changedSettings((await settingsOf(tx, id)) ?? noSettings, change)
  if (settings === null) return false
  await tx.run(
    `INSERT INTO subscription (subscriber_id, max_per_week, tracking, paused_until) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subscriber_id) DO UPDATE
     SET max_per_week = excluded.max_per_week, tracking = excluded.tracking, paused_until = excluded.paused_until`,
    [id, settings.maxPerWeek, settings.tracking, settings.pausedUntil],
  )
  if (settings.tracking === 'denied') await tx.run('DELETE FROM affinity WHERE subscriber_id = $1', [id])
  return true
}

/** False when they are as they were. */
async function changeLists(tx: Sql, change: Change): Promise<boolean> {
  const { id, now, join, ask, leave } = change
  if (join === undefined && ask === undefined && leave === undefined) return false
  const known = new Map((await membershipsOf(tx, [id])).map(({ listId, membership }) => [listId, membership]))
  const changed = changedMemberships(known, change)
  await writeMemberships(
    tx,
    [...changed].map(([listId, membership]) => ({ id, listId, membership, at: now })),
  )
  return changed.size > 0
}
