import type { ChunkLease } from '../../../engine/model/chunk.ts'
import type { NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import type { LedgerStore, Settlement } from '../../../engine/ports/ledger.ts'
import { freesOnceKey, noRows, type RowCounts, settled } from '../../rules/ledger.ts'
import type { Database, Tx } from '../database/sql.ts'
import { bounce, holdAddressees } from './bounces.ts'
import { heldBy } from './chunks.ts'
import { addCounts } from './counts.ts'
import { appendEvents } from './events.ts'
import { freeOnce } from './once.ts'
import { eraseRows, handingOf, markSent, type SettledRow, writeOutcomes } from './rows.ts'
import type { Run, Runs } from './runs.ts'

/** What became of letters that had permission. */
export function createSettle(db: Database, runs: Runs): Pick<LedgerStore, 'settle'> {
  return {
    async settle(lease, settlements, now) {
      const run = await runs.of(lease.publicationId)
      if (run === null) return { status: 'stale' }
      // Nearly all of a batch is sent: one statement settles those.
      const sent = settlements.filter(({ state, suppress }) => state === 'sent' && !suppress)
      const others = settlements.filter(({ state, suppress }) => state !== 'sent' || suppress)
      return db.tx(
        async (tx) => {
          if (!(await heldBy(tx, lease))) return { status: 'stale' }
          const people = await holdAddressees(tx, others)
          const change = noRows()
          const marked = await markSent(tx, run, lease, sent, now)
          change.handing -= marked
          change.sent += marked
          await settleOthers(tx, { run, lease, now, people, change }, others)
          return { status: 'settled', counts: await addCounts(tx, lease, change) }
        },
        { byKey: true },
      )
    },
  }
}

interface Scene {
  readonly run: Run
  readonly lease: ChunkLease
  readonly now: EpochMs
  readonly people: ReadonlyMap<SubscriberId, Subscriber>
  /** Grows. */
  readonly change: RowCounts
}

async function settleOthers(tx: Tx, scene: Scene, others: readonly Settlement[]): Promise<void> {
  if (others.length === 0) return
  const { run, lease, now, people, change } = scene
  const handing = await handingOf(
    tx,
    run,
    lease,
    others.map(({ subscriberId }) => subscriberId),
  )
  const facts: NewDeliveryEvent[] = []
  const outcomes: SettledRow[] = []
  const unsent: SubscriberId[] = []
  const free: SubscriberId[] = []
  const bad: Settlement[] = []
  for (const given of others) {
    const { subscriberId } = given
    const row = handing.get(subscriberId)
    if (row === undefined) continue
    handing.delete(subscriberId)
    // Replies name addresses: those of somebody erased while their letter was on the wire are not kept.
    const erased = people.get(subscriberId)?.status === 'erased'
    const settlement = erased ? { ...given, detail: null } : given
    const outcome = settled(row, settlement, now)
    change.handing -= 1
    if (outcome === null) unsent.push(subscriberId)
    else {
      outcomes.push({ ...outcome, subscriberId })
      change[outcome.state] += 1
      const { state, code, detail } = outcome
      if (state === 'sent' || state === 'failed')
        facts.push({
          publicationId: run.id,
          channel: run.channel,
          at: now,
          subscriberId,
          type: state,
          code,
          detail,
        })
    }
    if (freesOnceKey(outcome)) free.push(subscriberId)
    if (settlement.suppress) bad.push(settlement)
  }
  await freeOnce(tx, run, free)
  await writeOutcomes(tx, run, outcomes, now)
  await eraseRows(tx, run, unsent)
  await bounce(tx, bad, people, now)
  await appendEvents(tx, facts)
}
