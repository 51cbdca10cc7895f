/** How many came in each second, or other width of time, from the first on. */
export interface PerSecond {
  add(seconds: number): void
  /** The middle of each stretch, seconds, and how many a second came in it. */
  points(): readonly (readonly [seconds: number, perSecond: number])[]
}

export function createPerSecond(widthSeconds = 1): PerSecond {
  const held = new Map<number, number>()
  let last = -1
  return {
    add(seconds) {
      const stretch = Math.max(0, Math.floor(seconds / widthSeconds))
      held.set(stretch, (held.get(stretch) ?? 0) + 1)
      last = Math.max(last, stretch)
    },
    points: () =>
      Array.from({ length: last + 1 }, (_, i) => [
        (i + 0.5) * widthSeconds,
        (held.get(i) ?? 0) / widthSeconds,
      ]),
  }
}
