import { severities } from '../../../engine/model/alert.ts'
import type { NotificationId } from '../../../engine/model/ids.ts'
import type { Notification } from '../../../engine/model/notification.ts'
import type { NewNotification } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/sql.ts'

export interface NotificationRow {
  readonly id: NotificationId
  readonly audience: number
  readonly doc: Omit<Notification, 'id' | 'audience'>
}
export const notificationColumns = 'id, audience, doc'

export const viewNotification = ({ id, audience, doc }: NotificationRow): Notification => ({
  ...doc,
  id,
  audience,
})

/** As `desk_commit` takes it; `limit` of its targets are handed over at once. */
export function writtenNotification({ people, held, ...doc }: NewNotification, limit: number) {
  const targets = doc.rooms.length + people.length
  return {
    group_key: doc.group,
    thread: doc.thread,
    severity: severities.indexOf(doc.severity),
    created_at: doc.createdAt,
    retry_until: doc.retryUntil,
    audience: targets + held.length,
    taken: Math.min(limit, targets),
    targets,
    rooms: doc.rooms.length,
    doc,
  }
}

/** Those there are, in the order of the ids. */
export async function notificationsOf(
  sql: Sql,
  ids: readonly NotificationId[],
): Promise<readonly Notification[]> {
  const rows = await sql.all<NotificationRow>(
    `SELECT ${notificationColumns}
     FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, nth)
     JOIN notification USING (id)
     ORDER BY nth`,
    [ids],
  )
  return rows.map(viewNotification)
}

/** Of `posting p`, as `Posting` has them. */
export const postingColumns = `p.notification_id AS "notificationId", p.target, p.channel, p.subscriber_id AS "subscriberId",
  p.place AS "to", p.state, p.attempt, p.uncertain, p.due_at AS "dueAt", p.code, p.detail, p.updated_at AS "updatedAt"`
