import type { NotificationId } from '../../../engine/model/ids.ts'
import { type Posting, postingStates } from '../../../engine/model/notification.ts'
import type { NotificationStore } from '../../../engine/ports/notifications.ts'
import { maxAlike, pageOf, pageOfAlike } from '../../rules/page.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import { type NotificationRow, notificationView, postingColumns } from './rows.ts'

const columns = 'n.id, n.audience, n.taken, n.targets, n.rooms, n.thread, n.doc'

export function createNotifications(sql: Sql): Sync<NotificationStore> {
  return {
    get(ids) {
      return sql<[string], NotificationRow>(
        `SELECT ${columns} FROM notification n WHERE n.id IN (SELECT value FROM json_each(?)) ORDER BY n.id`,
      )
        .all(JSON.stringify(ids))
        .map(notificationView)
    },
    page({ after, limit, alertId, group }) {
      const conditions = where(
        after > 0 && 'n.id < :after',
        group !== undefined && 'n.group_key = :group',
        alertId !== undefined &&
          'n.id IN (SELECT notification_id FROM notification_alert WHERE alert_id = :alertId)',
      )
      const rows = sql<[object], NotificationRow>(
        `SELECT ${columns} FROM notification n ${conditions} ORDER BY n.id DESC LIMIT :limit`,
      ).all({
        limit: limit + 1,
        ...(after > 0 && { after }),
        ...(group !== undefined && { group }),
        ...(alertId !== undefined && { alertId }),
      })
      return pageOf(rows.map(notificationView), limit, ({ id }) => id)
    },
    counts(id) {
      const row = sql<[number], NotificationRow>(`SELECT ${columns} FROM notification n WHERE n.id = ?`).get(
        id,
      )
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
        queued: row === undefined ? 0 : row.targets - row.taken,
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
    remove({ before, limit }) {
      const gone = sql<[number, number], { id: NotificationId; thread: string }>(
        `SELECT id, thread FROM notification n
         WHERE created_at < ? AND taken = targets AND NOT EXISTS (
           SELECT 1 FROM posting p WHERE p.notification_id = n.id AND p.state IN ('handing', 'retry', 'held')
         )
         ORDER BY id LIMIT ?`,
      ).all(before, limit)
      for (const { id, thread } of gone) {
        for (const table of ['posting', 'notification_people', 'notification_alert'])
          sql<[number]>(`DELETE FROM ${table} WHERE notification_id = ?`).run(id)
        sql<[number]>('DELETE FROM notification WHERE id = ?').run(id)
        sql<[string, string]>(
          `DELETE FROM alert_thread WHERE thread = ?
             AND NOT EXISTS (SELECT 1 FROM notification WHERE thread = ?)`,
        ).run(thread, thread)
      }
      return gone.length
    },
  }
}
