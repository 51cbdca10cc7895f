import type { Delivery, DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { DeliveryStore } from '../../../engine/ports/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { audienceAfter } from '../audience/audience.ts'
import { countAudience } from '../audience/count.ts'
import { dropBefore } from '../database/partitions.ts'
import { createValues, type Database, where } from '../database/sql.ts'
import { readCounts } from './counts.ts'
import { monthsOf, type Runs, rowsOf } from './runs.ts'

interface Row {
  readonly publication_id: PublicationId
  readonly subscriber_id: SubscriberId
  readonly channel: string
  readonly chunk: number
  readonly state: DeliveryState
  readonly attempt: number
  readonly uncertain: number
  readonly due_at: EpochMs | null
  readonly code: string | null
  readonly detail: string | null
  readonly picks: Uint8Array | null
  readonly updated_at: EpochMs
}
const columns = `d.publication_id, d.subscriber_id, d.channel, d.chunk, d.state, d.attempt, d.uncertain, d.due_at, d.code,
  d.detail, d.picks, d.updated_at`
const view = (row: Row): Delivery => ({
  publicationId: row.publication_id,
  subscriberId: row.subscriber_id,
  channel: row.channel,
  chunk: row.chunk,
  state: row.state,
  attempt: row.attempt,
  uncertain: row.uncertain,
  dueAt: row.due_at,
  code: row.code,
  detail: row.detail,
  picks: row.picks,
  updatedAt: row.updated_at,
})

/** What is read for each batch is planned each time: a plan that was kept since a table was new would read all of it. */
export function createDeliveries(db: Database, runs: Pick<Runs, 'of'>): DeliveryStore {
  return {
    // In a transaction, where nothing is compiled: a page with events is believed to be worth it, and is not.
    audience: ({ after, limit, ...audience }) => db.tx((tx) => audienceAfter(tx, audience, { after, limit })),
    count: (audience, { budgetMs }) => countAudience(db, audience, budgetMs),
    async recipients(ids) {
      const [row] = await db.adHoc<{ rows: string }>(
        `SELECT '[' || coalesce(string_agg(
           json_build_array(id, address, name, language, time_zone, attributes, topics,
             coalesce(tracking, 'unknown'),
             CASE WHEN tracking = 'denied' THEN NULL ELSE weights END)::text, ',' ORDER BY id
         ), '') || ']' AS rows
         FROM subscriber
         LEFT JOIN subscription p ON p.subscriber_id = id
         LEFT JOIN affinity a ON a.subscriber_id = id
         WHERE id = ANY($1)`,
        [ids],
      )
      return row?.rows ?? '[]'
    },
    async seen(publications, ids) {
      const known = (await Promise.all(publications.map(runs.of))).filter((run) => run !== null)
      if (known.length === 0 || ids.length === 0) return []
      const rows = await db.adHoc<{ subscriber_id: SubscriberId; picks: Uint8Array }>(
        `SELECT d.subscriber_id, d.picks FROM delivery d
         WHERE d.month IN (${monthsOf(known)}) AND d.publication_id = ANY($1) AND d.subscriber_id = ANY($2)
           AND d.state IN ('sent', 'unknown', 'handing') AND d.picks IS NOT NULL`,
        [publications, ids],
      )
      return rows.map((row) => ({ subscriberId: row.subscriber_id, picks: row.picks }))
    },
    async get(publicationId, subscriberId) {
      const run = await runs.of(publicationId)
      if (run === null) return null
      const row = await db.one<Row>(
        `SELECT ${columns} FROM delivery d WHERE ${rowsOf(run, '$1', '$2')} AND d.subscriber_id = $3`,
        [publicationId, run.channel, subscriberId],
      )
      return row === undefined ? null : view(row)
    },
    async page({ publicationId, state, after, limit }) {
      const run = await runs.of(publicationId)
      if (run === null) return { rows: [], next: null }
      // A publication's rows that are handing or sent are most of them, or a batch: found by walking.
      const noted = state !== undefined && state !== 'handing' && state !== 'sent'
      const values = createValues()
      const rows = await db.all<Row>(
        `SELECT ${columns} FROM delivery d
         ${where(
           rowsOf(run, values(publicationId), values(run.channel)),
           `d.subscriber_id > ${values(after)}`,
           state !== undefined && `${noted ? 'd.noted' : 'd.state'} = ${values(state)}`,
         )}
         ORDER BY d.subscriber_id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(view), limit, (row) => row.subscriberId)
    },
    counts: (id) => readCounts(db, id),
    async reasons({ publicationId, state, limit }) {
      const run = await runs.of(publicationId)
      if (run === null) return []
      const rows = await db.all<{ code: string | null; count: string; example: string | null }>(
        `SELECT d.code, count(*) AS count, min(d.detail) AS example FROM delivery d
         WHERE ${rowsOf(run, '$1', '$2')} AND d.noted = $3
         GROUP BY d.code
         ORDER BY count(*) DESC, d.code COLLATE "C" NULLS FIRST
         LIMIT $4`,
        [publicationId, run.channel, state, limit],
      )
      return rows.map((row) => ({ ...row, count: Number(row.count) }))
    },
    async ofSubscriber({ subscriberId, after, limit }) {
      // A look-up a publication, by the primary key: there is no index by person.
      const rows = await db.adHoc<Row>(
        `SELECT ${columns} FROM publication p JOIN delivery d ON d.month = p.month AND d.publication_id = p.id
         WHERE p.id > $2 AND d.subscriber_id = $1
         ORDER BY p.id
         LIMIT $3`,
        [subscriberId, after, limit + 1],
      )
      return pageOf(rows.map(view), limit, (row) => row.publicationId)
    },
    async waitsUntil(publicationId, now) {
      const row = await db.one<{ first: EpochMs | null }>(
        `SELECT min(coalesce(due_at, 0)) AS first FROM chunk WHERE publication_id = $1 AND state <> 'done'`,
        [publicationId],
      )
      const first = row?.first ?? null
      return first === null || first <= now ? null : first
    },
    async remove({ before, limit }) {
      const dropped = await dropBefore(db, 'delivery', before)
      const over = "p.state IN ('finished', 'cancelled') AND p.created_at < $1"
      const removed = await db.run(
        `WITH old AS (
           SELECT d.month, d.publication_id, d.subscriber_id, d.channel
           FROM publication p JOIN delivery d ON d.month = p.month AND d.publication_id = p.id
           WHERE ${over}
           LIMIT $2
         )
         DELETE FROM delivery d USING old
         WHERE (d.month, d.publication_id, d.subscriber_id, d.channel)
           = (old.month, old.publication_id, old.subscriber_id, old.channel)`,
        [before, limit],
      )
      if (removed < limit)
        await db.run(`DELETE FROM chunk c USING publication p WHERE p.id = c.publication_id AND ${over}`, [
          before,
        ])
      return dropped + removed
    },
    async timeZones() {
      // From one zone to the next along the index: everybody else in it is jumped over.
      const rows = await db.all<{ name: string }>(
        `WITH RECURSIVE zone (name) AS (
           SELECT min(time_zone) FROM subscriber WHERE time_zone IS NOT NULL
           UNION ALL
           SELECT (SELECT min(time_zone) FROM subscriber WHERE time_zone > zone.name) FROM zone
           WHERE zone.name IS NOT NULL
         )
         SELECT name FROM zone WHERE name IS NOT NULL`,
      )
      return rows.map(({ name }) => name)
    },
  }
}
