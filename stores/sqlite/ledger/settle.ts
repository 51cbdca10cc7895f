import type { NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { LedgerStore, Settlement } from '../../../engine/ports/ledger.ts'
import { freesOnceKey, noRows, settled } from '../../rules/ledger.ts'
import { bouncedStatus } from '../../rules/subscriber.ts'
import { bulkConsent } from '../../rules/subscription.ts'
import type { Sql } from '../database/statements.ts'
import type { ConsentWriter } from '../people/consents.ts'
import type { SqliteSuppressions } from '../people/suppressions.ts'
import type { Sync } from '../threads/methods.ts'
import { heldBy } from './chunks.ts'
import type { EventWriter } from './events.ts'
import type { Leases } from './leases.ts'
import type { OnceKeys } from './once.ts'
import type { Rows } from './rows.ts'
import type { Runs } from './runs.ts'

/** What became of letters that had permission. */
export function createSettle(
  sql: Sql,
  parts: {
    readonly runs: Runs
    readonly leases: Leases
    readonly once: OnceKeys
    readonly events: EventWriter
    readonly rows: Rows
    readonly suppressions: SqliteSuppressions
    readonly consents: ConsentWriter
  },
): Pick<Sync<LedgerStore>, 'settle'> {
  const { runs, leases, once, events, rows, suppressions, consents } = parts

  const person = (id: Settlement['subscriberId']) =>
    sql<[number], { address: string; status: SubscriberStatus }>(
      'SELECT address, status FROM subscriber WHERE id = ?',
    ).get(id)

  const suppress = ({ subscriberId, code, detail }: Settlement, now: EpochMs) => {
    const found = person(subscriberId)
    if (found === undefined || found.status === 'erased') return
    const { address, status: from } = found
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

  /** Replies name addresses: those of somebody erased while their letter was on the wire are not kept. */
  const withoutErased = (settlement: Settlement): Settlement =>
    settlement.detail !== null && person(settlement.subscriberId)?.status === 'erased'
      ? { ...settlement, detail: null }
      : settlement

  return {
    settle(lease, settlements, now) {
      const run = runs.of(lease.publicationId)
      if (run === null || heldBy(sql, leases, lease) === undefined) return { status: 'stale' }
      const change = noRows()
      const facts: Pick<NewDeliveryEvent, 'subscriberId' | 'type' | 'code' | 'detail'>[] = []
      const { same, others } = sortOut(settlements)
      for (const group of same.values()) {
        const [{ code, detail }] = group
        const ids = group.map((one) => one.subscriberId)
        for (const subscriberId of rows.sent(run, lease.seq, ids, { code, detail }, now)) {
          change.handing -= 1
          change.sent += 1
          facts.push({ subscriberId, type: 'sent', code, detail })
        }
      }
      for (const settlement of others.map(withoutErased)) {
        const { subscriberId } = settlement
        const row = rows.handing(run, lease.seq, subscriberId)
        if (row === undefined) continue
        const outcome = settled(row, settlement, now)
        change.handing -= 1
        if (outcome === null) rows.erase(run, subscriberId)
        else {
          rows.settle(run, subscriberId, outcome, now)
          change[outcome.state] += 1
          const { state, code, detail } = outcome
          if (state === 'sent' || state === 'failed') facts.push({ subscriberId, type: state, code, detail })
        }
        if (freesOnceKey(outcome)) once.free(run, subscriberId)
        if (settlement.suppress) suppress(settlement, now)
      }
      events.appendAll({ publicationId: run.id, channel: run.channel, at: now }, facts)
      return { status: 'settled', counts: runs.add(run.id, change) }
    },
  }
}

/** Nearly all of a batch is sent with the same words: one statement settles those. */
function sortOut(settlements: readonly Settlement[]): {
  readonly same: ReadonlyMap<string, readonly [Settlement, ...Settlement[]]>
  readonly others: readonly Settlement[]
} {
  const same = new Map<string, [Settlement, ...Settlement[]]>()
  const others: Settlement[] = []
  for (const settlement of settlements) {
    if (settlement.state !== 'sent' || settlement.suppress) {
      others.push(settlement)
      continue
    }
    const words = `${settlement.code}\n${settlement.detail}`
    const group = same.get(words)
    if (group === undefined) same.set(words, [settlement])
    else group.push(settlement)
  }
  return { same, others }
}
