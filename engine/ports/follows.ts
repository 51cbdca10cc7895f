import type { Follow, FollowInput, FollowPreferences } from '../model/follow.ts'
import type { EpochMs, FollowId, Page, SubscriberId } from '../model/ids.ts'

export interface FollowChange {
  readonly id: FollowId
  /** Null: it is gone. */
  readonly follow: Follow | null
}

/** Who wants to hear of which alerts. A million of them are held in memory by the node that tells alerts, which reads all
 *  once and then what changed.
 *  Erasing a person removes theirs. */
export interface FollowStore {
  /** Rejects with E_NOT_FOUND for nobody or an erased person, with E_LIMIT above `maxFollowsAPerson`. */
  insert(subscriberId: SubscriberId, input: FollowInput, now: EpochMs): Promise<Follow>
  /** Many at once, for imports and tests: in one transaction; people that are not there are left out. Resolves with how many. */
  insertMany(
    rows: readonly { readonly subscriberId: SubscriberId; readonly input: FollowInput }[],
    now: EpochMs,
  ): Promise<number>
  /** Rejects with E_NOT_FOUND, with E_CONFLICT when `version` is not the present one. */
  update(id: FollowId, version: number, input: FollowInput, now: EpochMs): Promise<Follow>
  /** False when there was none. */
  remove(id: FollowId, now: EpochMs): Promise<boolean>
  /** Those there are, in the order of `ids`. */
  get(ids: readonly FollowId[]): Promise<readonly Follow[]>
  /** By id. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly subscriberId?: SubscriberId
  }): Promise<Page<Follow>>
  /** What was made, changed or removed since the call that gave this `until`; null: nothing, only where to go on from now.
   *  It may tell a change again, and never misses one, however late it was committed; what a clock does decides nothing.
   *  Removed ones are told for a day. At most `limit`; `more`: ask again at once. */
  changes(query: { readonly since: number | null; readonly limit: number }): Promise<{
    readonly changes: readonly FollowChange[]
    readonly until: number
    readonly more: boolean
  }>
}

/** How people want their alerts. Absent: as `noFollowPreferences`. */
export interface FollowPreferenceStore {
  get(subscriberId: SubscriberId): Promise<FollowPreferences>
  /** Rejects with E_NOT_FOUND for nobody or an erased person. `FollowStore.changes` tells their follows again. */
  set(subscriberId: SubscriberId, preferences: FollowPreferences, now: EpochMs): Promise<void>
  /** Those who said something, by subscriber. */
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<PersonPreferences>>
  /** The same for some people: those who said something. */
  of(subscriberIds: readonly SubscriberId[]): Promise<readonly PersonPreferences[]>
}

export interface PersonPreferences {
  readonly subscriberId: SubscriberId
  /** The subscriber's own. */
  readonly timeZone: string | null
  readonly preferences: FollowPreferences
}
