/** A binary heap that gives the lowest rank first, and equal ranks in the order in which they came. */
export interface Heap<T> {
  push(value: T): void
  pop(): T | undefined
  size(): number
  clear(): void
}

interface Entry<T> {
  readonly rank: number
  readonly order: number
  readonly value: T
}

export function createHeap<T>(rankOf: (value: T) => number): Heap<T> {
  const entries: Entry<T>[] = []
  let pushed = 0

  const isBefore = (a: Entry<T> | undefined, b: Entry<T> | undefined): boolean =>
    a !== undefined && (b === undefined || a.rank < b.rank || (a.rank === b.rank && a.order < b.order))
  const swap = (i: number, j: number) => {
    const [a, b] = [entries[i], entries[j]]
    if (a === undefined || b === undefined) return
    entries[i] = b
    entries[j] = a
  }

  return {
    push(value) {
      let at = entries.push({ rank: rankOf(value), order: pushed++, value }) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!isBefore(entries[at], entries[parent])) break
        swap(at, parent)
        at = parent
      }
    },
    pop() {
      const first = entries[0]
      const last = entries.pop()
      if (first === undefined || last === undefined) return undefined
      if (entries.length === 0) return first.value
      entries[0] = last
      let at = 0
      for (;;) {
        const left = 2 * at + 1
        const child = isBefore(entries[left + 1], entries[left]) ? left + 1 : left
        if (!isBefore(entries[child], entries[at])) return first.value
        swap(at, child)
        at = child
      }
    },
    size: () => entries.length,
    clear() {
      entries.length = 0
    },
  }
}
