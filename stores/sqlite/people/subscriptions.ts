import type { TrackingConsent } from '../../../engine/model/consent.ts'
import type { EpochMs, ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import type { SubscriptionSettings, SubscriptionStore } from '../../../engine/ports/subscriptions.ts'
import { erasedAddress, mergeFields, newSubscriber } from '../../rules/subscriber.ts'
import {
  bulkConsent,
  changedMemberships,
  changedSettings,
  consentsOf,
  noSettings,
} from '../../rules/subscription.ts'
import { forgetReader } from '../analytics/rollups.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import type { ConsentWriter } from './consents.ts'
import type { ErasedAddresses } from './erased.ts'
import { endConfirmation, putNotice } from './notices.ts'
import type { SubscriberRows } from './subscribers.ts'

/** One person's decisions. */
export function createSubscriptions(
  sql: Sql,
  parts: {
    readonly rows: SubscriberRows
    readonly consents: ConsentWriter
    readonly erased: ErasedAddresses
    readonly follows: { forget(id: SubscriberId, now: EpochMs): void }
  },
): Sync<SubscriptionStore> {
  const { rows, consents, erased, follows } = parts

  const settingsOf = (id: SubscriberId): SubscriptionSettings =>
    sql<[number], { maxPerWeek: number | null; tracking: TrackingConsent; pausedUntil: EpochMs | null }>(
      `SELECT max_per_week AS maxPerWeek, tracking, paused_until AS pausedUntil
       FROM subscription WHERE subscriber_id = ?`,
    ).get(id) ?? noSettings

  const membershipsOf = (id: SubscriberId): ReadonlyMap<ListId, Membership> =>
    new Map(
      sql<[number], { list: ListId; status: Membership }>(
        'SELECT list_id AS list, status FROM membership WHERE subscriber_id = ? ORDER BY list_id',
      )
        .all(id)
        .map(({ list, status }) => [list, status]),
    )

  return {
    settings: (id) => (rows.byId(id) === null ? null : settingsOf(id)),
    begin(input, now) {
      const known = rows.byAddress(input.address)
      if (known !== null) return { id: known.id, created: false }
      const fields = { ...newSubscriber(input), status: 'unconfirmed' as const }
      return { id: rows.insert(input.address, fields, now, now), created: true }
    },
    persist(change) {
      const { id, now } = change
      const row = rows.byId(id)
      if (row === null || row.status !== change.from) return { status: 'moved' }
      const merged = mergeFields(row, change.fields ?? {}, change.to)
      if (merged !== null) rows.replace(id, merged, now)
      const settings = changedSettings(settingsOf(id), change.settings)
      if (settings !== null)
        sql<[object]>(
          `INSERT OR REPLACE INTO subscription (subscriber_id, max_per_week, tracking, paused_until)
           VALUES (:id, :maxPerWeek, :tracking, :pausedUntil)`,
        ).run({ ...settings, id })
      if (settings?.tracking === 'denied')
        sql<[number]>('DELETE FROM affinity WHERE subscriber_id = ?').run(id)
      const memberships = changedMemberships(membershipsOf(id), change)
      for (const [list, status] of memberships)
        sql<[number, number, string, number]>(
          `INSERT INTO membership (list_id, subscriber_id, status, at) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET status = excluded.status, at = excluded.at`,
        ).run(list, id, status, now)
      if (change.confirmed === true || change.leave === 'all') endConfirmation(sql, id)
      if (change.confirmed === true) erased.remove(row.address)
      if (change.notice !== undefined) putNotice(sql, change.notice)
      const changed = merged !== null || settings !== null || memberships.size > 0
      if (changed || change.notice !== undefined)
        for (const consent of consentsOf(change)) consents.append(consent)
      const left = change.leave !== undefined && (merged !== null || memberships.size > 0)
      if (left) rows.leftBy(change.publicationId ?? null, id, now)
      return { status: 'done', changed }
    },
    erase({ id, remember, proof, now }) {
      const row = rows.byId(id)
      if (row === null || row.status === 'erased') return false
      // What is deleted is overwritten in the file, too: 0.1 ms once instead of dearer writes always.
      sql<[]>('PRAGMA secure_delete = ON').get()
      try {
        if (remember) erased.add(row.address, now)
        const bare = newSubscriber({ address: '' })
        rows.replace(id, { ...bare, status: 'erased' }, now)
        sql<[string, number]>('UPDATE subscriber SET address = ? WHERE id = ?').run(erasedAddress(id), id)
        sql<[string]>('DELETE FROM suppression WHERE address = ?').run(row.address)
        follows.forget(id, now)
        sql<[number]>(
          `DELETE FROM alert_thread WHERE (thread, channel, place) IN (
             SELECT n.thread, p.channel, p.place FROM posting p JOIN notification n ON n.id = p.notification_id
             WHERE p.subscriber_id = ?
           )`,
        ).run(id)
        sql<[number]>("UPDATE posting SET place = '', detail = NULL WHERE subscriber_id = ?").run(id)
        for (const table of [
          'membership',
          'subscription',
          'notice',
          'follow_preference',
          'affinity',
          'soft_bounce',
        ])
          sql<[number]>(`DELETE FROM ${table} WHERE subscriber_id = ?`).run(id)
        sql<[number]>(
          `UPDATE consent SET ip = NULL, user_agent = NULL, words = NULL WHERE subscriber_id = ?`,
        ).run(id)
        // A row of each publication, by its key: there is no index by person, which every delivery would pay for.
        sql<[number]>(
          `UPDATE delivery SET detail = NULL, picks = NULL
           WHERE publication_id IN (SELECT id FROM publication) AND subscriber_id = ?`,
        ).run(id)
        sql<[number]>('UPDATE event SET detail = NULL WHERE subscriber_id = ?').run(id)
        forgetReader(sql, id)
        const bareWords = { ...proof, ip: null, userAgent: null, words: null }
        consents.append(
          bulkConsent(bareWords, now, {
            subscriberId: id,
            kind: 'erase',
            from: row.status,
            to: 'erased',
            lists: [],
          }),
        )
      } finally {
        sql<[]>('PRAGMA secure_delete = OFF').get()
      }
      return true
    },
    wasErased: (address) => erased.has(address),
    duePauses({ now, limit }) {
      return sql<[number, number], SubscriberId>(
        `SELECT s.id FROM subscription p
         JOIN subscriber s ON s.id = p.subscriber_id
         WHERE p.paused_until <= ? AND s.status = 'paused'
         ORDER BY p.paused_until LIMIT ?`,
      )
        .pluck()
        .all(now, limit)
    },
    unconfirmed({ before, limit }) {
      return sql<[object], SubscriberId>(
        `SELECT s.id FROM subscriber s INDEXED BY subscriber_status
         WHERE s.status = 'unconfirmed' AND s.updated_at < :before
           AND NOT EXISTS (
             SELECT 1 FROM notice n
             WHERE n.subscriber_id = s.id AND n.kind = 'confirm' AND n.due_at IS NOT NULL
           )
         LIMIT :limit`,
      )
        .pluck()
        .all({ before, limit })
    },
    forget(what, { before, limit }) {
      const text =
        what === 'hashes'
          ? 'DELETE FROM erased WHERE hash IN (SELECT hash FROM erased WHERE at < ? LIMIT ?)'
          : `DELETE FROM membership WHERE (list_id, subscriber_id) IN (
               SELECT list_id, subscriber_id FROM membership INDEXED BY membership_asked
               WHERE status = 'unconfirmed' AND at < ? LIMIT ?
             )`
      return sql<[number, number]>(text).run(before, limit).changes
    },
  }
}
