import type { EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { Posting, TakenPosting } from '../../../engine/model/notification.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import type { PostingSettlement, PostingStore } from '../../../engine/ports/notifications.ts'
import { settledPosting } from '../../rules/posting.ts'
import { documentOf } from '../database/document.ts'
import type { Database, Sql, Tx } from '../database/sql.ts'
import { keepable } from '../database/text.ts'
import { bounce } from '../ledger/bounces.ts'
import { holdPeople } from '../people/subscriber-rows.ts'

type Key = Pick<Posting, 'notificationId' | 'target'>
const keyOf = ({ notificationId, target }: Key): string => `${notificationId} ${target}`

export function createPostings(db: Database): PostingStore {
  return {
    async take(id, { limit, leaseMs, now }) {
      const row = await db.one<{
        taken: { readonly postings: readonly TakenPosting[]; readonly more: boolean }
      }>('SELECT posting_take($1, $2, $3, $4) AS taken', [id, limit, leaseMs, now])
      return row?.taken ?? { postings: [], more: false }
    },
    async claim({ limit, leaseMs, now, resting }) {
      const rows = await db.all<{ posting: TakenPosting }>(
        'SELECT posting FROM posting_claim($1, $2, $3, $4, $5) AS posting',
        [limit, leaseMs, now, resting?.channels ?? [], resting?.since ?? now],
      )
      return rows.map(({ posting }) => posting)
    },
    async renew(postings, leaseMs) {
      await db.run('SELECT posting_renew($1, $2, $3, $4)', [
        postings.map(({ notificationId }) => notificationId),
        postings.map(({ target }) => target),
        postings.map(({ attempt }) => attempt),
        leaseMs,
      ])
    },
    async settle(settlements, now) {
      const bad = settlements.filter(({ suppress }) => suppress)
      if (bad.length === 0) return (await settle(db, settlements, now)).length
      return db.tx(async (tx) => {
        // People before rows, as everywhere, so that nobody waits in a circle.
        const people = await addresseesOf(tx, bad)
        const changed = new Set((await settle(tx, settlements, now)).map(keyOf))
        const bounced = bad.filter((one) => changed.has(keyOf(one)) && people.has(keyOf(one)))
        await bounceAll(tx, bounced, people, now)
        return changed.size
      })
    },
    async unfinished(limit) {
      const rows = await db.all<{ id: NotificationId }>(
        'SELECT id FROM notification WHERE unfinished ORDER BY severity DESC, id LIMIT $1',
        [limit],
      )
      return rows.map(({ id }) => id)
    },
  }
}

function settle(sql: Sql, settlements: readonly PostingSettlement[], now: EpochMs): Promise<Key[]> {
  const outcomes = settlements.map((settlement) => {
    const { notificationId, target, attempt, code, detail, receipt } = settlement
    // Added to what the row has.
    const outcome = settledPosting({ attempt: 0, uncertain: 0 }, settlement, now)
    return {
      notification_id: notificationId,
      target,
      attempt,
      state: outcome.state,
      tries: outcome.attempt,
      doubts: outcome.uncertain,
      due_at: outcome.dueAt,
      code: keepable(code),
      detail: keepable(detail),
      receipt: keepable(receipt),
    }
  })
  return sql.all<Key>('SELECT notification_id AS "notificationId", target FROM posting_settle($1, $2)', [
    documentOf(outcomes),
    now,
  ])
}

/** The people of these postings, by posting, held for the transaction: of those that went to a person's own address. */
async function addresseesOf(tx: Tx, postings: readonly Key[]): Promise<ReadonlyMap<string, Subscriber>> {
  const rows = await tx.all<Key & { readonly to: string; readonly subscriberId: Subscriber['id'] }>(
    `SELECT p.notification_id AS "notificationId", p.target, p.place AS "to", p.subscriber_id AS "subscriberId"
     FROM posting p JOIN unnest($1::bigint[], $2::bigint[]) AS r (notification_id, target) USING (notification_id, target)
     WHERE p.subscriber_id IS NOT NULL`,
    [postings.map(({ notificationId }) => notificationId), postings.map(({ target }) => target)],
  )
  const people = new Map(
    (
      await holdPeople(
        tx,
        rows.map(({ subscriberId }) => subscriberId),
      )
    ).map((person) => [person.id, person]),
  )
  return new Map(
    rows.flatMap((row) => {
      const person = people.get(row.subscriberId)
      return person !== undefined && person.address === row.to ? [[keyOf(row), person]] : []
    }),
  )
}

async function bounceAll(
  tx: Tx,
  bounced: readonly PostingSettlement[],
  people: ReadonlyMap<string, Subscriber>,
  now: EpochMs,
): Promise<void> {
  // A person once, whichever of their postings said so first.
  const bad = new Map(
    bounced.toReversed().flatMap((one) => {
      const person = people.get(keyOf(one))
      return person === undefined ? [] : [[person.id, { ...one, subscriberId: person.id }] as const]
    }),
  )
  await bounce(tx, [...bad.values()], new Map([...people.values()].map((one) => [one.id, one])), now)
}
