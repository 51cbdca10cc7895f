import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import { type Posting, type PostingCounts, postingStates } from '../../../engine/model/notification.ts'
import type { NotificationStore } from '../../../engine/ports/notifications.ts'
import { maxAlike, pageOf, pageOfAlike } from '../../rules/page.ts'
import { createValues, type Database, where } from '../database/sql.ts'
import {
  type NotificationRow,
  notificationColumns,
  notificationsOf,
  postingColumns,
  viewNotification,
} from './notification-rows.ts'

// That one transaction forgets, unless a single notification has more.
const maxPostings = 20_000

/** SQL over the notification `n`: has it something to be sent yet? What is on the wire is little, of all notifications. */
const isUnsettled = `(
  n.unfinished
  OR EXISTS (SELECT FROM posting p WHERE p.notification_id = n.id AND p.state IN ('retry', 'held'))
  OR n.id IN (SELECT p.notification_id FROM posting p WHERE p.state = 'handing')
)`

export function createNotifications(db: Database): NotificationStore {
  return {
    get: (ids) => notificationsOf(db, ids),
    async page({ after, limit, alertId, group }) {
      const values = createValues()
      // Few tell of one alert: adding 0 keeps the planner from walking by id until it has met so many.
      const order = alertId === undefined ? 'id' : 'id + 0'
      const rows = await db.all<NotificationRow>(
        `SELECT ${notificationColumns} FROM notification
         ${where(
           after > 0 && `id < ${values(after)}`,
           alertId !== undefined && `alert_ids @> ARRAY[${values(alertId)}::bigint]`,
           group !== undefined && `group_key = ${values(group)}`,
         )}
         ORDER BY ${order} DESC
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(viewNotification), limit, ({ id }) => id)
    },
    async counts(id) {
      const rows = await db.all<{ state: Posting['state'] | null; audience: number; count: number }>(
        `SELECT n.audience, p.state, count(p.state) AS count
         FROM notification n LEFT JOIN posting p ON p.notification_id = n.id
         WHERE n.id = $1
         GROUP BY n.audience, p.state`,
        [id],
      )
      const counts = Object.fromEntries(postingStates.map((state) => [state, 0])) as Record<
        Posting['state'],
        number
      >
      for (const { state, count } of rows) if (state !== null) counts[state] = count
      const audience = rows[0]?.audience ?? 0
      const written = Object.values(counts).reduce((sum, count) => sum + count, 0)
      return { ...counts, audience, queued: audience - written } satisfies PostingCounts
    },
    async postings({ after, limit, state, ...of }) {
      const values = createValues()
      const ofPerson = 'subscriberId' in of
      const key = ofPerson ? 'p.notification_id' : 'p.target'
      const rows = await db.all<Posting>(
        `SELECT ${postingColumns} FROM posting p
         ${where(
           ofPerson
             ? `p.subscriber_id = ${values(of.subscriberId)}`
             : `p.notification_id = ${values(of.notificationId)}`,
           after !== null && `${key} > ${values(after)}`,
           state !== undefined && `p.state = ${values(state)}`,
         )}
         ORDER BY ${key}
         LIMIT ${values(limit + 1 + (ofPerson ? maxAlike : 0))}`,
        values.list,
      )
      return ofPerson
        ? pageOfAlike(rows, limit, ({ notificationId }) => notificationId)
        : pageOf(rows, limit, ({ target }) => target)
    },
    async remove({ before, limit }) {
      let removed = 0
      for (;;) {
        const count = await removeSome(db, before, limit - removed)
        removed += count
        if (count === 0 || removed >= limit) return removed
      }
    },
  }
}

/** The oldest, as many as one transaction may; 0: none are left. */
const removeSome = (db: Database, before: EpochMs, limit: number): Promise<number> =>
  db.tx(async (tx) => {
    // A million rows of one notification take longer than a batch may.
    await tx.run('SET LOCAL statement_timeout = 0')
    const gone = await tx.all<{ id: NotificationId; thread: string }>(
      `WITH old AS MATERIALIZED (
         SELECT n.id, n.audience, n.created_at FROM notification n
         WHERE n.created_at < $1 AND NOT ${isUnsettled}
         ORDER BY n.created_at, n.id
         LIMIT $2
       ), summed AS (
         SELECT id, sum(audience) OVER oldest AS audience, row_number() OVER oldest AS nth FROM old
         WINDOW oldest AS (ORDER BY created_at, id)
       )
       DELETE FROM notification n USING summed
       WHERE n.id = summed.id AND (summed.nth = 1 OR summed.audience <= ${maxPostings})
       RETURNING n.id, n.thread`,
      [before, limit],
    )
    for (const table of ['posting', 'notification_people'])
      await tx.run(`DELETE FROM ${table} WHERE notification_id = ANY($1)`, [gone.map(({ id }) => id)])
    await tx.run(
      `DELETE FROM alert_thread t
       WHERE t.thread = ANY($1) AND NOT EXISTS (SELECT FROM notification n WHERE n.thread = t.thread)`,
      [gone.map(({ thread }) => thread)],
    )
    return gone.length
  })
