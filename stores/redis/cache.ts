import { randomBytes } from 'node:crypto'
import type { Log } from '../../engine/log.ts'
import { type Cache, type Found, seenMs } from '../../engine/ports/cache.ts'
import type { Client, Connection } from './connect.ts'

export interface RedisCacheOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly log: Log
}

/** Parts of a namespace on a cluster, so that its masters share the load; each part is asked in one command. */
const clusterParts = 64
/** More drops than these are owed as a clear of the whole namespace. */
const maxOwed = 10_000

const dayMs = 86_400_000
/** Longer than any value that was set before it. */
const generationMs = 2 * dayMs

// Only what was seen before the value was read may be replaced by it.
const setScript = `
local generation = (redis.call('GET', KEYS[1]) or '') .. ':'
for i = 2, #KEYS do
  local seen = ARGV[2 * i - 2]
  local known = generation
  local kept = redis.call('GETRANGE', KEYS[i], 0, 63)
  if string.sub(kept, 1, #generation) == generation then known = string.match(kept, '^[^:]*:[^:]*') end
  if known == seen then redis.call('SET', KEYS[i], seen .. ':=' .. ARGV[2 * i - 1], 'PX', ARGV[1]) end
end
`
// UNLINK first: a Redis that is full refuses SET, unless the script has already written.
const dropScript = `
local mark = (redis.call('GET', KEYS[1]) or '') .. ':' .. ARGV[1] .. ':-'
for i = 2, #KEYS do
  redis.call('UNLINK', KEYS[i])
  redis.call('SET', KEYS[i], mark, 'PX', ARGV[2])
end
`
interface Scripts {
  setSeen(keys: number, ...rest: (string | number)[]): Promise<null>
  dropKeys(keys: number, ...rest: (string | number)[]): Promise<null>
}

/** Values as `generation:drop:=value`, each with its time to live. A namespace is cleared by another generation, whatever
 *  its size: what has an older one is not read, and its time ends it. What was dropped is `generation:drop:-` for a
 *  while. The two words before the value are what `get` calls `seen`. */
export function createRedisCache({ connection, prefix, log }: RedisCacheOptions): Cache {
  const parts = connection.cluster ? clusterParts : 1
  connection.client.defineCommand('setSeen', { lua: setScript })
  connection.client.defineCommand('dropKeys', { lua: dropScript })
  const scripts = (client: Client) => client as Client & Scripts
  /** Drops that could not be done, a namespace. */
  const owed = new Map<string, Set<string> | 'all'>()
  let settling: Promise<void> | null = null
  let failed = 0

  const home = (namespace: string, part: number) => `${prefix}:cache:{${prefix}-${part}}:${namespace}:`
  const generationKey = (namespace: string, part: number) => `${home(namespace, part)}generation`
  const keyOf = (namespace: string, part: number, key: string) => `${home(namespace, part)}value:${key}`

  /** Resolves with whether it could be done. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      failed += 1
      log.debug({ redis: connection.place, reason: String(error) }, 'cache.failed')
      return false
    }
  }

  /** Do it for the indexes of the keys in each part; resolves with whether all could be done. */
  async function byPart(
    keys: readonly string[],
    work: (part: number, indexes: readonly number[]) => Promise<unknown>,
  ): Promise<boolean> {
    const groups = Map.groupBy(keys.keys(), (i) => (parts === 1 ? 0 : partOf(keys[i]!)))
    const done = await Promise.all([...groups].map(([part, indexes]) => attempt(() => work(part, indexes))))
    return !done.includes(false)
  }

  const dropNow = (namespace: string, keys: readonly string[]) =>
    byPart(keys, (part, indexes) =>
      connection.ask((client) =>
        scripts(client).dropKeys(
          1 + indexes.length,
          generationKey(namespace, part),
          ...indexes.map((i) => keyOf(namespace, part, keys[i]!)),
          freshWord(),
          2 * seenMs,
        ),
      ),
    )
  const clearNow = (namespace: string) =>
    attempt(() =>
      Promise.all(
        Array.from({ length: parts }, (_, part) =>
          connection.ask((client) =>
            client.set(generationKey(namespace, part), freshWord(), 'PX', generationMs),
          ),
        ),
      ),
    )

  function owe(namespace: string, keys: Iterable<string> | 'all'): void {
    const before = owed.get(namespace) ?? new Set()
    if (before === 'all') return
    if (keys !== 'all') for (const key of keys) before.add(key)
    owed.set(namespace, keys === 'all' || before.size > maxOwed ? 'all' : before)
  }

  /** Do what is owed; resolves with whether nothing is any more. */
  async function settle(): Promise<boolean> {
    if (owed.size === 0 && settling === null) return true
    if (!connection.answers()) return false
    settling ??= pay().finally(() => {
      settling = null
    })
    await settling
    return owed.size === 0
  }
  async function pay(): Promise<void> {
    const due = [...owed]
    owed.clear()
    for (const [namespace, what] of due) {
      const done = await (what === 'all' ? clearNow(namespace) : dropNow(namespace, [...what]))
      if (!done) owe(namespace, what)
    }
  }
  const endSettling = connection.onAnswer(() => void settle())

  /** Before anything is read or written: counts what cannot be. */
  async function mayGo(): Promise<boolean> {
    const may = await settle()
    if (!may) failed += 1
    return may
  }

  return {
    async get(namespace, keys) {
      const found: Found[] = keys.map(() => nothing)
      if (keys.length === 0 || !(await mayGo())) return found
      await byPart(keys, async (part, indexes) => {
        const [generation, ...kept] = await connection.ask((client) =>
          client.mget(
            generationKey(namespace, part),
            ...indexes.map((i) => keyOf(namespace, part, keys[i]!)),
          ),
        )
        for (const [n, i] of indexes.entries()) found[i] = read(generation ?? '', kept[n] ?? null)
      })
      return found
    },
    async set(namespace, all, ttlMs) {
      const entries = all.filter(([, , seen]) => seen !== null)
      if (entries.length === 0 || !(await mayGo())) return
      const keys = entries.map(([key]) => key)
      await byPart(keys, (part, indexes) =>
        connection.ask((client) =>
          scripts(client).setSeen(
            1 + indexes.length,
            generationKey(namespace, part),
            ...indexes.map((i) => keyOf(namespace, part, keys[i]!)),
            Math.max(1, Math.ceil(Math.min(ttlMs, dayMs))),
            ...indexes.flatMap((i) => [entries[i]![2]!, entries[i]![1]]),
          ),
        ),
      )
    },
    async drop(namespace, keys) {
      if (keys.length === 0) return
      await settle()
      if (!(await dropNow(namespace, keys))) owe(namespace, keys)
    },
    async clear(namespace) {
      await settle()
      if (!(await clearNow(namespace))) owe(namespace, 'all')
    },
    failures: () => failed,
    async close() {
      endSettling()
      await settling
    },
  }
}

const nothing: Found = { value: null, seen: null }
const freshWord = (): string => randomBytes(6).toString('base64url')

function read(generation: string, kept: string | null): Found {
  const mark = `${generation}:`
  if (kept === null || !kept.startsWith(mark)) return { value: null, seen: mark }
  const end = kept.indexOf(':', mark.length)
  return { value: kept[end + 1] === '=' ? kept.slice(end + 2) : null, seen: kept.slice(0, end) }
}

/** FNV-1a: any function does that all nodes share. */
function partOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % clusterParts
}
