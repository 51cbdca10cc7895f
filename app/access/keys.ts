import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import { type ApiKey, isExpired, scopesOfKey } from '../../engine/model/api-key.ts'
import type { ApiKeyStore } from '../../engine/ports/access.ts'
import type { Caller } from './caller.ts'

export interface KeyRing {
  /** The caller whose secret has this hash. Reads the store once in some seconds, and once a second for strangers. */
  find(hash: string): Promise<Caller | null>
  /** Keys were made or removed here: forget what was read. */
  refresh(): void
}

interface Known {
  readonly key: ApiKey
  readonly caller: Caller
}

// A key that another daemon on the same store made is known after the first, one that it removed refused after the second.
// Streams are looked at once a second: with that it is five seconds at most.
const missMs = 1000
const staleMs = 4000
const usedMs = 60_000

/** Keys of the store by their hashes. There are few, so all are held, not only recent ones: a stranger's guesses evict
 *  nothing. */
export function createKeyRing(keys: ApiKeyStore, clock: Clock, log: Log): KeyRing {
  const used = new Map<ApiKey['id'], number>()
  let known: ReadonlyMap<string, Known> | null = null
  let readAt = 0
  let reading: Promise<ReadonlyMap<string, Known>> | null = null
  let generation = 0

  const read = async (): Promise<ReadonlyMap<string, Known>> => {
    const begun = generation
    const found = new Map<string, Known>()
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<typeof keys.page>> = await keys.page({ after, limit: 1000 })
      for (const key of page.rows) found.set(key.hash, { key, caller: callerOf(key) })
      after = page.next
    }
    if (begun === generation) {
      known = found
      readAt = clock.now()
    }
    return found
  }
  const reread = (): Promise<ReadonlyMap<string, Known>> => {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }
  const tell = (key: ApiKey, now: number): void => {
    if (now - (used.get(key.id) ?? key.lastUsedAt ?? 0) < usedMs) return
    used.set(key.id, now)
    keys.used(key.id, now).catch((error: unknown) => {
      log.warn({ keyId: key.id, error: String(error) }, 'access.use_not_kept')
    })
  }

  return {
    async find(hash) {
      let hashes = known
      if (hashes === null || clock.now() - readAt >= staleMs) hashes = await reread()
      let found = hashes.get(hash)
      if (found === undefined && clock.now() - readAt >= missMs) found = (await reread()).get(hash)
      const now = clock.now()
      if (found === undefined || isExpired(found.key, now)) return null
      tell(found.key, now)
      return found.caller
    },
    refresh() {
      generation++
      known = null
      reading = null
    },
  }
}

const callerOf = (key: ApiKey): Caller => ({
  kind: 'key',
  id: String(key.id),
  name: key.name,
  scopes: scopesOfKey(key),
})
