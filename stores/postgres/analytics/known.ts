import { domainOf } from '../../../engine/model/address.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { ActiveRow, ScoreRow, Touch } from '../../../engine/model/rollup.ts'
import type { CountKnown, CountNeeds } from '../../../engine/ports/rollups.ts'
import { createBatch } from '../database/batch.ts'
import type { Sql } from '../database/sql.ts'

const ofTouches = createBatch<CountNeeds['touches'][number]>({
  publication_id: ['bigint', ([publicationId]) => publicationId],
  subscriber_id: ['bigint', ([, subscriberId]) => subscriberId],
})
const ofMonths = createBatch<CountNeeds['active'][number]>({
  subscriber_id: ['bigint', ([subscriberId]) => subscriberId],
  month: ['integer', ([, month]) => month],
})

export async function knownOf(sql: Sql, needs: CountNeeds): Promise<CountKnown> {
  const { subscribers, touches, scores, active } = needs
  return {
    people: subscribers.length === 0 ? [] : await peopleOf(sql, subscribers),
    touches:
      touches.length === 0
        ? []
        : await sql.all<Touch>(
            // bigint[], since those are numbers when they come.
            `SELECT r.publication_id AS "publicationId", r.subscriber_id AS "subscriberId", t.counts
             FROM ${ofTouches.from}
             CROSS JOIN LATERAL (
               SELECT counts::bigint[] FROM touch
               WHERE publication_id = r.publication_id AND subscriber_id = r.subscriber_id
               LIMIT 1
             ) t`,
            ofTouches.values(touches),
          ),
    scores:
      scores.length === 0
        ? []
        : await sql.all<ScoreRow>(
            'SELECT subscriber_id AS "subscriberId", log2 FROM score WHERE subscriber_id = ANY($1)',
            [scores],
          ),
    active:
      active.length === 0
        ? []
        : await sql.all<ActiveRow>(
            `SELECT r.subscriber_id AS "subscriberId", r.month, a.n
             FROM ${ofMonths.from}
             CROSS JOIN LATERAL (
               SELECT n FROM active_month WHERE month = r.month AND subscriber_id = r.subscriber_id LIMIT 1
             ) a`,
            ofMonths.values(active),
          ),
  }
}

async function peopleOf(sql: Sql, ids: readonly SubscriberId[]): Promise<CountKnown['people']> {
  const rows = await sql.all<{
    id: SubscriberId
    address: string
    status: string
    language: string | null
    joined: EpochMs
  }>('SELECT id, address, status, language, created_at AS joined FROM subscriber WHERE id = ANY($1)', [ids])
  return rows.map(({ id, address, status, language, joined }) => ({
    subscriberId: id,
    domain: status === 'erased' ? '' : domainOf(address),
    language,
    joinedAt: joined,
  }))
}
