import type { Follow, FollowInput } from '../../../engine/model/follow.ts'
import type { EpochMs, FollowId, SubscriberId } from '../../../engine/model/ids.ts'
import { createBatch } from '../database/batch.ts'
import { drawnFrom } from '../database/drawn.ts'
import type { Sql } from '../database/sql.ts'

/** What happens to follows is numbered, also that one is gone. */
export const changes = drawnFrom('follow_change', 'follow')

export interface FollowRow {
  readonly id: FollowId
  /** Null: it is gone. */
  readonly subscriber_id: SubscriberId | null
  readonly changed: number
  readonly version: number
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly doc: FollowInput
}
export const followColumns = 'id, subscriber_id, changed, version, created_at, updated_at, doc'

export const viewFollow = (row: FollowRow): Follow | null =>
  row.subscriber_id === null
    ? null
    : {
        ...row.doc,
        id: row.id,
        subscriberId: row.subscriber_id,
        version: row.version,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }

export const followDoc = ({ channel, contact, topics, minSeverity, filter }: FollowInput): string =>
  JSON.stringify({ channel, contact, topics, minSeverity, filter })

export interface NewFollow {
  readonly subscriberId: SubscriberId
  readonly input: FollowInput
}
const batch = createBatch<NewFollow>({
  subscriber_id: ['bigint', ({ subscriberId }) => subscriberId],
  doc: ['json', ({ input }) => followDoc(input)],
})

/** Of people who are there, and not erased before it ends; the others are left out. */
export function insertFollows(sql: Sql, follows: readonly NewFollow[], now: EpochMs): Promise<FollowRow[]> {
  return sql.all<FollowRow>(
    `WITH there AS MATERIALIZED (
       SELECT s.id FROM subscriber s WHERE s.id = ANY($1) AND s.status <> 'erased' ORDER BY s.id FOR KEY SHARE
     )
     INSERT INTO follow (${batch.columns}, version, created_at, updated_at, changed)
     SELECT ${batch.columns}, 1, ${batch.next}, ${batch.next}, ${changes.next}
     FROM ${changes.drawing} drawing, ${batch.from}
     WHERE r.subscriber_id IN (SELECT id FROM there)
     RETURNING ${followColumns}`,
    [...batch.values(follows), now],
  )
}

/** SQL: change these follows, as `f`, and give them a number. */
export const changing = (set: string, which: string): string =>
  `UPDATE follow f SET ${set}, changed = ${changes.next} FROM ${changes.drawing} drawing WHERE ${which}`

/** Resolves with how many there were. `column` says whose, or which. */
export const removeFollows = (
  sql: Sql,
  column: 'id' | 'subscriber_id',
  id: number,
  now: EpochMs,
): Promise<number> =>
  sql.run(
    changing(
      `subscriber_id = NULL, doc = '{}', updated_at = $2`,
      `f.${column} = $1 AND f.subscriber_id IS NOT NULL`,
    ),
    [id, now],
  )
