import type { Feed, FeedState } from '../../engine/model/feed.ts'
import type { EpochMs, FeedId } from '../../engine/model/ids.ts'

type Address = Pick<Feed, 'url'> & { readonly id: FeedId }

/** A state holds for one address only. */
export const stateFor = (state: FeedState | null, feed: Address): FeedState | null =>
  state !== null && state.url === feed.url ? state : null

/** Since when a feed waits; null for one that is gone. One that was never read has waited always. */
export function dueSince(state: FeedState | null, feed: Address): EpochMs | null {
  const holds = stateFor(state, feed)
  return holds === null ? 0 : holds.nextAt
}

/** What is kept while somebody reads it. */
export const claimedState = (state: FeedState | null, feed: Address, until: EpochMs): FeedState => ({
  ...(state ?? {
    feedId: feed.id,
    url: feed.url,
    etag: null,
    lastModified: null,
    intervalMs: 0,
    lastFetchedAt: null,
    failures: 0,
    lastError: null,
    lastItemAt: null,
    movedTo: null,
    itemsSeen: 0,
  }),
  nextAt: until,
})
