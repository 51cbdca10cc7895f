import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { Posting } from '../../../engine/model/notification.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { PostingSettlement, PostingStore } from '../../../engine/ports/notifications.ts'
import { settledPosting } from '../../rules/posting.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import type { Sql } from '../database/statements.ts'
import type { ConsentWriter } from '../people/consents.ts'
import type { SqliteSuppressions } from '../people/suppressions.ts'
import type { Sync } from '../threads/methods.ts'
import type { PostingLeases } from './leases.ts'
import { type PostingRows, postingColumns } from './rows.ts'

interface Due extends Posting {
  readonly thread: string
  readonly retryUntil: EpochMs
}

export function createPostings(
  sql: Sql,
  parts: {
    readonly rows: PostingRows
    readonly leases: PostingLeases
    readonly suppressions: SqliteSuppressions
    readonly consents: ConsentWriter
  },
): Sync<PostingStore> {
  const { rows, leases, suppressions, consents } = parts
  const find = (id: NotificationId, target: number) =>
    sql<[number, number], Due>(
      `SELECT ${postingColumns}, n.thread, n.retry_until AS retryUntil
       FROM posting p JOIN notification n ON n.id = p.notification_id
       WHERE p.notification_id = ? AND p.target = ?`,
    ).get(id, target)

  /** Most severe first. A handing row is due when nobody has it any more. */
  function due(now: EpochMs, limit: number): readonly Due[] {
    const retries = sql<[number, number], Due>(
      `SELECT ${postingColumns}, n.thread, n.retry_until AS retryUntil
       FROM posting p JOIN notification n ON n.id = p.notification_id
       WHERE p.state = 'retry' AND p.due_at <= ? ORDER BY n.severity DESC, p.due_at LIMIT ?`,
    ).all(now, limit)
    const lost = sql<[], Due>(
      `SELECT ${postingColumns}, n.thread, n.retry_until AS retryUntil
       FROM posting p JOIN notification n ON n.id = p.notification_id
       WHERE p.state = 'handing' ORDER BY n.severity DESC`,
    )
      .all()
      .filter((row) => !leases.isAlive(row))
    return [...lost, ...retries].slice(0, limit)
  }

  const close = (posting: Posting, state: 'failed' | 'unknown', uncertain: number, now: EpochMs) =>
    sql<[object]>(
      `UPDATE posting SET state = :state, uncertain = :uncertain, due_at = NULL, updated_at = :now,
         code = coalesce(code, 'deadline')
       WHERE notification_id = :notificationId AND target = :target`,
    ).run({ state, uncertain, now, notificationId: posting.notificationId, target: posting.target })

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
    leases.drop(settlement)
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
    take(id, options) {
      const row = rows.notification(id)
      return row === undefined ? { postings: [], more: false } : rows.take(row, options)
    },
    claim({ limit, leaseMs, now }) {
      return due(now, limit).flatMap((posting) => {
        const uncertain = posting.uncertain + (posting.state === 'handing' ? 1 : 0)
        leases.drop(posting)
        if (posting.retryUntil < now) {
          close(posting, uncertain > 0 ? 'unknown' : 'failed', uncertain, now)
          return []
        }
        const row = rows.notification(posting.notificationId)
        if (row === undefined) return []
        const attempt = posting.attempt + 1
        return rows.place(row, posting.target, { attempt, uncertain, leaseMs, now }) ?? []
      })
    },
    renew(postings, leaseMs) {
      for (const posting of postings) leases.renew(posting, leaseMs)
    },
    settle(settlements, now) {
      return settlements.filter((settlement) => settleOne(settlement, now)).length
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
