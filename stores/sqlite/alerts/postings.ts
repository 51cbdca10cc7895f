import { severities } from '../../../engine/model/alert.ts'
import type { EpochMs, FollowId, NotificationId } from '../../../engine/model/ids.ts'
import type { Posting, TakenPosting } from '../../../engine/model/notification.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { PostingRef, PostingSettlement, PostingStore } from '../../../engine/ports/notifications.ts'
import { claimedPosting, settledPosting } from '../../rules/posting.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import type { Sql } from '../database/statements.ts'
import type { ConsentWriter } from '../people/consents.ts'
import type { SqliteSuppressions } from '../people/suppressions.ts'
import type { Sync } from '../threads/methods.ts'
import type { PostingLeases } from './leases.ts'
import type { Placing } from './place.ts'
import { type NotificationRows, postingColumns } from './rows.ts'

interface Known extends Posting {
  readonly severity: number
  readonly thread: string
  readonly retryUntil: EpochMs
}
const known = `SELECT ${postingColumns}, p.severity, n.thread, n.retry_until AS retryUntil
  FROM posting p CROSS JOIN notification n ON n.id = p.notification_id`

type ClaimOptions = Parameters<PostingStore['claim']>[0]

interface Lost extends PostingRef {
  readonly severity: number
}

export function createPostings(
  sql: Sql,
  parts: {
    readonly rows: NotificationRows
    readonly placing: Placing
    readonly leases: PostingLeases
    readonly suppressions: SqliteSuppressions
    readonly consents: ConsentWriter
  },
): Sync<PostingStore> {
  const { rows, placing, leases, suppressions, consents } = parts
  const find = (id: NotificationId, target: number) =>
    sql<[number, number], Known>(`${known} WHERE p.notification_id = ? AND p.target = ?`).get(id, target)

  /** Rows that nobody has any more, most severe first. What is on the wire is little, and read from the index alone. */
  function lost(): readonly Lost[] {
    const handing = sql<[], Lost>(
      `SELECT severity, notification_id AS notificationId, target, attempt FROM posting
       WHERE state = 'handing' ORDER BY severity DESC, notification_id, target`,
    ).all()
    return handing.filter((posting) => !leases.isAlive(posting))
  }

  /** At most `limit`. A walk along the index for each severity: a million that are due are not put in order for the first few. */
  function due({ now, limit, resting }: ClaimOptions): readonly Known[] {
    const [channels, since] = [JSON.stringify(resting?.channels ?? []), resting?.since ?? now]
    const gone = lost()
    const found: Known[] = []
    for (let severity = severities.length - 1; severity >= 0 && found.length < limit; severity -= 1) {
      for (const { notificationId, target } of gone
        .filter((posting) => posting.severity === severity)
        .slice(0, limit - found.length))
        found.push(find(notificationId, target)!)
      if (found.length === limit) break
      const retries = sql<[object], Known>(
        `${known} WHERE p.state = 'retry' AND p.severity = :severity AND p.due_at <= :now
           AND (p.due_at < :since OR p.channel NOT IN (SELECT value FROM json_each(:channels)))
         ORDER BY p.due_at LIMIT :limit`,
      ).all({ severity, now, since, channels, limit: limit - found.length })
      found.push(...retries)
    }
    return found
  }

  function claimOne(posting: Known, leaseMs: number, now: EpochMs): TakenPosting | null {
    const { notificationId, target, thread, severity, retryUntil } = posting
    const { state, attempt, uncertain, code } = claimedPosting(posting, retryUntil, now)
    if (state !== 'handing') {
      sql<[object]>(
        `UPDATE posting SET state = :state, uncertain = :uncertain, due_at = NULL, updated_at = :now, code = :code
         WHERE notification_id = :notificationId AND target = :target`,
      ).run({ state, uncertain, now, code, notificationId, target })
      return null
    }
    const told = { id: notificationId, thread, severity }
    const again = { attempt, uncertain, leaseMs, now }
    if (target > 0) return placing.person(told, target as FollowId, posting, again)
    return placing.room(told, target, { channel: posting.channel, room: posting.to }, again)
  }

  function suppress(posting: Posting, { code, detail }: PostingSettlement, now: EpochMs): void {
    const { subscriberId } = posting
    const person =
      subscriberId === null
        ? undefined
        : sql<[number], { address: string; status: SubscriberStatus }>(
            'SELECT address, status FROM subscriber WHERE id = ?',
          ).get(subscriberId)
    if (subscriberId === null || person === undefined || person.status === 'erased') return
    const { address, status: from } = person
    // A contact that is bad says nothing of the address.
    if (address !== posting.to) return
    suppressions.suppress({ address, reason: 'bounce', detail: detail ?? code, createdAt: now })
    const to = bouncedStatus(from)
    if (to === from) return
    sql<[string, number, number]>('UPDATE subscriber SET status = ?, updated_at = ? WHERE id = ?').run(
      to,
      now,
      subscriberId,
    )
    const proof = {
      source: 'provider',
      at: now,
      ip: null,
      userAgent: null,
      origin: null,
      words: code,
    } as const
    consents.append(bulkConsent(proof, now, { subscriberId, kind: 'bounce', from, to, lists: [] }))
  }

  function settleOne(settlement: PostingSettlement, now: EpochMs): boolean {
    const { notificationId, target, attempt, code, detail, receipt } = settlement
    const posting = find(notificationId, target)
    if (posting?.state !== 'handing' || posting.attempt !== attempt) return false
    sql<[object]>(
      `UPDATE posting SET state = :state, attempt = :attempt, uncertain = :uncertain, due_at = :dueAt, updated_at = :now,
         code = :code, detail = :detail
       WHERE notification_id = :notificationId AND target = :target`,
    ).run({
      ...settledPosting(posting, settlement, now),
      now,
      code,
      // Of somebody erased meanwhile nothing is kept that may name them.
      detail: posting.to === '' ? null : detail,
      notificationId,
      target,
    })
    if (receipt !== null && posting.to !== '')
      sql<[string, string, string, string]>(
        `INSERT INTO alert_thread (thread, channel, place, receipt) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET receipt = excluded.receipt`,
      ).run(posting.thread, posting.channel, posting.to, receipt)
    if (settlement.suppress) suppress(posting, settlement, now)
    return true
  }

  return {
    take: rows.take,
    claim(options) {
      const { leaseMs, now } = options
      const found = due(options)
      leases.drop(found)
      return found.flatMap((posting) => claimOne(posting, leaseMs, now) ?? [])
    },
    renew(postings, leaseMs) {
      for (const posting of postings) leases.renew(posting, leaseMs)
    },
    settle(settlements, now) {
      const settled = settlements.filter((settlement) => settleOne(settlement, now))
      leases.drop(settled)
      return settled.length
    },
    unfinished(limit) {
      return sql<[number], NotificationId>(
        'SELECT id FROM notification WHERE taken < targets ORDER BY severity DESC, id LIMIT ?',
      )
        .pluck()
        .all(limit) as NotificationId[]
    },
  }
}
