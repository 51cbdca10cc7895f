import type { Caps } from '../../../engine/config.ts'
import type { ChunkLease } from '../../../engine/model/chunk.ts'
import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { PublicationState } from '../../../engine/model/publication.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { Intent, LedgerStore } from '../../../engine/ports/ledger.ts'
import { freesOnceKey, intended, isFull, mayWrite, noRows } from '../../rules/ledger.ts'
import { lockNumber } from '../database/advisory.ts'
import type { Lineage } from '../database/lineage.ts'
import { createValues, type Database, type Tx, type Values } from '../database/sql.ts'
import { capColumns, countingOf } from './caps.ts'
import { addCounts } from './counts.ts'
import { appendEvents } from './events.ts'
import { freeOnce, takeOnce } from './once.ts'
import { insertRows, type NewRow, writeAgain } from './rows.ts'
import { type Run, type Runs, rowsOf } from './runs.ts'

/** A person and their row as they are now. */
interface Present {
  readonly id: SubscriberId
  readonly status: SubscriberStatus
  readonly wanted: boolean
  readonly suppression: string | null
  /** The publication that holds the once key. */
  readonly holder: PublicationId | null
  readonly state: DeliveryState | null
  readonly attempt: number
  readonly uncertain: number | null
  readonly day: number
  readonly week: number
  readonly own: number | null
}

interface Limits {
  readonly caps: Caps | null
  readonly limited: boolean
  readonly now: EpochMs
}

/** Permission to send. Locks are taken in the same order everywhere, so that nobody waits in a circle: publication,
 *  chunk, people, once keys, rows, counters. */
export function createIntend(
  db: Database,
  runs: Runs,
  lineage: Pick<Lineage, 'doubt'>,
): Pick<LedgerStore, 'intend'> {
  return {
    async intend(lease, intents, { leaseMs, now, caps = null }) {
      const run = await runs.of(lease.publicationId)
      const recipients = new Set(await runs.recipients(lease))
      if (run === null) return { status: 'stale' }
      return db.tx(
        async (tx) => {
          // Its connection is a new one where the database is another: by now it was looked at.
          if (lineage.doubt() !== null) return { status: 'halted', state: 'paused' }
          const held = await hold(tx, lease, leaseMs)
          if (held === undefined) return { status: 'stale' }
          if (held.state !== 'running') return { status: 'halted', state: held.state }
          const own = intents.filter(({ subscriberId }) => recipients.has(subscriberId))
          const present = await presents(tx, run, own, { caps, limited: held.limited, now })
          const { fresh, again, free } = await decide(tx, run, own, present, caps)
          const inserted = await insertRows(tx, run, lease.seq, fresh, now)
          const rewritten = await writeAgain(tx, run, again, now)
          const change = noRows()
          change.retry -= rewritten.size
          const written = [
            ...fresh.filter(({ subscriberId }) => inserted.has(subscriberId)),
            ...again.filter(({ subscriberId }) => rewritten.has(subscriberId)),
          ]
          for (const { state } of written) change[state] += 1
          await freeOnce(tx, run, free)
          const failed = written.filter(({ state }) => state === 'failed')
          const same = { publicationId: run.id, channel: run.channel, at: now, type: 'failed' } as const
          await appendEvents(
            tx,
            failed.map(({ subscriberId, code, detail }) => ({ ...same, subscriberId, code, detail })),
          )
          const handing = new Set(
            written.filter(({ state }) => state === 'handing').map(({ subscriberId }) => subscriberId),
          )
          const granted = [...new Set(own.map(({ subscriberId }) => subscriberId))].filter((id) =>
            handing.has(id),
          )
          return { status: 'granted', granted, counts: await addCounts(tx, lease, change) }
        },
        // The publication stays in its state meanwhile: whoever moves it takes this lock alone. Locks on its row would do,
        // but those are not given in turn: with many lanes a pause would wait until they are through.
        { byKey: true, sharing: lockNumber('publication', String(Number(run.id))) },
      )
    },
  }
}

/** Renew the lease, and hold the chunk. Undefined where another epoch owns it. A publication that is not running is
 *  looked at, and its lease left as it is. */
function hold(tx: Tx, { publicationId, seq, epoch, owner }: ChunkLease, leaseMs: number) {
  return tx.one<{ state: PublicationState; limited: boolean }>(
    `UPDATE chunk c
     SET lease_until = CASE
       WHEN p.state = 'running' THEN clock_timestamp() + $4 * interval '1 millisecond'
       ELSE c.lease_until
     END
     FROM publication p
     WHERE p.id = $1 AND c.publication_id = $1 AND c.seq = $2 AND c.epoch = $3 AND c.owner = $5
       AND c.state = 'leased'
     RETURNING p.state, EXISTS (SELECT 1 FROM subscription WHERE max_per_week IS NOT NULL) AS limited`,
    [publicationId, seq, epoch, leaseMs, owner],
  )
}

/** How everyone of the batch stands, in one statement. */
async function presents(
  tx: Tx,
  run: Run,
  intents: readonly Intent[],
  limits: Limits,
): Promise<Map<SubscriberId, Present>> {
  const people = intents.map(({ subscriberId }) => subscriberId)
  const counting = await countingOf(tx, run, people, limits)
  const values = createValues()
  const ids = values(people)
  const holder =
    run.onceKey === null
      ? 'NULL'
      : `(SELECT o.publication_id FROM once o WHERE o.key = ${values(run.onceKey)} AND o.subscriber_id = s.id)`
  const found = await tx.all<Present>(
    `SELECT s.id, s.status, ${isWanted(run, values)} AS wanted, ${suppression} AS suppression, ${holder} AS holder, d.state,
       d.attempt, d.uncertain, ${capColumns(values, counting, limits.now)}
     FROM subscriber s
     LEFT JOIN delivery d ON ${rowsOf(run, values(run.id), values(run.channel))} AND d.subscriber_id = ANY(${ids})
       AND d.subscriber_id = s.id
     WHERE s.id = ANY(${ids})`,
    values.list,
  )
  return new Map(found.map((row) => [row.id, row]))
}

/** Consent as the memberships have it now. What segments and earlier publications said holds as it was planned: who
 *  came by those is wanted, unless they left one of the lists. */
function isWanted({ audience, ofLists }: Run, values: Values): string {
  const lists = values(audience.lists)
  const on = (ids: string, status: string) =>
    `EXISTS (
       SELECT 1 FROM membership m
       WHERE m.list_id = ANY(${ids}::bigint[]) AND m.subscriber_id = s.id AND m.status = '${status}'
       OFFSET 0
     )`
  const included = ofLists
    ? on(lists, 'active')
    : `(${on(lists, 'active')} OR NOT ${on(lists, 'unsubscribed')})`
  return `${included} AND NOT ${on(values(audience.excludeLists), 'active')}`
}

const suppression = `coalesce(
         (SELECT p.reason FROM suppression p WHERE p.address = s.address),
         (SELECT p.reason FROM suppression p WHERE p.address = '@' || split_part(s.address, '@', -1))
       )`

/** What is to be written, and which once keys are given back. */
async function decide(
  tx: Tx,
  run: Run,
  intents: readonly Intent[],
  present: ReadonlyMap<SubscriberId, Present>,
  caps: Caps | null,
) {
  const decided = new Map<SubscriberId, { readonly intent: Intent; readonly person: Present }>()
  for (const intent of intents) {
    const person = present.get(intent.subscriberId)
    if (person === undefined) continue
    const before = person.state === null ? undefined : { state: person.state, attempt: person.attempt }
    // Somebody named twice in a batch gets one permission.
    if (mayWrite(before, intent) && !decided.has(person.id)) decided.set(person.id, { intent, person })
  }
  const rowOf = ({ intent, person }: { intent: Intent; person: Present }, taken: boolean): NewRow => ({
    subscriberId: person.id,
    attempt: intent.attempt,
    picks: intent.picks,
    ...intended(intent, {
      status: person.status,
      wanted: person.wanted,
      suppression: person.suppression,
      taken,
      full: caps !== null && isFull(caps, person.own, person),
    }),
  })
  const heldByOther = ({ holder }: Present) => holder !== null && holder !== run.id
  const rows = new Map([...decided].map(([id, one]) => [id, rowOf(one, heldByOther(one.person))]))
  if (run.onceKey !== null) {
    const wanting = [...rows.values()]
      .filter(
        ({ subscriberId, state }) => state === 'handing' && decided.get(subscriberId)?.person.holder === null,
      )
      .map(({ subscriberId }) => subscriberId)
    const taken = await takeOnce(tx, run, wanting)
    for (const id of wanting) {
      const one = decided.get(id)
      // Another publication was quicker.
      if (one !== undefined && !taken.has(id)) rows.set(id, rowOf(one, true))
    }
  }
  const all = [...decided].map(([id, { person }]) => ({ row: rows.get(id) as NewRow, person }))
  return {
    fresh: all.filter(({ person }) => person.state === null).map(({ row }) => row),
    again: all.filter(({ person }) => person.state !== null).map(({ row }) => row),
    free: all
      .filter(
        ({ row, person }) =>
          person.holder === run.id && freesOnceKey({ state: row.state, uncertain: person.uncertain ?? 0 }),
      )
      .map(({ row }) => row.subscriberId),
  }
}
