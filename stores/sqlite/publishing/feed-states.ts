import type { FeedState } from '../../../engine/model/feed.ts'
import type { FeedId } from '../../../engine/model/ids.ts'
import type { FeedStateStore } from '../../../engine/ports/feeds.ts'
import { claimedState, stateFor } from '../../rules/feed.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const columns = `feed_id AS feedId, url, etag, last_modified AS lastModified, next_at AS nextAt,
  interval_ms AS intervalMs, last_fetched_at AS lastFetchedAt, failures, last_error AS lastError,
  last_item_at AS lastItemAt, moved_to AS movedTo, items_seen AS itemsSeen`

export function createFeedStates(sql: Sql): Sync<FeedStateStore> {
  const get = (id: number): FeedState | null =>
    sql<[number], FeedState>(`SELECT ${columns} FROM feed_state WHERE feed_id = ?`).get(id) ?? null
  const put = (state: FeedState): void => {
    sql<[object]>(
      `INSERT OR REPLACE INTO feed_state (feed_id, url, etag, last_modified, next_at, interval_ms, last_fetched_at,
         failures, last_error, last_item_at, moved_to, items_seen)
       SELECT :feedId, :url, :etag, :lastModified, :nextAt, :intervalMs, :lastFetchedAt, :failures, :lastError,
         :lastItemAt, :movedTo, :itemsSeen
       WHERE EXISTS (SELECT 1 FROM feed WHERE id = :feedId)`,
    ).run(state)
  }
  return {
    claim({ now, until, limit }) {
      // Feeds are few: all are looked at. A state of another address counts as none, one without a time as gone.
      const due = sql<[object], { id: FeedId; url: string }>(
        `SELECT f.id, f.doc ->> 'url' AS url
         FROM feed f
         LEFT JOIN feed_state s ON s.feed_id = f.id AND s.url = f.doc ->> 'url'
         WHERE f.doc ->> 'enabled' AND (s.feed_id IS NULL OR s.next_at <= :now)
         ORDER BY coalesce(s.next_at, 0), f.id
         LIMIT :limit`,
      ).all({ now, limit })
      return due.map((feed) => {
        const state = stateFor(get(feed.id), feed)
        put(claimedState(state, feed, until))
        return { feedId: feed.id, state }
      })
    },
    put,
    get(ids) {
      const rows = sql<[string], FeedState>(
        `SELECT ${columns} FROM feed_state WHERE feed_id IN (SELECT value FROM json_each(?))`,
      )
      return rows.all(JSON.stringify(ids))
    },
  }
}
