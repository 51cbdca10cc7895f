import type { FeedState } from '../model/feed.ts'
import type { EpochMs, FeedId } from '../model/ids.ts'

/** Where the reading of each feed stands. Invariants: at most one state a feed; it goes with its feed. */
export interface FeedStateStore {
  /** Take the enabled feeds that are due, the longest overdue first: never read, `nextAt <= now`, or moved by hand
   *  since (the state's URL is not the feed's). In the same transaction `nextAt` becomes `until`, so that nobody
   *  else takes them; whoever dies with one has it taken again then. `state` is as it was before; null for one that was
   *  never read or has another URL now. */
  claim(query: {
    readonly now: EpochMs
    readonly until: EpochMs
    readonly limit: number
  }): Promise<readonly { readonly feedId: FeedId; readonly state: FeedState | null }[]>
  /** Of feeds that are not there any more nothing is kept. */
  put(state: FeedState): Promise<void>
  /** In any order; feeds without a state are left out. */
  get(ids: readonly FeedId[]): Promise<readonly FeedState[]>
}
