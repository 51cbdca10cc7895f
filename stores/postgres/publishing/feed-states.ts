import type { FeedState } from '../../../engine/model/feed.ts'
import type { FeedId } from '../../../engine/model/ids.ts'
import type { FeedStateStore } from '../../../engine/ports/feeds.ts'
import { claimedState, dueSince, stateFor } from '../../rules/feed.ts'
import { createBatch } from '../database/batch.ts'
import type { Database, Sql } from '../database/sql.ts'
import { keepable } from '../database/text.ts'

const columns = `feed_id AS "feedId", url, etag, last_modified AS "lastModified", next_at AS "nextAt",
  interval_ms AS "intervalMs", last_fetched_at AS "lastFetchedAt", failures, last_error AS "lastError",
  last_item_at AS "lastItemAt", moved_to AS "movedTo", items_seen AS "itemsSeen"`

const fields = {
  url: ['text', (row: FeedState) => row.url],
  etag: ['text', (row: FeedState) => row.etag],
  last_modified: ['text', (row: FeedState) => row.lastModified],
  next_at: ['bigint', (row: FeedState) => row.nextAt],
  interval_ms: ['bigint', (row: FeedState) => row.intervalMs],
  last_fetched_at: ['bigint', (row: FeedState) => row.lastFetchedAt],
  failures: ['integer', (row: FeedState) => row.failures],
  last_error: ['text', (row: FeedState) => keepable(row.lastError)],
  last_item_at: ['bigint', (row: FeedState) => row.lastItemAt],
  moved_to: ['text', (row: FeedState) => row.movedTo],
  items_seen: ['bigint', (row: FeedState) => row.itemsSeen],
} as const
const batch = createBatch<FeedState>({ feed_id: ['bigint', (row) => row.feedId], ...fields })
const replaced = Object.keys(fields).map((name) => `${name} = excluded.${name}`)

/** Of feeds that are still there, which stay while the states are written. */
async function put(sql: Sql, states: readonly FeedState[]): Promise<void> {
  if (states.length === 0) return
  await sql.run(
    `INSERT INTO feed_state (${batch.columns})
     SELECT ${batch.columns.replaceAll(/\w+/g, 'r.$&')}
     FROM ${batch.from}
     JOIN feed f ON f.id = r.feed_id
     ORDER BY f.id
     FOR KEY SHARE OF f
     ON CONFLICT (feed_id) DO UPDATE SET ${replaced.join(', ')}`,
    batch.values(states),
  )
}

const get = (sql: Sql, ids: readonly FeedId[]): Promise<FeedState[]> =>
  sql.all<FeedState>(`SELECT ${columns} FROM feed_state WHERE feed_id = ANY($1)`, [ids])

export function createFeedStates(db: Database): FeedStateStore {
  return {
    claim({ now, until, limit }) {
      return db.tx(async (tx) => {
        // A state of another address counts as none, one without a time as gone.
        const feeds = await tx.all<{ id: FeedId; url: string }>(
          `SELECT f.id, f.doc ->> 'url' AS url
           FROM feed f
           LEFT JOIN feed_state s ON s.feed_id = f.id AND s.url = f.doc ->> 'url'
           WHERE (f.doc ->> 'enabled')::boolean AND (s.feed_id IS NULL OR s.next_at <= $1)
           ORDER BY coalesce(s.next_at, 0), f.id
           LIMIT $2
           FOR NO KEY UPDATE OF f SKIP LOCKED`,
          [now, limit],
        )
        // Read now that nobody else claims them: another may just have done so, after that statement began.
        const states = await get(
          tx,
          feeds.map(({ id }) => id),
        )
        const byFeed = new Map(states.map((state) => [state.feedId, state]))
        const claimed = feeds
          .map((feed) => ({ feed, state: stateFor(byFeed.get(feed.id) ?? null, feed) }))
          .filter(({ feed, state }) => (dueSince(state, feed) ?? Infinity) <= now)
        await put(
          tx,
          claimed.map(({ feed, state }) => claimedState(state, feed, until)),
        )
        return claimed.map(({ feed, state }) => ({ feedId: feed.id, state }))
      })
    },
    put: (state) => put(db, [state]),
    get: (ids) => get(db, ids),
  }
}
