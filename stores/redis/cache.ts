import { randomInt } from 'node:crypto'
import type { Log } from '../../engine/log.ts'
import type { Cache } from '../../engine/ports/cache.ts'
import type { Connection } from './connect.ts'

export interface RedisCacheOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly log: Log
}

/** Parts of a namespace on a cluster, so that its masters share the load; each part is asked in one command. */
const clusterParts = 64
/** More drops than these are owed as a clear of the whole namespace. */
const maxOwed = 10_000

/** Values as `generation:value`, each with its time to live. A namespace is cleared by another generation number,
 *  whatever its size: what has an older one is not read, and its time ends it. */
export function createRedisCache({ connection, prefix, log }: RedisCacheOptions): Cache {
  const parts = connection.cluster ? clusterParts : 1
  /** What the values of the generation seen last begin with, by its key. */
  const marks = new Map<string, string>()
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
      connection.ask((client) => client.unlink(indexes.map((i) => keyOf(namespace, part, keys[i]!)))),
    )
  const clearNow = (namespace: string) =>
    attempt(() =>
      Promise.all(
        Array.from({ length: parts }, (_, part) =>
          connection.ask((client) => client.set(generationKey(namespace, part), randomInt(2 ** 47))),
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
      const values: (string | null)[] = keys.map(() => null)
      if (keys.length === 0 || !(await mayGo())) return values
      await byPart(keys, async (part, indexes) => {
        const generationAt = generationKey(namespace, part)
        const [generation, ...found] = await connection.ask((client) =>
          client.mget(generationAt, ...indexes.map((i) => keyOf(namespace, part, keys[i]!))),
        )
        const mark = `${generation ?? ''}:`
        marks.set(generationAt, mark)
        for (const [n, i] of indexes.entries()) {
          const value = found[n]
          if (value?.startsWith(mark)) values[i] = value.slice(mark.length)
        }
      })
      return values
    },
    async set(namespace, entries, ttlMs) {
      if (entries.length === 0 || !(await mayGo())) return
      const keys = entries.map(([key]) => key)
      await byPart(keys, async (part, indexes) => {
        const generationAt = generationKey(namespace, part)
        const mark =
          marks.get(generationAt) ?? `${(await connection.ask((client) => client.get(generationAt))) ?? ''}:`
        await connection.ask(async (client) => {
          const pipeline = client.pipeline()
          for (const i of indexes) {
            const [key, value] = entries[i]!
            pipeline.set(keyOf(namespace, part, key), mark + value, 'PX', Math.max(1, Math.ceil(ttlMs)))
          }
          for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error
        })
      })
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

/** FNV-1a: any function does that all nodes share. */
function partOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % clusterParts
}
