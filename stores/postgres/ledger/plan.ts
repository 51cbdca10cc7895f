import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { PublicationState } from '../../../engine/model/publication.ts'
import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import { noSuch } from '../../rules/refusals.ts'
import { cutWaves } from '../../rules/waves.ts'
import { audienceAfter } from '../audience/audience.ts'
import type { Database, Sql, Tx } from '../database/sql.ts'
import { partOf } from './counts.ts'
import type { Run, Runs } from './runs.ts'

// A transaction holds the campaign's row; 64,000 recipients take some 150 ms.
const maxRecipients = 64_000

interface Chunk {
  readonly ids: readonly SubscriberId[]
  readonly dueAt: EpochMs | null
}

export function createPlan(db: Database, runs: Runs): Pick<LedgerStore, 'plan'> {
  return {
    async plan(id, { chunkSize, maxChunks }) {
      const run = await runs.anew(id)
      if (run === null) throw noSuch('publication', id)
      return db.tx(async (tx) => {
        const { campaign, state, plannedTo } = await lock(tx, run)
        if (state !== 'planning') return progress(tx, id, true)
        const limit = Math.max(1, Math.min(maxChunks, Math.floor(maxRecipients / chunkSize))) * chunkSize
        const { rows: ids, next } = await audienceAfter(tx, run.audience, { after: plannedTo, limit })
        const chunks: Chunk[] = []
        for (const { dueAt, ids: together } of cutWaves(run, await zoned(tx, run, ids)))
          for (let at = 0; at < together.length; at += chunkSize)
            chunks.push({ dueAt, ids: together.slice(at, at + chunkSize) })
        await insert(tx, id, chunks)
        // Somebody who paused the campaign meanwhile finds it paused, not running.
        const after = next !== null ? 'planning' : campaign === 'running' ? 'running' : 'paused'
        await tx.run('UPDATE publication SET state = $2, planned_to = $3 WHERE id = $1', [
          id,
          after,
          next ?? plannedTo,
        ])
        return progress(tx, id, next === null)
      })
    },
  }
}

/** One node plans at a time, and the campaign stays as it is until this is committed. */
async function lock(tx: Tx, run: Run) {
  const campaign = await tx.one<{ state: string }>('SELECT state FROM campaign WHERE id = $1 FOR SHARE', [
    run.campaignId,
  ])
  const row = await tx.one<{ state: PublicationState; planned_to: number }>(
    'SELECT state, planned_to FROM publication WHERE id = $1 FOR NO KEY UPDATE',
    [run.id],
  )
  if (row === undefined) throw noSuch('publication', run.id)
  return { campaign: campaign?.state, state: row.state, plannedTo: row.planned_to }
}

async function zoned(
  sql: Sql,
  run: Run,
  ids: readonly SubscriberId[],
): Promise<readonly { readonly id: SubscriberId; readonly zone: string | null }[]> {
  if (run.localTime === null) return ids.map((id) => ({ id, zone: null }))
  return sql.all<{ id: SubscriberId; zone: string | null }>(
    'SELECT id, time_zone AS zone FROM subscriber WHERE id = ANY($1) ORDER BY id',
    [ids],
  )
}

/** After the last one there is. The ids of all go as one array, of which each chunk is a slice. */
async function insert(tx: Tx, id: PublicationId, chunks: readonly Chunk[]): Promise<void> {
  if (chunks.length === 0) return
  const ends: number[] = []
  for (const { ids } of chunks) ends.push((ends.at(-1) ?? 0) + ids.length)
  await tx.run(
    `WITH last AS (
       SELECT coalesce(max(seq), -1) AS seq FROM chunk WHERE publication_id = $1
     ), cut AS (
       INSERT INTO chunk (publication_id, seq, state, epoch, due_at, count, ids)
       SELECT $1, last.seq + c.place, 'open', 0, c.due_at, c.count, ($2::bigint[])[c.until - c.count + 1 : c.until]
       FROM last, unnest($3::bigint[], $4::integer[], $5::integer[]) WITH ORDINALITY c (due_at, count, until, place)
       RETURNING seq, count
     ), parts AS (
       SELECT ${partOf('seq')} AS part, count(*) AS chunks, sum(count) AS recipients FROM cut GROUP BY 1
     )
     UPDATE publication_count c
     SET chunks = c.chunks + parts.chunks, audience = c.audience + parts.recipients
     FROM parts
     WHERE c.publication_id = $1 AND c.part = parts.part`,
    [
      id,
      chunks.flatMap(({ ids }) => ids),
      chunks.map(({ dueAt }) => dueAt),
      chunks.map(({ ids }) => ids.length),
      ends,
    ],
  )
}

async function progress(sql: Sql, id: PublicationId, done: boolean) {
  const row = await sql.one<{ chunks: number; recipients: number }>(
    `SELECT coalesce(sum(chunks), 0)::bigint AS chunks, coalesce(sum(audience), 0)::bigint AS recipients
     FROM publication_count WHERE publication_id = $1`,
    [id],
  )
  return { chunks: row?.chunks ?? 0, recipients: row?.recipients ?? 0, done }
}
