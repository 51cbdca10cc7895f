import type { NotificationId } from '../../../engine/model/ids.ts'
import { type Posting, postingStates } from '../../../engine/model/notification.ts'
import { inOrderOf, maxAlike, pageOf, pageOfAlike } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { SyncPorts } from '../threads/methods.ts'
import {
  type NotificationRow,
  notificationColumns,
  notificationRows,
  notificationView,
  postingColumns,
} from './rows.ts'

/** Postings that one transaction forgets: nobody waits for it longer than for a batch of letters. */
const maxForgotten = 5000

export function createNotifications(sql: Sql): SyncPorts['notifications'] {
  return {
    get(ids) {
      return inOrderOf(ids, notificationRows(sql, ids)).map(notificationView)
    },
    page({ after, limit, alertId, group }) {
      const conditions = where(
        after > 0 && 'n.id < :after',
        group !== undefined && 'n.group_key = :group',
        alertId !== undefined &&
          'n.id IN (SELECT notification_id FROM notification_alert WHERE alert_id = :alertId)',
      )
      const rows = sql<[object], NotificationRow>(
        `SELECT ${notificationColumns} FROM notification n ${conditions} ORDER BY n.id DESC LIMIT :limit`,
      ).all({
        limit: limit + 1,
        ...(after > 0 && { after }),
        ...(group !== undefined && { group }),
        ...(alertId !== undefined && { alertId }),
      })
      return pageOf(rows.map(notificationView), limit, ({ id }) => id)
    },
    counts(id) {
      const row = sql<[number], { audience: number; queued: number }>(
        'SELECT audience, targets - taken AS queued FROM notification WHERE id = ?',
      ).get(id)
      const found = new Map(
        sql<[number], { state: string; count: number }>(
          'SELECT state, count(*) AS count FROM posting WHERE notification_id = ? GROUP BY state',
        )
          .all(id)
          .map(({ state, count }) => [state, count]),
      )
      const counts = Object.fromEntries(postingStates.map((state) => [state, found.get(state) ?? 0]))
      return {
        ...(counts as { readonly [state in (typeof postingStates)[number]]: number }),
        queued: row?.queued ?? 0,
        audience: row?.audience ?? 0,
      }
    },
    postings({ after, limit, state, ...whose }) {
      const ofPerson = 'subscriberId' in whose
      const key = ofPerson ? 'p.notification_id' : 'p.target'
      const conditions = where(
        ofPerson ? 'p.subscriber_id = :whose' : 'p.notification_id = :whose',
        after !== null && `${key} > :after`,
        state !== undefined && 'p.state = :state',
      )
      const rows = sql<[object], Posting>(
        `SELECT ${postingColumns} FROM posting p ${conditions} ORDER BY ${key} LIMIT :limit`,
      ).all({
        limit: limit + 1 + (ofPerson ? maxAlike : 0),
        whose: ofPerson ? whose.subscriberId : whose.notificationId,
        ...(after !== null && { after }),
        ...(state !== undefined && { state }),
      })
      return ofPerson
        ? pageOfAlike(rows, limit, (row) => row.notificationId)
        : pageOf(rows, limit, (row) => row.target)
    },
    removeSome({ before, limit }) {
      // What is yet to be sent is little among all that there is, and each list comes from an index of its own.
      const over = sql<[number, number], { id: NotificationId; thread: string }>(
        `SELECT id, thread FROM notification
         WHERE created_at < ? AND taken = targets AND id NOT IN (
           SELECT notification_id FROM posting WHERE state = 'handing'
           UNION ALL SELECT notification_id FROM posting WHERE state = 'retry'
           UNION ALL SELECT notification_id FROM posting WHERE state = 'held'
         )
         ORDER BY created_at LIMIT ?`,
      ).all(before, limit)
      let left = maxForgotten
      for (const [removed, { id, thread }] of over.entries()) {
        const { changes } = sql<[number, number, number]>(
          `DELETE FROM posting WHERE notification_id = ? AND target IN (
             SELECT target FROM posting WHERE notification_id = ? LIMIT ?
           )`,
        ).run(id, id, left)
        left -= changes
        if (left === 0) {
          // The sum of its states is its audience, until it is gone.
          sql<[number, number]>('UPDATE notification SET audience = audience - ? WHERE id = ?').run(
            changes,
            id,
          )
          return { removed, more: true }
        }
        for (const table of ['notification_people', 'notification_alert'])
          sql<[number]>(`DELETE FROM ${table} WHERE notification_id = ?`).run(id)
        sql<[number]>('DELETE FROM notification WHERE id = ?').run(id)
        sql<[string, string]>(
          `DELETE FROM alert_thread WHERE thread = ?
             AND NOT EXISTS (SELECT 1 FROM notification WHERE thread = ?)`,
        ).run(thread, thread)
      }
      return { removed: over.length, more: false }
    },
  }
}
