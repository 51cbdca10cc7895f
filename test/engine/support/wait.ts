/** Resolves with the first value of `look` that is neither false nor null nor undefined; fails after ten minutes.
 *  `turn` runs between the looks, for instance to move a clock. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  turn: () => void = () => {},
): Promise<T> {
  const until = performance.now() + 600_000
  for (;;) {
    const value = await look()
    if (value !== false && value !== null && value !== undefined) return value
    if (performance.now() > until) throw new Error(`Waited ten minutes for ${what}`)
    turn()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
