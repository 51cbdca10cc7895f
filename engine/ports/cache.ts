/** What was found under a key. */
export interface Found {
  readonly value: string | null
  /** Permits one `set` of this key: whoever finds nothing loads and then sets with this. Null: nothing may be set. */
  readonly seen: string | null
}

/** The tier behind the cache of a process: one for all nodes where there is Redis. It may forget anything at any time,
 *  and it never fails a caller: what cannot be read is null, what cannot be written is left out and counted.
 *
 *  A value that was read from the store before a `drop` or `clear` of its key and is set after it is not kept: `set` wants
 *  what a `get` before the reading saw, and that is another one after a drop. (The leases of Nishtala et al., "Scaling
 *  Memcache at Facebook", NSDI 2013, 3.2.1.) It is remembered for `seenMs`: nobody sets with an older one. */
export interface Cache {
  /** In the order of the keys. */
  get(namespace: string, keys: readonly string[]): Promise<readonly Found[]>
  /** For `ttlMs`, at most a day. */
  set(
    namespace: string,
    entries: readonly (readonly [key: string, value: string, seen: string | null])[],
    ttlMs: number,
  ): Promise<void>
  /** A drop that cannot be done now is done as soon as it can, and until then this node reads nothing. */
  drop(namespace: string, keys: readonly string[]): Promise<void>
  /** Drop all of a namespace, whatever its size; owed like a drop. */
  clear(namespace: string): Promise<void>
  /** What could not be done since the start. */
  failures(): number
  close(): Promise<void>
}

/** How long the reading between a `get` and its `set` may take. */
export const seenMs = 30_000
