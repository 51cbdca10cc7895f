import type { EpochMs, FollowId, NotificationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Posting, Room, TakenPosting, Target } from '../../../engine/model/notification.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { Sql } from '../database/statements.ts'
import type { PostingLeases } from './leases.ts'

/** Of a notification, what its postings need. */
export interface Told {
  readonly id: NotificationId
  readonly thread: string
  /** 0 for info to 3 for critical. */
  readonly severity: number
}

export interface Try {
  /** Of a post that leaves now. */
  readonly attempt: number
  readonly uncertain: number
  readonly leaseMs: number
  readonly now: EpochMs
}

/** Writing postings: as `handing`, or as what stands against them. */
export interface Placing {
  room(told: Told, target: Target, room: Room, one: Try): TakenPosting
  /** Consent is read. `known`: the row there is. */
  person(told: Told, id: FollowId, known: Posting | null, one: Try): TakenPosting | null
}

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
type Way = Pick<Posting, 'channel' | 'to' | 'subscriberId'>
const nobody: Way = { channel: '', to: '', subscriberId: null }

export function createPlacing(sql: Sql, leases: PostingLeases): Placing {
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

  function put(
    { id, severity }: Told,
    target: Target,
    { channel, to, subscriberId }: Way,
    row: Pick<Posting, 'state' | 'attempt' | 'uncertain' | 'code'> & { readonly now: EpochMs },
  ): void {
    const { state, attempt, uncertain, code, now } = row
    sql<[object]>(
      `INSERT INTO posting (notification_id, target, severity, state, attempt, uncertain, updated_at, subscriber_id, channel,
         place, code)
       VALUES (:id, :target, :severity, :state, :attempt, :uncertain, :now, :subscriberId, :channel, :to, :code)
       ON CONFLICT DO UPDATE SET state = :state, attempt = :attempt, uncertain = :uncertain, due_at = NULL,
         updated_at = :now, subscriber_id = :subscriberId, channel = :channel, place = :to, code = :code, detail = NULL`,
    ).run({
      id,
      target,
      severity,
      state,
      attempt,
      uncertain,
      now,
      subscriberId,
      channel,
      to,
      code,
    })
  }

  function hand(
    told: Told,
    target: Target,
    way: Way,
    { attempt, uncertain, leaseMs, now }: Try,
  ): Omit<TakenPosting, 'person'> {
    const { channel, to } = way
    const { id: notificationId } = told
    put(told, target, way, { state: 'handing', attempt, uncertain, code: null, now })
    leases.grant({ notificationId, target, attempt }, leaseMs)
    const earlier = receiptOf(told.thread, channel, to) ?? null
    return { notificationId, target, channel, to, attempt, earlier }
  }

  return {
    room: (told, target, { channel, room }, one) => ({
      ...hand(told, target, { channel, to: room, subscriberId: null }, one),
      person: null,
    }),
    person(told, target, known, one) {
      // What does not leave now is no try; a row's first one is written down all the same.
      const { uncertain, now } = one
      const count = { attempt: known?.attempt ?? one.attempt, uncertain, now }
      const found = personOf(target)
      if (found === undefined) {
        put(told, target, known ?? nobody, { ...count, state: 'skipped', code: 'gone' })
        return null
      }
      const { subscriberId, channel, contact, address, status, against, name, language, timeZone } = found
      const way = { channel, to: contact ?? address, subscriberId }
      const refused = status === 'active' ? against : status
      if (refused !== null) {
        put(told, target, way, { ...count, state: 'suppressed', code: refused })
        return null
      }
      return { ...hand(told, target, way, one), person: { subscriberId, name, language, timeZone } }
    },
  }
}
