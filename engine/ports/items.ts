import type { EpochMs, ItemId, Page } from '../model/ids.ts'
import type { Item, ItemInput } from '../model/item.ts'

export interface ItemQuery {
  /** The id that the page begins behind: above it, or with `newestFirst` below it. 0: from the start. */
  readonly after: number
  readonly limit: number
  /** By id, falling; the default is rising. */
  readonly newestFirst?: boolean
  readonly topic?: string
  /** Part of the title or the URL, in any case. */
  readonly search?: string
}

/** Content. Invariant: one item a key. */
export interface ItemStore {
  /** At most 1,000 rows in one transaction; a known key is updated. Outcomes in the rows' order.
   *  `key` defaults to the URL, `publishedAt` to `now`. */
  upsert(
    rows: readonly ItemInput[],
    now: EpochMs,
  ): Promise<readonly { readonly id: ItemId; readonly outcome: 'created' | 'updated' | 'unchanged' }[]>
  get(ids: readonly ItemId[]): Promise<readonly Item[]>
  /** At most one a URL: the newest. */
  byUrl(urls: readonly string[]): Promise<readonly Item[]>
  byKey(keys: readonly string[]): Promise<readonly Item[]>
  page(query: ItemQuery): Promise<Page<Item>>
  /** Every topic that items carry, by name, and how many carry it. */
  topics(): Promise<readonly { readonly topic: string; readonly items: number }[]>
  /** The newest items with `since <= publishedAt <= until` that carry one of `topics` (empty: any), newest first. */
  candidates(query: {
    readonly topics: readonly string[]
    readonly since: EpochMs
    readonly until: EpochMs
    /** Only those published or created after this. */
    readonly newSince?: EpochMs
    readonly limit: number
  }): Promise<readonly Item[]>
  remove(id: ItemId): Promise<boolean>
}
