import type { ChunkLease, ChunkWork, DueChunk } from '../../../engine/model/chunk.ts'
import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import { interrupted, noRows, recovered } from '../../rules/ledger.ts'
import type { Database, Tx } from '../database/sql.ts'
import { addCounts, moveCounts } from './counts.ts'
import { type Run, type Runs, rowsOf } from './runs.ts'

/** SQL over the chunk `c`: may it be worked at `now`? A lease ends by the database's own clock. */
const isDue = (now: string) => `CASE c.state
  WHEN 'done' THEN FALSE
  WHEN 'leased' THEN c.lease_until <= clock_timestamp()
  ELSE c.due_at IS NULL OR c.due_at <= ${now}
END`

/** Is this lease still the one that may write its chunk? If so nobody takes it until the transaction ends. Whether its
 *  time ran out does not matter: until another epoch exists it may go on. By its owner too: where a failover took back the
 *  last leases, the next one has the same epoch. */
export async function heldBy(tx: Tx, { publicationId, seq, epoch, owner }: ChunkLease): Promise<boolean> {
  const row = await tx.one(
    `SELECT seq FROM chunk WHERE publication_id = $1 AND seq = $2 AND epoch = $3 AND owner = $4 AND state = 'leased'
     FOR NO KEY UPDATE`,
    [publicationId, seq, epoch, owner],
  )
  return row !== undefined
}

interface Written {
  readonly id: SubscriberId
  readonly state: DeliveryState
  readonly attempt: number
  readonly due_at: EpochMs | null
}

const rowsAmong = (tx: Tx, run: Run, ids: readonly SubscriberId[]) =>
  tx.all<Written>(
    `SELECT d.subscriber_id AS id, d.state, d.attempt, d.due_at FROM delivery d
     WHERE ${rowsOf(run, '$1', '$2')} AND d.subscriber_id = ANY($3)
     ORDER BY d.subscriber_id`,
    [run.id, run.channel, ids],
  )

/** Rows that are handing though nobody hands them over any more. Resolves with all rows as they are then, and with the
 *  change of the counters. */
async function recover(tx: Tx, run: Run, ids: readonly SubscriberId[], now: EpochMs) {
  const rows = await rowsAmong(tx, run, ids)
  const lost = rows.filter(({ state }) => state === 'handing').map(({ id }) => id)
  const { state, dueAt } = recovered(run.uncertain, now)
  if (lost.length > 0)
    await tx.run(
      `UPDATE delivery d
       SET state = $3, noted = $3, due_at = $4, uncertain = d.uncertain + 1, code = $5, detail = NULL
       WHERE ${rowsOf(run, '$1', '$2')} AND d.subscriber_id = ANY($6)`,
      [run.id, run.channel, state, dueAt, interrupted, lost],
    )
  return {
    lost: lost.length,
    rows: rows.map((row) => (row.state === 'handing' ? { ...row, state, due_at: dueAt } : row)),
    change: { ...noRows(), handing: -lost.length, [state]: lost.length },
  }
}

/** First the recipients without a row, then the retries that are due; both in the order of their ids. */
function workOf(ids: readonly SubscriberId[], rows: readonly Written[], now: EpochMs): ChunkWork[] {
  const written = new Set(rows.map(({ id }) => id))
  const fresh = ids.filter((id) => !written.has(id))
  const retries = rows.filter((row) => row.state === 'retry' && (row.due_at ?? 0) <= now)
  return [
    ...fresh.map((subscriberId) => ({ subscriberId, attempt: 1 })),
    ...retries.map((row) => ({ subscriberId: row.id, attempt: row.attempt + 1 })),
  ]
}

/** Taking chunks up and laying them down. */
export function createChunks(
  db: Database,
  runs: Runs,
): Pick<LedgerStore, 'due' | 'lease' | 'renew' | 'release' | 'retry'> {
  return {
    async due({ now, limit }) {
      // In the indexes' order, so nothing is sorted and the walk ends at the limit.
      const rows = await db.all<{ publication_id: PublicationId; seq: number; due_at: EpochMs }>(
        `SELECT c.publication_id, c.seq, coalesce(c.due_at, $1) AS due_at
         FROM publication p JOIN chunk c ON c.publication_id = p.id
         WHERE p.state = 'running' AND c.state <> 'done' AND ${isDue('$1')}
         ORDER BY p.id, c.seq
         LIMIT $2`,
        [now, Math.max(0, limit)],
      )
      return rows.map(
        (row): DueChunk => ({ publicationId: row.publication_id, seq: row.seq, dueAt: row.due_at }),
      )
    },
    async lease({ publicationId, seq }, { owner, leaseMs, now }) {
      const run = await runs.anew(publicationId)
      if (run === null) return null
      return db.tx(
        async (tx) => {
          const taken = await tx.one<{ epoch: number; ids: SubscriberId[] }>(
            `UPDATE chunk c
             SET state = 'leased', epoch = c.epoch + 1, owner = $3, due_at = NULL,
               lease_until = clock_timestamp() + $4 * interval '1 millisecond'
             FROM publication p
             WHERE c.publication_id = $1 AND c.seq = $2 AND p.id = c.publication_id AND p.state = 'running'
               AND ${isDue('$5')}
             RETURNING c.epoch, c.ids`,
            [publicationId, seq, owner, leaseMs, now],
          )
          if (taken === undefined) return null
          const { epoch, ids } = taken
          runs.keep({ publicationId, seq }, ids)
          const { lost, rows, change } = await recover(tx, run, ids, now)
          if (lost > 0) await addCounts(tx, { publicationId, seq }, change)
          return {
            publicationId,
            seq,
            owner,
            epoch,
            work: workOf(ids, rows, now),
            recovered: lost,
          }
        },
        { byKey: true },
      )
    },
    renew(leases, leaseMs) {
      return db.tx(
        (tx) =>
          tx.run(
            `UPDATE chunk c
             SET lease_until = clock_timestamp() + $5 * interval '1 millisecond'
             FROM (
               SELECT k.publication_id, k.seq
               FROM chunk k
               JOIN unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[])
                 l (publication_id, seq, epoch, owner) USING (publication_id, seq, epoch, owner)
               WHERE k.publication_id = ANY($1) AND k.seq = ANY($2) AND k.state = 'leased'
               ORDER BY k.publication_id, k.seq
               FOR NO KEY UPDATE OF k
             ) held
             WHERE c.publication_id = ANY($1) AND c.seq = ANY($2)
               AND c.publication_id = held.publication_id AND c.seq = held.seq`,
            [
              leases.map(({ publicationId }) => publicationId),
              leases.map(({ seq }) => seq),
              leases.map(({ epoch }) => epoch),
              leases.map(({ owner }) => owner),
              leaseMs,
            ],
          ),
        { byKey: true },
      )
    },
    async release(lease, { notBefore }) {
      const { publicationId, seq } = lease
      const run = await runs.of(publicationId)
      const ids = await runs.recipients(lease)
      if (run === null || ids === null) return null
      return db.tx(
        async (tx) => {
          if (!(await heldBy(tx, lease))) return null
          const { lost, rows, change } = await recover(tx, run, ids, 0)
          const next = nextOf(ids.length, rows, notBefore)
          await tx.run(
            `UPDATE chunk SET state = $3, owner = NULL, due_at = $4, lease_until = NULL
             WHERE publication_id = $1 AND seq = $2`,
            [publicationId, seq, next.state, next.dueAt],
          )
          if (lost > 0) await addCounts(tx, lease, change)
          return next
        },
        { byKey: true },
      )
    },
    async retry(id, { states, now }) {
      const run = await runs.of(id)
      if (run === null) return 0
      return db.tx(
        async (tx) => {
          // A million rows take longer than a batch may.
          await tx.run('SET LOCAL statement_timeout = 0')
          let count = 0
          for (const state of new Set(states)) count += await retryRows(tx, run, state, now)
          return count
        },
        { byKey: true },
      )
    },
  }
}

function nextOf(
  recipients: number,
  rows: readonly Written[],
  notBefore: EpochMs | null,
): { readonly state: 'open' | 'waiting' | 'done'; readonly dueAt: EpochMs | null } {
  if (rows.length < recipients)
    return { state: 'open', dueAt: notBefore === null ? null : Math.ceil(notBefore) }
  const retries = rows.filter(({ state }) => state === 'retry').map((row) => row.due_at ?? 0)
  return retries.length > 0
    ? { state: 'waiting', dueAt: Math.min(...retries) }
    : { state: 'done', dueAt: null }
}

/** Chunks first, also those that are leased: one that is laid down meanwhile would not hear of its new retries. */
async function retryRows(tx: Tx, run: Run, state: 'failed' | 'unknown', now: EpochMs): Promise<number> {
  const which = `${rowsOf(run, '$1', '$2')} AND d.noted = '${state}' ${state === 'failed' ? "AND d.code IS DISTINCT FROM 'render'" : ''}`
  const held = await tx.all<{ seq: number }>(
    `SELECT seq FROM chunk
     WHERE publication_id = $1 AND seq IN (SELECT d.chunk FROM delivery d WHERE ${which})
     ORDER BY seq
     FOR NO KEY UPDATE`,
    [run.id, run.channel],
  )
  const rows = await tx.all<{ chunk: number; count: number }>(
    `WITH retried AS (
       UPDATE delivery d SET state = 'retry', noted = 'retry', due_at = $3, updated_at = $3
       WHERE ${which} AND d.chunk = ANY($4)
       RETURNING d.chunk
     )
     SELECT chunk, count(*) AS count FROM retried GROUP BY chunk ORDER BY chunk`,
    [run.id, run.channel, now, held.map(({ seq }) => seq)],
  )
  await tx.run(
    `UPDATE chunk SET state = 'waiting', due_at = least(coalesce(due_at, $2), $2)
     WHERE publication_id = $1 AND seq = ANY($3) AND state IN ('done', 'waiting')`,
    [run.id, now, rows.map(({ chunk }) => chunk)],
  )
  return moveCounts(tx, run.id, state, rows)
}
