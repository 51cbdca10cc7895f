import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import { noSuch } from '../../rules/refusals.ts'
import { cutWaves } from '../../rules/waves.ts'
import { audienceAfter } from '../audience/audience.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import { packIds } from './id-list.ts'
import type { Run, Runs } from './runs.ts'

// A transaction holds up whoever else writes; 64,000 recipients take some 60 ms.
const maxRecipients = 64_000

export function createPlan(sql: Sql, runs: Runs): Pick<Sync<LedgerStore>, 'plan'> {
  const progress = (id: PublicationId, done: boolean) => {
    const row = sql<[number], { chunks: number; audience: number }>(
      'SELECT chunks, audience FROM publication_count WHERE publication_id = ?',
    ).get(id)
    return { chunks: row?.chunks ?? 0, recipients: row?.audience ?? 0, done }
  }
  // In waves the last id is not that of the last chunk.
  const last = (id: PublicationId) =>
    sql<[number], { seq: number; last_id: number }>(
      `SELECT coalesce(max(seq), -1) AS seq, coalesce(max(last_id), 0) AS last_id
       FROM chunk WHERE publication_id = ?`,
    ).get(id)

  const plannedTo = (id: PublicationId) =>
    sql<[number], number>('SELECT planned_to FROM publication_audience WHERE publication_id = ?')
      .pluck()
      .get(id) ?? 0

  const insert = (id: PublicationId, seq: number, ids: readonly number[], dueAt: EpochMs | null) => {
    sql<[object]>(
      `INSERT INTO chunk (publication_id, seq, state, epoch, due_at, count, first_id, last_id, ids)
       VALUES (:id, :seq, 'open', 0, :dueAt, :count, :first, :last, :ids)`,
    ).run({ id, seq, dueAt, count: ids.length, first: ids[0], last: ids.at(-1), ids: packIds(ids) })
  }

  const zoned = (run: Run, ids: readonly SubscriberId[]) =>
    run.localTime === null
      ? ids.map((id) => ({ id, zone: null }))
      : sql<[string], { id: SubscriberId; zone: string | null }>(
          `SELECT s.id, s.time_zone AS zone
           FROM json_each(?) j
           CROSS JOIN subscriber s ON s.id = j.value
           ORDER BY s.id`,
        ).all(JSON.stringify(ids))

  return {
    plan(id, { chunkSize, maxChunks }) {
      const run = runs.of(id)
      if (run === null) throw noSuch('publication', id)
      if (runs.stateOf(id) !== 'planning') return progress(id, true)
      const { seq = -1, last_id = 0 } = last(id) ?? {}
      const after = run.ofLists ? last_id : plannedTo(id)
      const limit = Math.max(1, Math.min(maxChunks, Math.floor(maxRecipients / chunkSize))) * chunkSize
      const { rows: ids, next } = audienceAfter(sql, run.audience, { after, limit })
      let chunks = 0
      for (const { dueAt, ids: together } of cutWaves(run, zoned(run, ids)))
        for (let at = 0; at < together.length; at += chunkSize) {
          chunks += 1
          insert(id, seq + chunks, together.slice(at, at + chunkSize), dueAt)
        }
      sql<[number, number, number]>(
        'UPDATE publication_count SET chunks = chunks + ?, audience = audience + ? WHERE publication_id = ?',
      ).run(chunks, ids.length, id)
      const done = next === null
      // Where rules are asked, what was looked at goes further than the last chunk.
      if (next !== null && !run.ofLists)
        sql<[number, number]>('UPDATE publication_audience SET planned_to = ? WHERE publication_id = ?').run(
          next,
          id,
        )
      // Somebody who paused the campaign meanwhile finds it paused, not running.
      if (done)
        sql<[number]>(
          `UPDATE publication
           SET state = iif((SELECT state FROM campaign c WHERE c.id = campaign_id) = 'running', 'running', 'paused')
           WHERE id = ?`,
        ).run(id)
      return progress(id, done)
    },
  }
}
