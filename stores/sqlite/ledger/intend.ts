import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import { freesOnceKey, intended, isFull, mayWrite, noRows } from '../../rules/ledger.ts'
import { hasLeft, isMember } from '../audience/audience.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import { type CapColumns, createCaps } from './caps.ts'
import { heldBy } from './chunks.ts'
import type { EventWriter } from './events.ts'
import { includesId } from './id-list.ts'
import type { Leases } from './leases.ts'
import type { OnceKeys } from './once.ts'
import type { NewRow, Rows } from './rows.ts'
import type { Run, Runs } from './runs.ts'

/** A person and their row as they are now. */
interface Present {
  readonly id: SubscriberId
  readonly status: SubscriberStatus
  readonly wanted: number
  readonly suppression: string | null
  /** The publication that holds the once key. */
  readonly holder: PublicationId | null
  readonly state: DeliveryState | null
  readonly attempt: number
  readonly uncertain: number | null
  /** Letters had, and allowed by the person's own word. */
  readonly day: number
  readonly week: number
  readonly own: number | null
}

/** Consent as the memberships have it now. What segments and earlier publications said holds as it was planned: who
 *  came by those is wanted, unless they left one of the lists. */
function isWanted({ audience, ofLists }: Run): string {
  const on = isMember(audience.lists, 's.id')
  const included = ofLists ? on : `(${on} OR NOT ${hasLeft(audience.lists, 's.id')})`
  return `${included} AND NOT ${isMember(audience.excludeLists, 's.id')}`
}

/** Permission to send. */
export function createIntend(
  sql: Sql,
  parts: {
    readonly runs: Runs
    readonly leases: Leases
    readonly once: OnceKeys
    readonly events: EventWriter
    readonly rows: Rows
  },
): Pick<Sync<LedgerStore>, 'intend'> {
  const { runs, leases, once, events, rows } = parts
  const capping = createCaps(sql)

  /** One statement for the batch: 2 us a person. */
  const presents = (
    run: Run,
    ids: readonly SubscriberId[],
    { columns, bound }: CapColumns,
  ): Map<SubscriberId, Present> => {
    const holder =
      run.onceKey === null
        ? 'NULL'
        : '(SELECT o.publication_id FROM once o WHERE o.key = :onceKey AND o.subscriber_id = s.id)'
    const found = sql<[object], Present>(
      `SELECT s.id, s.status,
         ${isWanted(run)} AS wanted,
         (SELECT reason FROM suppression p
          WHERE p.address IN (s.address, substr(s.address, instr(s.address, '@')))) AS suppression,
         ${holder} AS holder,
         d.state, d.attempt, d.uncertain, ${columns}
       FROM json_each(:ids) j
       CROSS JOIN subscriber s ON s.id = j.value
       LEFT JOIN delivery d ON d.publication_id = :run AND d.subscriber_id = s.id AND d.channel = :channel`,
    ).all({ ids: JSON.stringify(ids), run: run.id, channel: run.channel, onceKey: run.onceKey, ...bound })
    return new Map(found.map((row) => [row.id, row]))
  }

  return {
    intend(lease, intents, { leaseMs, now, caps = null }) {
      const live = heldBy(sql, leases, lease)
      const run = runs.of(lease.publicationId)
      const running = runs.stateOf(lease.publicationId)
      if (live === undefined || run === null || running === null) return { status: 'stale' }
      if (running !== 'running') return { status: 'halted', state: running }
      leases.renew(live, leaseMs)

      const change = noRows()
      const written: NewRow[] = []
      const inserted: NewRow[] = []
      const present = presents(
        run,
        intents.map((intent) => intent.subscriberId),
        capping.of(caps, now),
      )
      for (const intent of intents) {
        const { subscriberId, attempt, picks } = intent
        const person = present.get(subscriberId)
        if (person === undefined || !includesId(live.ids, subscriberId)) continue
        const before = person.state === null ? undefined : { state: person.state, attempt: person.attempt }
        if (!mayWrite(before, intent)) continue
        const next = intended(intent, {
          status: person.status,
          wanted: person.wanted === 1,
          suppression: person.suppression,
          taken: person.holder !== null && person.holder !== run.id,
          full: caps !== null && isFull(caps, person.own, person),
        })
        const row = { subscriberId, attempt, picks, ...next }
        written.push(row)
        change[row.state] += 1
        if (before === undefined) inserted.push(row)
        else {
          change[before.state] -= 1
          rows.again(run, row, now)
        }
        // Somebody named twice in a batch gets one permission.
        present.set(subscriberId, { ...person, state: row.state, attempt })
        if (row.state === 'handing') once.take(run, subscriberId)
        else if (freesOnceKey({ state: row.state, uncertain: person.uncertain ?? 0 }))
          once.free(run, subscriberId)
      }
      rows.insert(run, lease.seq, inserted, now)
      const failed = written.filter((row) => row.state === 'failed')
      events.appendAll(
        { publicationId: run.id, channel: run.channel, at: now },
        failed.map((row) => ({ ...row, type: 'failed' })),
      )
      const granted = written.filter((row) => row.state === 'handing').map((row) => row.subscriberId)
      return { status: 'granted', granted, counts: runs.add(run.id, change) }
    },
  }
}
