/** How many came in each second, from the first second on. */
export interface PerSecond {
  add(seconds: number): void
  counts(): readonly number[]
}

export function createPerSecond(): PerSecond {
  const bySecond = new Map<number, number>()
  let last = -1
  return {
    add(seconds) {
      const second = Math.max(0, Math.floor(seconds))
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1)
      last = Math.max(last, second)
    },
    counts: () => Array.from({ length: last + 1 }, (_, second) => bySecond.get(second) ?? 0),
  }
}
