import type { ChunkLease, ChunkState, ChunkWork, DueChunk, LeasedChunk } from '../../../engine/model/chunk.ts'
import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import { interrupted, noRows, recovered } from '../../rules/ledger.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import { unpackIds } from './id-list.ts'
import type { Leases, LiveLease } from './leases.ts'
import type { Run, Runs } from './runs.ts'

interface ChunkRow {
  readonly state: ChunkState
  readonly epoch: number
  readonly due_at: EpochMs | null
  readonly count: number
  readonly first_id: number
  readonly last_id: number
  readonly ids: Uint8Array
}

/** The chunk's lease, if it is still the one that may write it. */
export function heldBy(sql: Sql, leases: Leases, lease: ChunkLease): LiveLease | undefined {
  const row = sql<[number, number], { epoch: number }>(
    "SELECT epoch FROM chunk WHERE publication_id = ? AND seq = ? AND state = 'leased'",
  ).get(lease.publicationId, lease.seq)
  return row?.epoch === lease.epoch ? leases.get(lease) : undefined
}

/** Taking chunks up and laying them down. */
export function createChunks(
  sql: Sql,
  runs: Runs,
  leases: Leases,
): Pick<Sync<LedgerStore>, 'due' | 'lease' | 'renew' | 'release' | 'retry'> {
  const read = (id: PublicationId, seq: number) =>
    sql<[number, number], ChunkRow>(
      `SELECT state, epoch, due_at, count, first_id, last_id, ids
       FROM chunk WHERE publication_id = ? AND seq = ?`,
    ).get(id, seq)

  const isDue = (
    chunk: { readonly publicationId: PublicationId; readonly seq: number } & Pick<
      ChunkRow,
      'state' | 'epoch' | 'due_at'
    >,
    now: EpochMs,
  ): boolean =>
    chunk.state === 'leased'
      ? !leases.isAlive(chunk)
      : chunk.state !== 'done' && (chunk.due_at === null || chunk.due_at <= now)

  /** Chunks hold ranges of ids that do not overlap, so a chunk's rows are a range of the primary key. Those of waves do
   *  overlap, and a small zone's may span the audience: their rows are looked up one by one. */
  const ownRows = ({ localTime }: Run) =>
    localTime === null
      ? 'publication_id = :id AND subscriber_id BETWEEN :first AND :last'
      : 'publication_id = :id AND subscriber_id IN (SELECT value FROM json_each(:ids))'
  const range = ({ id, localTime }: Run, chunk: Pick<ChunkRow, 'first_id' | 'last_id' | 'ids'>) =>
    localTime === null
      ? { id, first: chunk.first_id, last: chunk.last_id }
      : { id, ids: JSON.stringify(unpackIds(chunk.ids)) }

  const recover = (run: Run, chunk: ChunkRow, now: EpochMs): number => {
    const { state, dueAt } = recovered(run.uncertain, now)
    const { changes } = sql<[object]>(
      `UPDATE delivery
       SET state = :state, noted = :state, due_at = :dueAt, uncertain = uncertain + 1, code = :code, detail = NULL
       WHERE ${ownRows(run)} AND state = 'handing'`,
    ).run({ ...range(run, chunk), state, dueAt, code: interrupted })
    if (changes > 0) runs.add(run.id, { ...noRows(), handing: -changes, [state]: changes })
    return changes
  }

  const workOf = (run: Run, chunk: ChunkRow, ids: readonly number[], now: EpochMs): ChunkWork[] => {
    const rows = sql<[object], { id: number; state: DeliveryState; attempt: number; dueAt: EpochMs | null }>(
      `SELECT subscriber_id AS id, state, attempt, due_at AS dueAt
       FROM delivery
       WHERE ${ownRows(run)}`,
    ).all(range(run, chunk))
    const written = new Set(rows.map((row) => row.id))
    const fresh = (ids as readonly SubscriberId[]).filter((subscriberId) => !written.has(subscriberId))
    const retries = rows.filter((row) => row.state === 'retry' && (row.dueAt ?? 0) <= now)
    return [
      ...fresh.map((subscriberId) => ({ subscriberId, attempt: 1 })),
      ...retries.map((row) => ({ subscriberId: row.id as SubscriberId, attempt: row.attempt + 1 })),
    ]
  }

  return {
    due({ now, limit }) {
      const found: DueChunk[] = []
      const rows = sql<
        [],
        { publicationId: PublicationId; seq: number } & Pick<ChunkRow, 'state' | 'epoch' | 'due_at'>
      >(
        `SELECT c.publication_id AS publicationId, c.seq, c.state, c.epoch, c.due_at
         FROM publication p INDEXED BY publication_state
         CROSS JOIN chunk c INDEXED BY chunk_live ON c.publication_id = p.id
         WHERE p.state = 'running' AND c.state <> 'done'
         ORDER BY p.id, c.seq`,
      )
      if (limit <= 0) return found
      // In the indexes' order, so nothing is sorted and the walk ends at the limit.
      for (const row of rows.iterate()) {
        if (!isDue(row, now)) continue
        found.push({ publicationId: row.publicationId, seq: row.seq, dueAt: row.due_at ?? now })
        if (found.length === limit) break
      }
      return found
    },
    lease({ publicationId, seq }, { owner, leaseMs, now }): LeasedChunk | null {
      const run = runs.of(publicationId)
      const chunk = read(publicationId, seq)
      if (run === null || chunk === undefined || runs.stateOf(publicationId) !== 'running') return null
      if (!isDue({ ...chunk, publicationId, seq }, now)) return null
      const epoch = chunk.epoch + 1
      sql<[object]>(
        `UPDATE chunk SET state = 'leased', epoch = :epoch, owner = :owner, due_at = NULL
         WHERE publication_id = :publicationId AND seq = :seq`,
      ).run({ publicationId, seq, epoch, owner })
      const count = recover(run, chunk, now)
      const ids = unpackIds(chunk.ids)
      leases.grant({ publicationId, seq }, epoch, { leaseMs, ids })
      const work = workOf(run, chunk, ids, now)
      return { publicationId, seq, owner, epoch, work, recovered: count }
    },
    renew(held, leaseMs) {
      const found = held.map((lease) => heldBy(sql, leases, lease)).filter((one) => one !== undefined)
      for (const live of found) leases.renew(live, leaseMs)
      return found.length
    },
    release(lease, { notBefore }) {
      const { publicationId, seq } = lease
      const run = runs.of(publicationId)
      const chunk = read(publicationId, seq)
      if (run === null || chunk === undefined || heldBy(sql, leases, lease) === undefined) return null
      recover(run, chunk, 0)
      const rows = sql<[object], { count: number; retryAt: EpochMs | null }>(
        `SELECT count(*) AS count, min(iif(state = 'retry', due_at, NULL)) AS retryAt
         FROM delivery
         WHERE ${ownRows(run)}`,
      ).get(range(run, chunk))
      const open = (rows?.count ?? 0) < chunk.count
      const retryAt = rows?.retryAt ?? null
      const next = open
        ? { state: 'open' as const, dueAt: notBefore === null ? null : Math.ceil(notBefore) }
        : retryAt !== null
          ? { state: 'waiting' as const, dueAt: retryAt }
          : { state: 'done' as const, dueAt: null }
      sql<[object]>(
        `UPDATE chunk SET state = :state, owner = NULL, due_at = :dueAt
         WHERE publication_id = :publicationId AND seq = :seq`,
      ).run({ publicationId, seq, ...next })
      leases.drop(lease)
      return next
    },
    retry(id, { states, now }) {
      let count = 0
      for (const state of new Set(states)) {
        const which = `noted = :state ${state === 'failed' ? "AND code IS NOT 'render'" : ''}`
        const chunks = sql<[object]>(
          `UPDATE chunk SET state = 'waiting', due_at = min(coalesce(due_at, :now), :now)
           WHERE publication_id = :id AND state IN ('done', 'waiting')
             AND seq IN (SELECT chunk FROM delivery WHERE publication_id = :id AND ${which})`,
        )
        chunks.run({ id, now, state })
        const { changes } = sql<[object]>(
          `UPDATE delivery SET state = 'retry', noted = 'retry', due_at = :now, updated_at = :now
           WHERE publication_id = :id AND ${which}`,
        ).run({ id, now, state })
        if (changes > 0) runs.add(id, { ...noRows(), [state]: -changes, retry: changes })
        count += changes
      }
      return count
    },
  }
}
