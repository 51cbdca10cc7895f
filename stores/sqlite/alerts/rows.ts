import { severities } from '../../../engine/model/alert.ts'
import type { EpochMs, FollowId, NotificationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Notification, Posting, Room, TakenPosting, Target } from '../../../engine/model/notification.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { NewNotification } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/statements.ts'
import { packIds, unpackIds } from '../ledger/id-list.ts'
import type { PostingLeases } from './leases.ts'

/** Follows a row of `notification_people`. */
const blockSize = 1000

export interface NotificationRow {
  readonly id: NotificationId
  readonly audience: number
  readonly taken: number
  readonly targets: number
  readonly rooms: number
  readonly thread: string
  readonly doc: string
}
const columns = 'id, audience, taken, targets, rooms, thread, doc'

export const notificationView = ({ id, audience, doc }: NotificationRow): Notification => ({
  ...(JSON.parse(doc) as Omit<Notification, 'id' | 'audience'>),
  id,
  audience,
})

export const postingColumns = `p.notification_id AS notificationId, p.target, p.channel, p.subscriber_id AS subscriberId,
  p.place AS "to", p.state, p.attempt, p.uncertain, p.due_at AS dueAt, p.code, p.detail, p.updated_at AS updatedAt`

interface Person {
  readonly subscriberId: SubscriberId
  readonly channel: string
  readonly contact: string | null
  readonly address: string
  readonly status: SubscriberStatus
  readonly name: string | null
  readonly language: string | null
  readonly timeZone: string | null
  readonly against: string | null
}

/** Writing notifications and their postings. */
export interface PostingRows {
  insert(notification: NewNotification): NotificationId
  notification(id: NotificationId): NotificationRow | undefined
  /** The next targets; their rows are written. */
  take(
    row: NotificationRow,
    options: { readonly limit: number; readonly leaseMs: number; readonly now: EpochMs },
  ): { readonly postings: readonly TakenPosting[]; readonly more: boolean }
  /** Consent is read, the row written as `handing` or as what stands against it. */
  place(
    row: NotificationRow,
    target: Target,
    options: {
      readonly attempt: number
      readonly uncertain: number
      readonly leaseMs: number
      readonly now: EpochMs
    },
  ): TakenPosting | null
}

export function createPostingRows(sql: Sql, leases: PostingLeases): PostingRows {
  const personOf = (id: FollowId) =>
    sql<[number], Person>(
      `SELECT f.subscriber_id AS subscriberId, f.doc ->> 'channel' AS channel, f.doc ->> 'contact' AS contact,
         s.address, s.status, s.name, s.language, s.time_zone AS timeZone,
         iif(f.doc ->> 'contact' IS NULL, coalesce(
           (SELECT reason FROM suppression WHERE address = s.address),
           (SELECT reason FROM suppression WHERE address = substr(s.address, instr(s.address, '@')))
         ), NULL) AS against
       FROM follow f
       JOIN subscriber s ON s.id = f.subscriber_id
       WHERE f.id = ?`,
    ).get(id)
  const receiptOf = (thread: string, channel: string, place: string) =>
    sql<[string, string, string], string>(
      'SELECT receipt FROM alert_thread WHERE thread = ? AND channel = ? AND place = ?',
    )
      .pluck()
      .get(thread, channel, place) as string | undefined

  const put = (posting: {
    readonly notificationId: NotificationId
    readonly target: Target
    readonly state: Posting['state']
    readonly attempt: number
    readonly uncertain: number
    readonly dueAt: EpochMs | null
    readonly now: EpochMs
    readonly subscriberId: SubscriberId | null
    readonly channel: string
    readonly place: string
    readonly code: string | null
  }) =>
    sql<[object]>(
      `INSERT INTO posting (notification_id, target, state, attempt, uncertain, due_at, updated_at, subscriber_id, channel,
         place, code)
       VALUES (:notificationId, :target, :state, :attempt, :uncertain, :dueAt, :now, :subscriberId, :channel, :place, :code)
       ON CONFLICT DO UPDATE SET state = :state, attempt = :attempt, uncertain = :uncertain, due_at = :dueAt,
         updated_at = :now, subscriber_id = :subscriberId, channel = :channel, place = :place, code = :code`,
    ).run(posting)

  const place: PostingRows['place'] = (row, target, { attempt, uncertain, leaseMs, now }) => {
    const { id: notificationId, thread } = row
    const common = { notificationId, target, attempt, uncertain, dueAt: null, now }
    const handing = (channel: string, to: string, subscriberId: SubscriberId | null) => {
      put({ ...common, state: 'handing', subscriberId, channel, place: to, code: null })
      leases.grant({ notificationId, target, attempt }, leaseMs)
      return {
        notificationId,
        target,
        channel,
        to,
        attempt,
        earlier: receiptOf(thread, channel, to) ?? null,
      }
    }
    if (target < 0) {
      const { rooms } = JSON.parse(row.doc) as { readonly rooms: readonly Room[] }
      const { channel, room } = rooms[-target - 1]!
      return { ...handing(channel, room, null), person: null }
    }
    const found = personOf(target as FollowId)
    if (found === undefined) {
      put({ ...common, state: 'skipped', subscriberId: null, channel: '', place: '', code: 'gone' })
      return null
    }
    const { subscriberId, channel, contact, address, status, against } = found
    const to = contact ?? address
    const refused = status === 'active' ? against : status
    if (refused !== null) {
      const known = { subscriberId, channel, place: status === 'erased' ? '' : to }
      put({ ...common, ...known, state: 'suppressed', code: refused })
      return null
    }
    const { name, language, timeZone } = found
    return { ...handing(channel, to, subscriberId), person: { subscriberId, name, language, timeZone } }
  }

  function targetsOf({ id, rooms }: NotificationRow, from: number, limit: number): readonly Target[] {
    const targets: Target[] = []
    for (let at = from; at < rooms && targets.length < limit; at++) targets.push(-at - 1)
    const begin = Math.max(0, from - rooms)
    const want = limit - targets.length
    if (want <= 0) return targets
    const blocks = sql<[number, number, number], { block: number; ids: Buffer }>(
      `SELECT block, ids FROM notification_people WHERE notification_id = ? AND block BETWEEN ? AND ? ORDER BY block`,
    ).all(id, Math.floor(begin / blockSize), Math.floor((begin + want - 1) / blockSize))
    for (const { block, ids } of blocks) {
      const first = block * blockSize
      const part = unpackIds(ids).slice(Math.max(0, begin - first), begin + want - first)
      targets.push(...part)
    }
    return targets
  }

  return {
    insert({ people, held, ...notification }) {
      const { group, thread, severity, createdAt, retryUntil, rooms, alertIds } = notification
      const targets = rooms.length + people.length
      const { lastInsertRowid } = sql<[object]>(
        `INSERT INTO notification (group_key, thread, severity, created_at, retry_until, audience, taken, targets, rooms, doc)
         VALUES (:group, :thread, :severity, :createdAt, :retryUntil, :audience, 0, :targets, :rooms, :doc)`,
      ).run({
        group,
        thread,
        severity: severities.indexOf(severity),
        createdAt,
        retryUntil,
        audience: targets + held.length,
        targets,
        rooms: rooms.length,
        doc: JSON.stringify(notification),
      })
      const id = Number(lastInsertRowid) as NotificationId
      const mention = sql<[number, number]>(
        'INSERT OR IGNORE INTO notification_alert (alert_id, notification_id) VALUES (?, ?)',
      )
      for (const alertId of alertIds) mention.run(alertId, id)
      const keep = sql<[number, number, Buffer]>(
        'INSERT INTO notification_people (notification_id, block, ids) VALUES (?, ?, ?)',
      )
      for (let block = 0; block * blockSize < people.length; block++) {
        const part = people.subarray(block * blockSize, (block + 1) * blockSize)
        keep.run(id, block, packIds(Array.from(part)))
      }
      const hold = sql<[object]>(
        `INSERT INTO posting (notification_id, target, state, attempt, uncertain, due_at, updated_at, subscriber_id, channel,
           place, code)
         SELECT :id, :followId, 'held', 0, 0, :dueAt, :createdAt, f.subscriber_id, coalesce(f.doc ->> 'channel', ''), '', :code
         FROM (SELECT 1) LEFT JOIN follow f ON f.id = :followId`,
      )
      for (const { followId, dueAt, code } of held) hold.run({ id, followId, dueAt, createdAt, code })
      return id
    },
    notification: (id) =>
      sql<[number], NotificationRow>(`SELECT ${columns} FROM notification WHERE id = ?`).get(id),
    take(row, { limit, leaseMs, now }) {
      const targets = targetsOf(row, row.taken, limit)
      if (targets.length > 0)
        sql<[number, number]>('UPDATE notification SET taken = taken + ? WHERE id = ?').run(
          targets.length,
          row.id,
        )
      const postings = targets.flatMap(
        (target) => place(row, target, { attempt: 1, uncertain: 0, leaseMs, now }) ?? [],
      )
      return { postings, more: row.taken + targets.length < row.targets }
    },
    place,
  }
}
