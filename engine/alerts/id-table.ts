/** A map from ids of 1 to 2^32 - 1 to numbers below 2^32, in 11 to 22 bytes an entry; a Map takes 30 to 60. Open addressing with
 *  linear probing; what is removed leaves no gap behind (Knuth 6.4, algorithm R). */
export interface IdTable {
  readonly size: number
  get(id: number): number | undefined
  set(id: number, value: number): void
  delete(id: number): void
}

export function createIdTable(): IdTable {
  // A key of 0 is an empty place. Sizes are powers of two.
  let keys = new Uint32Array(64)
  let values = new Uint32Array(64)
  let size = 0

  // Fibonacci hashing: ids that follow each other are spread.
  const home = (id: number) => Math.imul(id, 0x9e3779b1) >>> Math.clz32(keys.length - 1)
  function placeOf(id: number): number {
    let at = home(id)
    while (keys[at] !== 0 && keys[at] !== id) at = (at + 1) & (keys.length - 1)
    return at
  }
  function resize(length: number): void {
    const [oldKeys, oldValues] = [keys, values]
    keys = new Uint32Array(length)
    values = new Uint32Array(length)
    for (const [i, id] of oldKeys.entries()) {
      if (id === 0) continue
      const at = placeOf(id)
      keys[at] = id
      values[at] = oldValues[i]!
    }
  }

  return {
    get size() {
      return size
    },
    get(id) {
      const at = placeOf(id)
      return keys[at] === id ? values[at] : undefined
    },
    set(id, value) {
      let at = placeOf(id)
      if (keys[at] !== id) {
        if (size >= keys.length * 0.75) {
          resize(keys.length * 2)
          at = placeOf(id)
        }
        keys[at] = id
        size++
      }
      values[at] = value
    },
    delete(id) {
      let gap = placeOf(id)
      if (keys[gap] !== id) return
      size--
      const last = keys.length - 1
      for (let at = (gap + 1) & last; keys[at] !== 0; at = (at + 1) & last) {
        // Whether its home lies cyclically outside of (gap, at]: then it may move into the gap.
        const way = (at - home(keys[at]!)) & last
        if (way < ((at - gap) & last)) continue
        keys[gap] = keys[at]!
        values[gap] = values[at]!
        gap = at
      }
      keys[gap] = 0
      if (keys.length > 64 && size < keys.length * 0.2) resize(keys.length / 2)
    },
  }
}
