import type { Posting } from '../../../engine/model/notification.ts'
import type { DeskStore, GroupRow } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import type { AlertRows } from './alerts.ts'
import { type NotificationRows, notificationRows, notificationView, postingColumns } from './rows.ts'

/** Beside what was asked for, of the last follow. */
const moreOfOne = 1000

export function createDesk(
  sql: Sql,
  parts: { readonly alerts: AlertRows; readonly notifications: NotificationRows },
): Sync<DeskStore> {
  const { alerts, notifications: rows } = parts
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
      if (moved.some((alert) => alert === null || alerts.isTwice(alert))) return { status: 'conflict' }
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
        notifications: notifications.map((notification) => rows.insert(notification, { ...take, now })),
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
      // Of the follows that wait longest, so that nothing is put in order that is not given.
      const due = sql<[object], Posting>(
        `SELECT ${postingColumns} FROM posting p
         WHERE p.state = 'held' AND p.due_at <= :now AND p.target IN (
           SELECT target FROM posting WHERE state = 'held' AND due_at <= :now ORDER BY due_at, target LIMIT :limit
         )
         ORDER BY p.target, p.notification_id
         LIMIT :limit + ${moreOfOne}`,
      ).all({ now, limit })
      const last = due[limit - 1]?.target
      const postings = due.filter(({ target }, i) => i < limit || target === last)
      const ids = new Set(postings.map(({ notificationId }) => notificationId))
      const found = notificationRows(sql, [...ids])
      const notifications = new Map(found.map((row) => [row.id, notificationView(row)]))
      return postings.flatMap((posting) => {
        const notification = notifications.get(posting.notificationId)
        return notification === undefined ? [] : [{ posting, notification }]
      })
    },
  }
}
