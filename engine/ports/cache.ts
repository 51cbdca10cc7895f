/** The tier behind the cache of a process: one for all nodes where there is Redis. It may forget anything at any time,
 *  and it never fails a caller: what cannot be read is null, what cannot be written is left out and counted.
 *
 *  A value that was read from the store before a `drop` or `clear` of its key and is set after it stays until its
 *  time is over: the caller sets nothing that was invalidated while it loaded. */
export interface Cache {
  /** In the order of the keys. */
  get(namespace: string, keys: readonly string[]): Promise<readonly (string | null)[]>
  set(
    namespace: string,
    entries: readonly (readonly [key: string, value: string])[],
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
