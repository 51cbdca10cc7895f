import type { ChunkLease } from '../../../engine/model/chunk.ts'
import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { Outcome } from '../../rules/ledger.ts'
import { createBatch } from '../database/batch.ts'
import type { Tx } from '../database/sql.ts'
import { keepable } from '../database/text.ts'
import { drawing } from './events.ts'
import { type Run, rowsOf } from './runs.ts'

/** A row as an intent writes it. */
export interface NewRow {
  readonly subscriberId: SubscriberId
  readonly state: DeliveryState
  readonly attempt: number
  readonly code: string | null
  readonly detail: string | null
  readonly picks: Uint8Array | null
}

/** What `sent` says of a letter. */
export interface Sent {
  readonly subscriberId: SubscriberId
  readonly code: string | null
  readonly detail: string | null
}

export type SettledRow = Outcome & { readonly subscriberId: SubscriberId }

const said = {
  subscriber_id: ['bigint', (row: Sent) => row.subscriberId],
  code: ['text', (row: Sent) => keepable(row.code)],
  detail: ['text', (row: Sent) => keepable(row.detail)],
} as const
const intended = createBatch<NewRow>({
  ...said,
  state: ['text', (row) => row.state],
  attempt: ['smallint', (row) => row.attempt],
  picks: ['bytea', (row) => row.picks],
})
const sent = createBatch<Sent>(said)
const settled = createBatch<SettledRow>({
  ...said,
  state: ['text', (row) => row.state],
  attempt: ['smallint', (row) => row.attempt],
  uncertain: ['smallint', (row) => row.uncertain],
  due_at: ['bigint', (row) => row.dueAt],
})

/** SQL: only what is neither handing nor sent is noted, so that those two stay out of that index. */
const noted = "nullif(nullif(r.state, 'handing'), 'sent')"

// Statements write what belongs to one lease, whose chunk the caller holds. Whatever the caller has read, each says
// itself in which state a row has to be, and gives back whose rows it wrote. An update names its people twice: once so
// that the primary key finds their rows, once to join what is written to them.

/** First attempts. */
export async function insertRows(
  tx: Tx,
  run: Run,
  chunk: number,
  rows: readonly NewRow[],
  now: EpochMs,
): Promise<ReadonlySet<SubscriberId>> {
  if (rows.length === 0) return new Set()
  const written = await tx.all<{ subscriber_id: SubscriberId }>(
    `INSERT INTO delivery (month, publication_id, channel, chunk, updated_at, uncertain, noted, ${intended.columns})
     SELECT $7, $8, $9, $10, $11, 0, ${noted}, ${intended.columns} FROM ${intended.from}
     ON CONFLICT DO NOTHING
     RETURNING subscriber_id`,
    [...intended.values(rows), run.month, run.id, run.channel, chunk, now],
  )
  return new Set(written.map((row) => row.subscriber_id))
}

/** Later attempts; picks stay unless a row brings some. */
export async function writeAgain(
  tx: Tx,
  run: Run,
  rows: readonly NewRow[],
  now: EpochMs,
): Promise<ReadonlySet<SubscriberId>> {
  if (rows.length === 0) return new Set()
  const written = await tx.all<{ subscriber_id: SubscriberId }>(
    `UPDATE delivery d
     SET state = r.state, noted = ${noted}, attempt = r.attempt, due_at = NULL, updated_at = $9, code = r.code,
       detail = r.detail, picks = coalesce(r.picks, d.picks)
     FROM ${intended.from}
     WHERE ${rowsOf(run, '$7', '$8')} AND d.subscriber_id = ANY($1) AND d.subscriber_id = r.subscriber_id
       AND d.state = 'retry' AND d.attempt = r.attempt - 1
     RETURNING d.subscriber_id`,
    [...intended.values(rows), run.id, run.channel, now],
  )
  return new Set(written.map((row) => row.subscriber_id))
}

/** Those that were handing are sent now, each with its event. Resolves with how many. Replies name addresses: those of
 *  somebody erased while their letter was on the wire are not kept. */
export async function markSent(
  tx: Tx,
  run: Run,
  lease: ChunkLease,
  rows: readonly Sent[],
  now: EpochMs,
): Promise<number> {
  if (rows.length === 0) return 0
  // The column of its index is left alone, so that the new row stays on its page and no index hears of it.
  return tx.run(
    `WITH marked AS (
       UPDATE delivery d
       SET state = 'sent', updated_at = $6, code = r.code, detail = CASE
         WHEN EXISTS (SELECT 1 FROM subscriber s WHERE s.status = 'erased' AND s.id = r.subscriber_id OFFSET 0) THEN NULL
         ELSE r.detail
       END
       FROM ${sent.from}
       WHERE ${rowsOf(run, '$4', '$5')} AND d.subscriber_id = ANY($1) AND d.subscriber_id = r.subscriber_id
         AND d.state = 'handing' AND d.chunk = $7
       RETURNING d.subscriber_id, d.code, d.detail
     )
     INSERT INTO event (publication_id, channel, type, at, subscriber_id, code, detail)
     SELECT $4, $5, 'sent', $6, marked.subscriber_id, marked.code, marked.detail FROM ${drawing} drawing, marked`,
    [...sent.values(rows), run.id, run.channel, now, lease.seq],
  )
}

/** Those of these people whose row is handing, held for the transaction. */
export async function handingOf(
  tx: Tx,
  run: Run,
  lease: ChunkLease,
  ids: readonly SubscriberId[],
): Promise<Map<SubscriberId, Pick<Outcome, 'attempt' | 'uncertain'>>> {
  const rows = await tx.all<
    Pick<Outcome, 'attempt' | 'uncertain'> & { readonly subscriber_id: SubscriberId }
  >(
    `SELECT d.subscriber_id, d.attempt, d.uncertain FROM delivery d
     WHERE ${rowsOf(run, '$1', '$2')} AND d.subscriber_id = ANY($4) AND d.state = 'handing' AND d.chunk = $3
     ORDER BY d.subscriber_id
     FOR NO KEY UPDATE`,
    [run.id, run.channel, lease.seq, ids],
  )
  return new Map(rows.map(({ subscriber_id, attempt, uncertain }) => [subscriber_id, { attempt, uncertain }]))
}

/** Of rows that `handingOf` holds. */
export async function writeOutcomes(
  tx: Tx,
  run: Run,
  rows: readonly SettledRow[],
  now: EpochMs,
): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `UPDATE delivery d
     SET state = r.state, noted = ${noted}, attempt = r.attempt, uncertain = r.uncertain, due_at = r.due_at,
       updated_at = $10, code = r.code, detail = r.detail
     FROM ${settled.from}
     WHERE ${rowsOf(run, '$8', '$9')} AND d.subscriber_id = ANY($1) AND d.subscriber_id = r.subscriber_id`,
    [...settled.values(rows), run.id, run.channel, now],
  )
}

export async function eraseRows(tx: Tx, run: Run, ids: readonly SubscriberId[]): Promise<void> {
  if (ids.length === 0) return
  await tx.run(`DELETE FROM delivery d WHERE ${rowsOf(run, '$1', '$2')} AND d.subscriber_id = ANY($3)`, [
    run.id,
    run.channel,
    ids,
  ])
}
