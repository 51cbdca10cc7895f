import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import type { Settlement } from '../../../engine/ports/ledger.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import type { Tx } from '../database/sql.ts'
import { keepable } from '../database/text.ts'
import { appendConsents } from '../people/consents.ts'
import { holdPeople } from '../people/subscriber-rows.ts'
import { suppress } from '../people/suppressions.ts'

/** The people of whom something is to be said, held for the transaction: nobody is erased in between. */
export async function holdAddressees(
  tx: Tx,
  settlements: readonly Settlement[],
): Promise<ReadonlyMap<SubscriberId, Subscriber>> {
  const ids = settlements
    .filter(({ detail, suppress }) => detail !== null || suppress)
    .map(({ subscriberId }) => subscriberId)
  if (ids.length === 0) return new Map()
  return new Map((await holdPeople(tx, ids)).map((person) => [person.id, person]))
}

/** Their addresses are bad: suppress them, and say so of the people, with the proof. */
export async function bounce(
  tx: Tx,
  settlements: readonly Pick<Settlement, 'subscriberId' | 'code' | 'detail'>[],
  people: ReadonlyMap<SubscriberId, Subscriber>,
  now: EpochMs,
): Promise<void> {
  const bad = settlements.flatMap(({ subscriberId, code, detail }) => {
    const person = people.get(subscriberId)
    return person === undefined || person.status === 'erased' ? [] : [{ ...person, code, detail }]
  })
  if (bad.length === 0) return
  await suppress(
    tx,
    bad.map(({ address, code, detail }) => ({ address, reason: 'bounce', detail: keepable(detail ?? code) })),
    now,
  )
  const moved = bad
    .map((person) => ({ ...person, to: bouncedStatus(person.status) }))
    .filter(({ status, to }) => to !== status)
  if (moved.length === 0) return
  await tx.run(
    `UPDATE subscriber s SET status = m.status, updated_at = $1
     FROM unnest($2::bigint[], $3::text[]) m (id, status)
     WHERE s.id = ANY($2) AND s.id = m.id`,
    [now, moved.map(({ id }) => id), moved.map(({ to }) => to)],
  )
  await appendConsents(
    tx,
    moved.map(({ id, status, to, code }) => {
      const proof = {
        source: 'provider',
        at: now,
        ip: null,
        userAgent: null,
        origin: null,
        words: keepable(code),
      } as const
      return bulkConsent(proof, now, { subscriberId: id, kind: 'bounce', from: status, to, lists: [] })
    }),
  )
}
