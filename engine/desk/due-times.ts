import type { EpochMs } from '../model/ids.ts'

/** What is due next, among very many. A key has one time; setting it again replaces it. */
export interface DueTimes<Key> {
  /** Null: it is not due any more. */
  set(key: Key, at: EpochMs | null): void
  /** When the first one is due. */
  next(): EpochMs | null
  /** Takes out those that are due, the earliest first. */
  take(now: EpochMs): readonly Key[]
  clear(): void
}

/** A binary heap; a time that was replaced stays in it until it comes up, and is passed over then. */
export function createDueTimes<Key>(): DueTimes<Key> {
  const times = new Map<Key, EpochMs>()
  let heap: { readonly key: Key; readonly at: EpochMs }[] = []

  const up = (from: number) => {
    const entry = heap[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.at <= entry.at) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }
  const down = () => {
    const entry = heap[0]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++
      if (heap[child]!.at >= entry.at) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = entry
  }
  const drop = () => {
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    down()
  }
  const stale = ({ key, at }: { readonly key: Key; readonly at: EpochMs }) => times.get(key) !== at

  return {
    set(key, at) {
      if (times.get(key) === at) return
      if (at === null) times.delete(key)
      else {
        times.set(key, at)
        heap.push({ key, at })
        up(heap.length - 1)
        // Times that are pushed back again and again would fill it: made anew when most of it is stale.
        if (heap.length > 64 && heap.length > 4 * times.size) {
          const entries = [...times].map(([one, due]) => ({ key: one, at: due }))
          heap = []
          for (const entry of entries) {
            heap.push(entry)
            up(heap.length - 1)
          }
        }
      }
    },
    next() {
      while (heap.length > 0 && stale(heap[0]!)) drop()
      return heap[0]?.at ?? null
    },
    take(now) {
      const due: Key[] = []
      while (heap.length > 0 && (stale(heap[0]!) || heap[0]!.at <= now)) {
        const entry = heap[0]!
        drop()
        if (stale(entry)) continue
        times.delete(entry.key)
        due.push(entry.key)
      }
      return due
    },
    clear() {
      times.clear()
      heap = []
    },
  }
}
