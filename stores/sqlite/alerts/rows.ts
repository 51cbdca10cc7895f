import { severities } from '../../../engine/model/alert.ts'
import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { Notification, Room, TakenPosting } from '../../../engine/model/notification.ts'
import type { NewNotification } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/statements.ts'
import type { PeopleRows } from './people.ts'
import type { Placing, Told } from './place.ts'

export interface NotificationRow {
  readonly id: NotificationId
  readonly audience: number
  readonly doc: string
}
export const notificationColumns = 'n.id, n.audience, n.doc'

export const notificationView = ({ id, audience, doc }: NotificationRow): Notification => ({
  ...(JSON.parse(doc) as Omit<Notification, 'id' | 'audience'>),
  id,
  audience,
})

/** In any order. */
export const notificationRows = (sql: Sql, ids: readonly NotificationId[]): NotificationRow[] =>
  sql<[string], NotificationRow>(
    `SELECT ${notificationColumns} FROM notification n WHERE n.id IN (SELECT value FROM json_each(?))`,
  ).all(JSON.stringify(ids))

export const postingColumns = `p.notification_id AS notificationId, p.target, p.channel, p.subscriber_id AS subscriberId,
  p.place AS "to", p.state, p.attempt, p.uncertain, p.due_at AS dueAt, p.code, p.detail, p.updated_at AS updatedAt`

export interface Take {
  readonly limit: number
  readonly leaseMs: number
  readonly now: EpochMs
}
export interface Taken {
  readonly postings: readonly TakenPosting[]
  /** Targets are left. */
  readonly more: boolean
}

/** Writing notifications, and the postings of their targets. */
export interface NotificationRows {
  /** With the first of its postings. */
  insert(
    notification: NewNotification,
    take: Take,
  ): Taken & { readonly id: NotificationId; readonly audience: number }
  take(id: NotificationId, take: Take): Taken
}

export function createNotificationRows(
  sql: Sql,
  parts: { readonly people: PeopleRows; readonly placing: Placing },
): NotificationRows {
  const { people, placing } = parts

  /** The rooms that are left, then follows. */
  function place(
    told: Told,
    rooms: { readonly first: number; readonly named: readonly Room[] },
    follows: Iterable<number>,
    { leaseMs, now }: Take,
  ): TakenPosting[] {
    const one = { attempt: 1, uncertain: 0, leaseMs, now }
    const postings: TakenPosting[] = rooms.named.map((room, i) =>
      placing.room(told, -1 - rooms.first - i, room, one),
    )
    for (const id of follows) {
      const posting = placing.person(told, id as never, null, one)
      if (posting !== null) postings.push(posting)
    }
    return postings
  }

  function hold(
    { id, severity }: Told,
    { followId, dueAt, code }: NewNotification['held'][number],
    now: EpochMs,
  ): void {
    sql<[object]>(
      `INSERT INTO posting (notification_id, target, severity, state, attempt, uncertain, due_at, updated_at, subscriber_id,
         channel, place, code)
       SELECT :id, :followId, :severity, 'held', 0, 0, :dueAt, :now, f.subscriber_id, coalesce(f.doc ->> 'channel', ''),
         '', :code
       FROM (SELECT 1) LEFT JOIN follow f ON f.id = :followId`,
    ).run({ id, severity, followId, dueAt, now, code })
  }

  return {
    insert(notification, take) {
      const { people: follows, held, group, thread, createdAt, retryUntil, rooms, alertIds } = notification
      const severity = severities.indexOf(notification.severity)
      const targets = rooms.length + follows.length
      const audience = targets + held.length
      const taken = Math.min(take.limit, targets)
      const { lastInsertRowid } = sql<[object]>(
        `INSERT INTO notification (group_key, thread, severity, created_at, retry_until, audience, taken, targets, rooms, doc)
         VALUES (:group, :thread, :severity, :createdAt, :retryUntil, :audience, :taken, :targets, :rooms, :doc)`,
      ).run({
        group,
        thread,
        severity,
        createdAt,
        retryUntil,
        audience,
        taken,
        targets,
        rooms: rooms.length,
        doc: JSON.stringify({ ...notification, people: undefined, held: undefined }),
      })
      const id = Number(lastInsertRowid) as NotificationId
      const told = { id, thread, severity }
      const mention = sql<[number, number]>(
        'INSERT OR IGNORE INTO notification_alert (alert_id, notification_id) VALUES (?, ?)',
      )
      for (const alertId of alertIds) mention.run(alertId, id)
      people.keep(id, follows)
      for (const one of held) hold(told, one, take.now)
      const named = rooms.slice(0, taken)
      const now = follows.subarray(0, taken - named.length)
      return {
        id,
        audience,
        postings: place(told, { first: 0, named }, now, take),
        more: taken < targets,
      }
    },
    take(id, take) {
      const row = sql<
        [number],
        Told & { taken: number; targets: number; rooms: number; named: string | null }
      >(
        `SELECT id, thread, severity, taken, targets, rooms, iif(taken < rooms, doc -> 'rooms', NULL) AS named
         FROM notification WHERE id = ? AND taken < targets`,
      ).get(id)
      if (row === undefined) return { postings: [], more: false }
      const until = Math.min(row.taken + take.limit, row.targets)
      sql<[number, number]>('UPDATE notification SET taken = ? WHERE id = ?').run(until, id)
      const first = Math.min(row.taken, row.rooms)
      const named = ((row.named === null ? [] : JSON.parse(row.named)) as Room[]).slice(first, until)
      const from = Math.max(0, row.taken - row.rooms)
      const count = until - row.rooms - from
      const follows = count > 0 ? people.slice(id, from, count) : []
      return { postings: place(row, { first, named }, follows, take), more: until < row.targets }
    },
  }
}
