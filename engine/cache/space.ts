import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { EpochMs } from '../model/ids.ts'
import { type Cache, type Found, seenMs } from '../ports/cache.ts'
import { createFlights, type Flight } from './flights.ts'
import { unwrap, wrap } from './parcel.ts'
import { lifeOf, type Policy } from './policies.ts'
import { createShelf, type Kept } from './shelf.ts'

export interface SpaceOptions<K, V extends object | string | number | boolean> {
  /** In metrics, logs and the tier: `content.items`. */
  readonly name: string
  readonly policy: Policy
  /** Read from the store, at most `maxBatch` keys a call: those that were asked for in one turn of the event loop. What is not in the
   *  answer is not there. When it rejects, so does everybody who waits for one of these keys. */
  load(keys: readonly K[]): Promise<ReadonlyMap<K, V>>
  /** Default: `String`. */
  keyOf?(key: K): string
  /** What is cleared together, as the answers about a publication. Default: all of the space. */
  groupOf?(key: K): string
  /** As the tier keeps it, and as its size is measured. Default: JSON. */
  encode?(value: V): string
  /** May throw for what an older or newer version wrote: it is loaded then. */
  decode?(text: string): V
  /** False: in this process alone, and nothing of it is in Redis. Default: true. */
  readonly shared?: boolean
  /** How long it is remembered that there is none. Default: not at all. */
  readonly absentMs?: number
  /** Default: 10,000. */
  readonly maxEntries?: number
  /** Of texts in UTF-16. Default: 4 MiB. */
  readonly maxBytes?: number
  /** Default: 1,000. */
  readonly maxBatch?: number
}

/** A namespace of the cache. Values are shared by all who ask: nobody changes them. Keys that `keyOf` says the same of are
 *  one key. */
export interface Space<K, V> {
  /** Null: there is none. Rejects as `load` does, unless there is a value that is not too old. `since`: one that was read from the store
   *  before this is not good enough, whatever its policy says. */
  get(key: K, since?: EpochMs): Promise<V | null>
  /** In the order of the keys. */
  getMany(keys: readonly K[]): Promise<readonly (V | null)[]>
  /** Call it after the write is committed. No read that begins when this has resolved has what was there before: here at once, on other
   *  nodes as soon as they hear of it. Never rejects. */
  drop(keys: readonly K[]): Promise<void>
  /** Drop all of a group; of a space without groups all there is. */
  clear(group?: string): Promise<void>
  /** Have these ready before they are asked for. Never rejects. */
  warm(keys: readonly K[]): Promise<void>
}

/** Counted since the start, but for `entries` and `bytes`, which are in this process now. Each read is one of the first four. */
export interface SpaceFigures {
  /** Read from this process. */
  readonly hits: number
  /** Read from the tier behind it. */
  readonly tierHits: number
  /** Served after its end, while or because the store was asked in vain. */
  readonly stale: number
  /** Waited for the store. */
  readonly misses: number
  readonly refreshes: number
  /** Calls of the loader, and those that rejected. */
  readonly loads: number
  readonly loadErrors: number
  /** Keys and groups that were dropped, also by other nodes. */
  readonly drops: number
  readonly entries: number
  readonly bytes: number
}

/** What is no longer true. */
export type Dropped = { readonly keys: readonly string[] } | { readonly group: string }

export interface SpaceParts {
  readonly tier: Cache | null
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** To the other nodes. */
  tell(dropped: Dropped): void
  /** Whether what they tell is heard. */
  hears(): boolean
}

export interface OpenSpace<K, V> extends Space<K, V> {
  /** Another node has dropped this. */
  hear(dropped: Dropped): void
  /** Anything may have been dropped. */
  forget(): void
  figures(): SpaceFigures
}

/** A value is served so long while nothing is heard of other nodes. */
const unheardMs = 5000
/** A refresh that failed is not tried again before this. */
const retryMs = 5000
/** Of the objects around a value. */
const overheadBytes = 300

export function createSpace<K, V extends object | string | number | boolean>(
  options: SpaceOptions<K, V>,
  parts: SpaceParts,
): OpenSpace<K, V> {
  const {
    name,
    policy,
    load,
    keyOf = String,
    groupOf,
    encode = JSON.stringify,
    decode = JSON.parse as (text: string) => V,
    shared = true,
    absentMs = 0,
    maxEntries = 10_000,
    maxBytes = 4 * 2 ** 20,
    maxBatch = 1000,
  } = options
  const { clock, random, log, tell, hears } = parts
  const tier = shared ? parts.tier : null
  const { ttlMs, graceMs, slidingUntilMs } = policy
  const shelf = createShelf<V>(maxEntries, maxBytes)
  const flights = createFlights<K, V>(maxBatch, fly)
  const count = { hits: 0, tierHits: 0, stale: 0, misses: 0, refreshes: 0, loads: 0, loadErrors: 0, drops: 0 }
  let failing = false

  const groupOfKey = (key: K) => groupOf?.(key) ?? null
  /** What the tier calls it. */
  const roomOf = (group: string | null) => (group === null || group === '' ? name : `${name}/${group}`)

  function keep(id: string, group: string | null, value: V | null, text: string | null, at: Times): Kept<V> {
    const { loadedAt, readAt } = at
    const life =
      value === null
        ? { refreshAt: loadedAt + absentMs, endsAt: loadedAt + absentMs, goneAt: loadedAt + absentMs }
        : lifeOf(policy, loadedAt, readAt, random)
    const bytes = 2 * (id.length + (text?.length ?? 0)) + overheadBytes
    return { value, group, bytes, loadedAt, toldAt: readAt, ...life }
  }

  /** What may be served now. */
  function held(id: string, now: number): Kept<V> | undefined {
    const kept = shelf.get(id)
    if (kept === undefined) return undefined
    const deaf = now - kept.loadedAt >= unheardMs && !hears()
    // The last: the clock was set back, and nobody knows how old it is.
    if (now < kept.goneAt && !deaf && now >= kept.loadedAt) return kept
    shelf.delete(id)
    return undefined
  }

  /** It was read: where that puts off its end, the tier hears of it now and then. */
  function prolong(id: string, kept: Kept<V>, now: number): void {
    if (slidingUntilMs === null || kept.value === null) return
    Object.assign(kept, lifeOf(policy, kept.loadedAt, now, random))
    if (tier === null || now - kept.toldAt < ttlMs / 2) return
    kept.toldAt = now
    void prolongInTier(tier, id, kept, now)
  }
  async function prolongInTier(behind: Cache, id: string, kept: Kept<V>, now: number): Promise<void> {
    const room = roomOf(kept.group)
    const [found] = await behind.get(room, [id])
    const parcel = unwrap(found?.value ?? '')
    if (found === undefined || parcel?.loadedAt !== kept.loadedAt) return
    await behind.set(room, [[id, wrap({ ...parcel, readAt: now }), found.seen]], ttlMs)
  }

  function get(key: K, since = 0): Promise<V | null> {
    const id = keyOf(key)
    const now = clock.now()
    const kept = held(id, now)
    if (kept === undefined && since === 0) return wait(flights.take(id, key, groupOfKey(key), 'miss'))
    if (kept === undefined || kept.loadedAt < since) return getSince(id, key, since)
    if (now < kept.endsAt) count.hits += 1
    else count.stale += 1
    prolong(id, kept, now)
    if (now >= kept.refreshAt && !flights.has(id)) {
      count.refreshes += 1
      flights.take(id, key, kept.group, 'refresh').answer.catch(() => {})
    }
    return Promise.resolve(kept.value)
  }

  async function getSince(id: string, key: K, since: EpochMs): Promise<V | null> {
    let flight = flights.take(id, key, groupOfKey(key), 'anew')
    if (flight.kind !== 'anew') {
      // It was under way already, and may bring an older value.
      await flight.answer.catch(() => null)
      if ((shelf.get(id)?.loadedAt ?? -1) < since) flight = flights.take(id, key, groupOfKey(key), 'anew')
    }
    return wait(flight)
  }

  async function wait({ answer }: Flight<K, V>): Promise<V | null> {
    try {
      const { value, from } = await answer
      count[from] += 1
      return value
    } catch (error) {
      count.misses += 1
      throw error
    }
  }

  /** Fetch what was asked for in one turn, from the tier and then from the store. */
  async function fly(batch: readonly Flight<K, V>[]): Promise<void> {
    const loadedAt = clock.now()
    const found = await askTier(batch)
    const wanted = batch.filter((flight) => {
      const { kept } = found.get(flight) ?? {}
      if (kept === undefined) return true
      const now = clock.now()
      // One node refreshes, the others take it from there.
      const newer = kept.loadedAt > (shelf.get(flight.id)?.loadedAt ?? -1)
      if (flight.kind === 'anew') return true
      if (flight.kind === 'miss' ? now >= kept.endsAt : now >= kept.refreshAt || !newer) return true
      prolong(flight.id, kept, now)
      flights.land(flight, () => shelf.put(flight.id, kept), { value: kept.value, from: 'tierHits' })
      return false
    })
    if (wanted.length === 0) return

    count.loads += 1
    let loaded: ReadonlyMap<K, V>
    const texts = new Map<Flight<K, V>, string | null>()
    try {
      loaded = await load(wanted.map(({ key }) => key))
      for (const flight of wanted) {
        const value = loaded.get(flight.key)
        texts.set(flight, value === undefined ? null : encode(value))
      }
    } catch (error) {
      count.loadErrors += 1
      if (!failing) log.warn({ space: name, reason: String(error) }, 'cache.load_failed')
      failing = true
      for (const flight of wanted) fallBack(flight, found.get(flight)?.kept, error)
      return
    }
    if (failing) log.info({ space: name }, 'cache.loads_again')
    failing = false

    const sets: { flight: Flight<K, V>; text: string | null; seen: string | null }[] = []
    const gone: Flight<K, V>[] = []
    for (const flight of wanted) {
      const { id, key, group } = flight
      const value = loaded.get(key) ?? null
      const text = texts.get(flight) ?? null
      const { seen = null, kept } = found.get(flight) ?? {}
      const stays = value !== null || absentMs > 0
      flights.land(
        flight,
        () => {
          if (stays) shelf.put(id, keep(id, group, value, text, { loadedAt, readAt: loadedAt }))
          else shelf.delete(id)
          if (stays) sets.push({ flight, text, seen })
          else if (kept !== undefined) gone.push(flight)
        },
        { value, from: 'misses' },
      )
    }
    // Later than this, the tier no longer knows what was dropped meanwhile.
    if (tier === null || clock.now() - loadedAt > seenMs / 2) return
    const alike = Map.groupBy(sets, ({ flight, text }) => `${text === null} ${roomOf(flight.group)}`)
    for (const some of alike.values())
      void tier.set(
        roomOf(some[0]!.flight.group),
        some.map(({ flight, text, seen }) => [flight.id, wrap({ loadedAt, readAt: loadedAt, text }), seen]),
        some[0]!.text === null ? absentMs : ttlMs + graceMs,
      )
    for (const { group, id } of gone) void tier.drop(roomOf(group), [id])
  }

  async function askTier(
    batch: readonly Flight<K, V>[],
  ): Promise<
    ReadonlyMap<Flight<K, V>, { readonly seen: string | null; readonly kept: Kept<V> | undefined }>
  > {
    const answers = new Map<Flight<K, V>, { seen: string | null; kept: Kept<V> | undefined }>()
    if (tier === null) return answers
    const rooms = Map.groupBy(batch, ({ group }) => roomOf(group))
    await Promise.all(
      [...rooms].map(async ([room, some]) => {
        const found = await tier.get(
          room,
          some.map(({ id }) => id),
        )
        for (const [i, flight] of some.entries())
          answers.set(flight, { seen: found[i]?.seen ?? null, kept: open(flight, found[i]) })
      }),
    )
    return answers
  }

  /** Undefined for what is too old, or not understood. */
  function open({ id, group }: Flight<K, V>, found: Found | undefined): Kept<V> | undefined {
    const parcel = unwrap(found?.value ?? '')
    if (parcel === null) return undefined
    try {
      const value = parcel.text === null ? null : decode(parcel.text)
      // A clock ahead of ours makes nothing young.
      const loadedAt = Math.min(parcel.loadedAt, clock.now())
      const kept = keep(id, group, value, parcel.text, { loadedAt, readAt: parcel.readAt })
      return clock.now() < kept.goneAt ? kept : undefined
    } catch {
      return undefined
    }
  }

  /** The store was asked in vain: what is old serves to its hard limit. */
  function fallBack(flight: Flight<K, V>, inTier: Kept<V> | undefined, error: unknown): void {
    const now = clock.now()
    const old = shelf.get(flight.id) ?? inTier
    if (old === undefined) flights.fail(flight, error)
    else {
      old.refreshAt = now + retryMs
      flights.land(flight, () => shelf.put(flight.id, old), { value: old.value, from: 'stale' })
    }
  }

  /** In this process. What is on its way is given to those who wait for it already, and not kept. */
  function remove(dropped: Dropped): void {
    if ('keys' in dropped) {
      for (const id of dropped.keys) shelf.delete(id)
      flights.setAside(dropped.keys)
      return
    }
    if (groupOf === undefined) shelf.clear()
    else shelf.deleteGroup(dropped.group)
    flights.setAsideGroup(groupOf === undefined ? null : dropped.group)
  }

  async function dropAll(dropped: Dropped, inTier: (behind: Cache) => Promise<unknown>): Promise<void> {
    count.drops += 'keys' in dropped ? dropped.keys.length : 1
    remove(dropped)
    if (tier !== null) {
      await inTier(tier)
      // Once more: of the tier it may have been read until now. For the same reason others are told after it.
      remove(dropped)
    }
    tell(dropped)
  }

  return {
    get,
    getMany: (keys) => Promise.all(keys.map((key) => get(key))),
    async drop(keys) {
      if (keys.length === 0) return
      const rooms = Map.groupBy(keys, (key) => roomOf(groupOfKey(key)))
      await dropAll({ keys: keys.map(keyOf) }, (behind) =>
        Promise.all([...rooms].map(([room, some]) => behind.drop(room, some.map(keyOf)))),
      )
    },
    clear: (group = '') => dropAll({ group }, (behind) => behind.clear(roomOf(group))),
    async warm(keys) {
      const now = clock.now()
      const flying = keys.flatMap((key) => {
        const id = keyOf(key)
        const kept = held(id, now)
        if (kept !== undefined && now < kept.refreshAt) return []
        return [flights.take(id, key, groupOfKey(key), kept === undefined ? 'miss' : 'refresh').answer]
      })
      await Promise.allSettled(flying)
    },
    hear(dropped) {
      count.drops += 'keys' in dropped ? dropped.keys.length : 1
      remove(dropped)
    },
    forget() {
      shelf.clear()
      flights.setAsideGroup(null)
    },
    figures: () => ({ ...count, entries: shelf.entries(), bytes: shelf.bytes() }),
  }
}

interface Times {
  readonly loadedAt: number
  readonly readAt: number
}
