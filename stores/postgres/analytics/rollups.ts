import type { EventId } from '../../../engine/model/ids.ts'
import { type CountedEvent, monthOf } from '../../../engine/model/rollup.ts'
import type { CountStep, RollupStore } from '../../../engine/ports/rollups.ts'
import type { Database, Tx } from '../database/sql.ts'
import { settledTo } from '../ledger/events.ts'
import { knownOf } from './known.ts'
import { writeStep } from './step.ts'

const tables = [
  'rollup_count',
  'rollup_people',
  'rollup_quarter',
  'rollup_domain',
  'touch',
  'score',
  'score_bin',
  'active_month',
  'cohort',
]

/** Whoever changes any of these tables holds the cursor first: there is one at a time, so that nobody waits for somebody who
 *  waits for them. Resolves with where it is. */
export async function holdCursor(tx: Tx): Promise<EventId> {
  const row = await tx.one<{ rolled_to: EventId }>(
    'SELECT rolled_to FROM rollup_cursor WHERE id = 1 FOR NO KEY UPDATE',
  )
  return row?.rolled_to ?? (0 as EventId)
}

const moveCursor = (tx: Tx, to: number): Promise<number> =>
  tx.run('UPDATE rollup_cursor SET rolled_to = $1 WHERE id = 1', [to])

const byKey = { byKey: true }

export function createRollups(db: Database): RollupStore {
  return {
    async next(limit) {
      const row = await db.one<{ cursor: number }>(
        'SELECT rolled_to AS cursor FROM rollup_cursor WHERE id = 1',
      )
      const cursor = row?.cursor ?? 0
      const settled = await db.one<{ id: number }>(settledTo)
      const events = await db.all<CountedEvent>(
        `SELECT id, publication_id AS "publicationId", subscriber_id AS "subscriberId", type, at, class, was, link,
           CASE WHEN type = 'bounced' THEN detail END AS detail
         FROM event
         WHERE id > $1 AND id <= $2
         ORDER BY id
         LIMIT $3`,
        [cursor, settled?.id ?? 0, limit],
      )
      return { cursor, events }
    },
    // Keys by the thousand: by index, one by one, whatever was believed when the plan was made.
    known: (needs) => db.tx((tx) => knownOf(tx, needs), byKey),
    apply(step) {
      return db.tx(async (tx) => {
        if ((await holdCursor(tx)) !== step.from || (await keepsOfErased(tx, step))) return false
        await moveCursor(tx, step.to)
        await writeStep(tx, step)
        return true
      }, byKey)
    },
    async reset() {
      await db.tx(async (tx) => {
        await holdCursor(tx)
        await tx.run(`TRUNCATE ${tables.join(', ')}`)
        await moveCursor(tx, 0)
      })
    },
    forget({ before, limit }) {
      return db.tx(async (tx) => {
        await holdCursor(tx)
        const touches = await tx.run(
          `DELETE FROM touch WHERE ctid = ANY(ARRAY(
             SELECT t.ctid
             FROM publication p
             CROSS JOIN LATERAL (SELECT ctid FROM touch WHERE publication_id = p.id LIMIT $2) t
             WHERE p.created_at < $1
             LIMIT $2
           ))`,
          [before, limit],
        )
        const months = await tx.run(
          `DELETE FROM active_month WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM active_month WHERE month < $1 LIMIT $2
           ))`,
          [monthOf(before), limit - touches],
        )
        return touches + months
      })
    },
  }
}

/** Somebody may be erased while their reads are being counted. Who erases waits for the cursor, and the other way round:
 *  what is committed by now is all there is. Of the index only the part of the erased is looked into. */
async function keepsOfErased(tx: Tx, { touches, scores, active }: CountStep): Promise<boolean> {
  const ids = new Set([...touches, ...scores, ...active].map(({ subscriberId }) => subscriberId))
  if (ids.size === 0) return false
  const found = await tx.one(
    `SELECT 1 AS found FROM subscriber WHERE status = 'erased' AND id = ANY($1) LIMIT 1`,
    [[...ids]],
  )
  return found !== undefined
}
