/** One value that is being fetched, for everybody who waits for it. */
export interface Flight<K, V> {
  readonly id: string
  readonly key: K
  readonly group: string | null
  /** `refresh`: nobody waits; there is an older value. `anew`: no value that was read before this will do. */
  readonly kind: 'miss' | 'refresh' | 'anew'
  readonly answer: Promise<Answer<V>>
}

export interface Answer<V> {
  readonly value: V | null
  /** How it is counted for each who waited. */
  readonly from: 'tierHits' | 'stale' | 'misses'
}

/** What is on its way: one flight a key at a time. */
export interface Flights<K, V> {
  /** The one under way, or another that leaves with the others of this turn. */
  take(id: string, key: K, group: string | null, kind: Flight<K, V>['kind']): Flight<K, V>
  has(id: string): boolean
  /** Those who wait have their answer; `keep` runs before, unless it was set aside. */
  land(flight: Flight<K, V>, keep: () => void, answer: Answer<V>): void
  fail(flight: Flight<K, V>, error: unknown): void
  /** Whoever comes from now on has another; what this one brings is kept nowhere. */
  setAside(ids: readonly string[]): void
  /** Null: all. */
  setAsideGroup(group: string | null): void
}

interface Open<K, V> extends Flight<K, V> {
  readonly resolve: (answer: Answer<V>) => void
  readonly reject: (error: unknown) => void
}

/** `fly` lands or fails each of a batch, and never rejects. */
export function createFlights<K, V>(
  maxBatch: number,
  fly: (batch: readonly Flight<K, V>[]) => Promise<void>,
): Flights<K, V> {
  const open = new Map<string, Open<K, V>>()
  let waiting: Open<K, V>[] = []

  function leave(): void {
    const all = waiting
    waiting = []
    for (let from = 0; from < all.length; from += maxBatch) void fly(all.slice(from, from + maxBatch))
  }

  /** Whether it was not set aside. */
  function close(flight: Flight<K, V>): boolean {
    return open.get(flight.id) === flight && open.delete(flight.id)
  }

  return {
    take(id, key, group, kind) {
      const known = open.get(id)
      if (known !== undefined) return known
      const { promise: answer, resolve, reject } = Promise.withResolvers<Answer<V>>()
      const flight = { id, key, group, kind, answer, resolve, reject }
      open.set(id, flight)
      // After what this turn of the event loop brings: requests that came in together are one question to the store.
      if (waiting.push(flight) === 1) setImmediate(leave)
      return flight
    },
    has: (id) => open.has(id),
    land(flight, keep, answer) {
      if (close(flight)) keep()
      const { resolve } = flight as Open<K, V>
      resolve(answer)
    },
    fail(flight, error) {
      close(flight)
      const { reject } = flight as Open<K, V>
      reject(error)
    },
    setAside(ids) {
      for (const id of ids) open.delete(id)
    },
    setAsideGroup(group) {
      if (group === null) open.clear()
      else for (const flight of open.values()) if (flight.group === group) open.delete(flight.id)
    },
  }
}
