import { LRUCache } from 'lru-cache'

/** A value in the process. */
export interface Kept<V> {
  /** Null: it was asked for, and there is none. */
  readonly value: V | null
  readonly group: string | null
  readonly bytes: number
  /** Before it was read from the store. */
  readonly loadedAt: number
  refreshAt: number
  endsAt: number
  goneAt: number
  /** When the tier was told last that it was read. */
  toldAt: number
}

/** What one process keeps of a space, by key. What was not used for longest goes first. */
export interface Shelf<V> {
  get(id: string): Kept<V> | undefined
  put(id: string, kept: Kept<V>): void
  delete(id: string): void
  deleteGroup(group: string): void
  clear(): void
  entries(): number
  bytes(): number
}

/** lru-cache holds its bounds; the times are ours, since lifetimes that slide, end early or are served beyond their end are more
 *  than its `ttl` says, and tests move the clock. */
export function createShelf<V>(maxEntries: number, maxBytes: number): Shelf<V> {
  const groups = new Map<string, Set<string>>()
  let total = 0
  const all = new LRUCache<string, Kept<V>>({
    // Without `max`, for which lru-cache takes the memory of all entries at once: 4 MB for a dozen spaces that are empty.
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => Math.max(bytes, Math.floor(maxBytes / maxEntries)),
    onInsert({ bytes }, _id, reason) {
      if (reason !== 'update') total += bytes
    },
    dispose({ group, bytes }, id, reason) {
      total -= bytes
      if (group === null || reason === 'set') return
      const ids = groups.get(group)
      ids?.delete(id)
      if (ids?.size === 0) groups.delete(group)
    },
  })
  return {
    get: (id) => all.get(id),
    put(id, kept) {
      all.set(id, kept)
      // One that is larger than all of it is not kept.
      if (kept.group === null || !all.has(id)) return
      const ids = groups.get(kept.group)
      if (ids === undefined) groups.set(kept.group, new Set([id]))
      else ids.add(id)
    },
    delete: (id) => void all.delete(id),
    deleteGroup(group) {
      for (const id of groups.get(group) ?? []) all.delete(id)
    },
    clear: () => all.clear(),
    entries: () => all.size,
    bytes: () => total,
  }
}
