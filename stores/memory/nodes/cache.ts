import { LRUCache } from 'lru-cache'
import type { Cache } from '../../../engine/ports/cache.ts'

/** The tier of one process. What was not used for longest goes first once `maxBytes` of keys and values are kept. */
export function createMemoryCache({ maxBytes }: { readonly maxBytes: number }): Cache {
  const kept = new LRUCache<string, string>({
    maxSize: maxBytes,
    // V8 keeps a text in one or two bytes a character.
    sizeCalculation: (value, key) => 2 * (key.length + value.length),
  })
  // A cleared namespace begins again under another number; what was in it is not read again and goes first.
  const generations = new Map<string, number>()
  // Of all keys together: a value that is not kept now and then costs nothing here.
  let drops = 0
  const keyOf = (namespace: string, key: string) => `${namespace} ${generations.get(namespace) ?? 0} ${key}`
  return {
    async get(namespace, keys) {
      return keys.map((key) => ({ value: kept.get(keyOf(namespace, key)) ?? null, seen: String(drops) }))
    },
    async set(namespace, entries, ttlMs) {
      for (const [key, value, seen] of entries)
        if (seen === String(drops)) kept.set(keyOf(namespace, key), value, { ttl: ttlMs })
    },
    async drop(namespace, keys) {
      drops += 1
      for (const key of keys) kept.delete(keyOf(namespace, key))
    },
    async clear(namespace) {
      drops += 1
      generations.set(namespace, (generations.get(namespace) ?? 0) + 1)
    },
    failures: () => 0,
    async close() {
      kept.clear()
    },
  }
}
