/** Finds slots by the ids that stand in them: numbers of 1 to 2^32 - 1 that `idOf` knows. It keeps none of the ids itself, so
 *  that an entry takes 5 to 11 bytes where a Map takes 30 to 60. */
export interface SlotTable {
  readonly size: number
  find(id: number): number | undefined
  /** Its id must not be there. */
  add(slot: number): void
  /** While the slot still has its id. One that is not there is fine. */
  remove(id: number): void
}

/** Open addressing with linear probing; what is removed leaves no gap behind (Knuth 6.4, algorithm R). Slots are numbers below
 *  2^32 - 1. */
export function createSlotTable(idOf: (slot: number) => number): SlotTable {
  // A slot's number and 1; 0 is an empty place. The length is a power of two.
  let places = new Uint32Array(64)
  let size = 0

  // Fibonacci hashing: ids that follow each other are spread.
  const home = (id: number) => Math.imul(id, 0x9e3779b1) >>> Math.clz32(places.length - 1)
  const idAt = (place: number) => idOf(places[place]! - 1)
  function placeOf(id: number): number {
    let at = home(id)
    while (places[at] !== 0 && idAt(at) !== id) at = (at + 1) & (places.length - 1)
    return at
  }
  function resize(length: number): void {
    const before = places
    places = new Uint32Array(length)
    for (const entry of before) if (entry !== 0) places[placeOf(idOf(entry - 1))] = entry
  }

  return {
    get size() {
      return size
    },
    find(id) {
      const entry = places[placeOf(id)]!
      return entry === 0 ? undefined : entry - 1
    },
    add(slot) {
      if (size >= places.length * 0.75) resize(places.length * 2)
      places[placeOf(idOf(slot))] = slot + 1
      size++
    },
    remove(id) {
      let gap = placeOf(id)
      if (places[gap] === 0) return
      size--
      const last = places.length - 1
      for (let at = (gap + 1) & last; places[at] !== 0; at = (at + 1) & last) {
        // What has its home between the gap and where it stands would not be found across the gap.
        if (((at - home(idAt(at))) & last) < ((at - gap) & last)) continue
        places[gap] = places[at]!
        gap = at
      }
      places[gap] = 0
      if (places.length > 64 && size < places.length * 0.2) resize(places.length / 2)
    },
  }
}
