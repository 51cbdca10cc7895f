import type { DeliveryCounts } from '../../../engine/model/delivery.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import { countsOf, type RowCounts } from '../../rules/ledger.ts'
import type { Sql, Tx } from '../database/sql.ts'

// Every lane that commits a batch would wait for the others' commits if they all wrote one row: there are 16, and a
// chunk adds to its own. Nothing is counted twice, and none is below 0, so that sums of parts read at different
// moments hold the identity too.
export const parts = 16
/** SQL: which part a chunk adds to. */
export const partOf = (seq: string): string => `${seq} % ${parts}`

const states = ['handing', 'sent', 'failed', 'retry', 'unknown', 'skipped', 'suppressed'] as const
const columns = ['audience', ...states]
const sums = columns.map((column) => `coalesce(sum(${column}), 0)::bigint AS ${column}`).join(', ')

type Row = RowCounts & { readonly audience: number }

/** A subquery of one row: what a publication's parts come to. `id` is an SQL expression. */
export const countsFrom = (id: string): string =>
  `(SELECT ${sums} FROM publication_count WHERE publication_id = ${id})`

export async function readCounts(sql: Sql, id: PublicationId): Promise<DeliveryCounts> {
  const row = (await sql.one<Row>(`SELECT ${columns.join(', ')} FROM ${countsFrom('$1')} c`, [id])) as Row
  return countsOf(row.audience, row)
}

export async function beginCounts(tx: Tx, id: PublicationId): Promise<void> {
  await tx.run(
    `INSERT INTO publication_count (publication_id, part) SELECT $1, part FROM generate_series(0, ${parts - 1}) part`,
    [id],
  )
}

/** Add what happened to rows of a chunk; resolves with what they are now. The last statement of a transaction: until it
 *  commits, other chunks of this part wait. */
export async function addCounts(
  tx: Tx,
  { publicationId, seq }: { readonly publicationId: PublicationId; readonly seq: number },
  change: Readonly<RowCounts>,
): Promise<DeliveryCounts> {
  const row = (await tx.one<Row>(
    `WITH own AS (
       UPDATE publication_count
       SET ${states.map((state, i) => `${state} = ${state} + $${i + 3}`).join(', ')}
       WHERE publication_id = $1 AND part = ${partOf('$2::integer')}
       RETURNING ${columns.join(', ')}
     ), parts AS (
       SELECT ${columns.join(', ')} FROM own
       UNION ALL
       SELECT ${columns.join(', ')} FROM publication_count
       WHERE publication_id = $1 AND part <> ${partOf('$2::integer')}
     )
     SELECT ${sums} FROM parts`,
    [publicationId, seq, ...states.map((state) => change[state])],
  )) as Row
  return countsOf(row.audience, row)
}

/** Rows of these chunks that were `from` are retried. Resolves with how many. */
export async function moveCounts(
  tx: Tx,
  id: PublicationId,
  from: 'failed' | 'unknown',
  rows: readonly { readonly chunk: number; readonly count: number }[],
): Promise<number> {
  await tx.run(
    `UPDATE publication_count c
     SET ${from} = c.${from} - change.count, retry = c.retry + change.count
     FROM (
       SELECT ${partOf('r.chunk')} AS part, sum(r.count) AS count
       FROM unnest($2::integer[], $3::integer[]) r (chunk, count)
       GROUP BY 1
     ) change
     WHERE c.publication_id = $1 AND c.part = change.part`,
    [id, rows.map(({ chunk }) => chunk), rows.map(({ count }) => count)],
  )
  return rows.reduce((sum, { count }) => sum + count, 0)
}
