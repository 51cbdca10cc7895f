import type { Posting } from '../../../engine/model/notification.ts'
import type { DeskStore, GroupRow } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import type { AlertRows } from './alerts.ts'
import { notificationView, type PostingRows, postingColumns } from './rows.ts'

/** Beside what was asked for, of the last follow. */
const moreOfOne = 1000

export function createDesk(
  sql: Sql,
  parts: { readonly alerts: AlertRows; readonly postings: PostingRows },
): Sync<DeskStore> {
  const { alerts, postings } = parts
  const versionOf = (key: string) =>
    sql<[string], number>('SELECT version FROM alert_group WHERE key = ?').pluck().get(key) as
      | number
      | undefined

  return {
    commit({ heard, moves, groups, notifications, digested }, { now, take }) {
      for (const { key, version } of groups)
        if ((versionOf(key) ?? 0) !== version) return { status: 'conflict' }
      const moved = moves.map(({ id, version, change }) => {
        const alert = alerts.get(id)
        return alert?.version === version
          ? { ...alert, ...change, version: version + 1, updatedAt: now }
          : null
      })
      if (moved.includes(null)) return { status: 'conflict' }
      const isHeld = sql<[number, number]>(
        "SELECT 1 FROM posting WHERE notification_id = ? AND target = ? AND state = 'held'",
      )
      if (digested.some(({ notificationId, target }) => isHeld.get(notificationId, target) === undefined))
        return { status: 'conflict' }
      for (const { id, version } of heard) alerts.hear(id, version)
      for (const alert of moved) if (alert !== null) alerts.replace(alert, true)
      for (const { key, version, value } of groups) {
        if (value === null) sql<[string]>('DELETE FROM alert_group WHERE key = ?').run(key)
        else
          sql<[string, number, string]>(
            `INSERT INTO alert_group (key, version, value) VALUES (?, ?, ?)
             ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value`,
          ).run(key, version + 1, JSON.stringify(value))
      }
      for (const { notificationId, target } of digested)
        sql<[number, number, number]>(
          `UPDATE posting SET state = 'skipped', code = 'digest', due_at = NULL, updated_at = ?
           WHERE notification_id = ? AND target = ?`,
        ).run(now, notificationId, target)
      return {
        status: 'done',
        notifications: notifications.map((notification) => {
          const id = postings.insert(notification)
          const row = postings.notification(id)!
          return { id, audience: row.audience, ...postings.take(row, { ...take, now }) }
        }),
      }
    },
    groups({ after, limit }) {
      return sql<[string, number], { key: string; version: number; value: string }>(
        'SELECT key, version, value FROM alert_group WHERE key > ? ORDER BY key LIMIT ?',
      )
        .all(after, limit)
        .map(({ value, ...row }) => ({ ...row, value: JSON.parse(value) as GroupRow['value'] }))
    },
    heldDue({ now, limit }) {
      const due = sql<[number, number], Posting>(
        `SELECT ${postingColumns} FROM posting p WHERE p.state = 'held' AND p.due_at <= ?
         ORDER BY p.target, p.notification_id LIMIT ?`,
      ).all(now, limit + moreOfOne)
      const last = due[limit - 1]?.target
      const taken = due.filter(({ target }, i) => i < limit || target === last)
      return taken.flatMap((posting) => {
        const row = postings.notification(posting.notificationId)
        return row === undefined ? [] : [{ posting, notification: notificationView(row) }]
      })
    },
  }
}
