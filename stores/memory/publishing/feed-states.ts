import type { Feed, FeedState } from '../../../engine/model/feed.ts'
import type { EpochMs, FeedId } from '../../../engine/model/ids.ts'
import type { FeedStateStore } from '../../../engine/ports/feeds.ts'
import { claimedState, dueSince, stateFor } from '../../rules/feed.ts'

export function createFeedStates(
  feeds: ReadonlyMap<FeedId, Feed>,
  states: Map<FeedId, FeedState>,
): FeedStateStore {
  return {
    async claim({ now, until, limit }) {
      const due: { readonly feed: Feed; readonly since: EpochMs }[] = []
      for (const feed of feeds.values()) {
        const since = feed.enabled ? dueSince(states.get(feed.id) ?? null, feed) : null
        if (since !== null && since <= now) due.push({ feed, since })
      }
      due.sort((a, b) => a.since - b.since || a.feed.id - b.feed.id)
      return due.slice(0, limit).map(({ feed }) => {
        const state = stateFor(states.get(feed.id) ?? null, feed)
        states.set(feed.id, claimedState(state, feed, until))
        return { feedId: feed.id, state }
      })
    },
    async put(state) {
      if (feeds.has(state.feedId)) states.set(state.feedId, { ...state })
    },
    async get(ids) {
      return ids.map((id) => states.get(id)).filter((state) => state !== undefined)
    },
  }
}
