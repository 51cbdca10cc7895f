/** Resolves with the first value of `look` that is neither false nor null nor undefined. The limit is an upper
 *  bound for a slow machine, never part of what is proved. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  options: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const { limitMs = 800_000, everyMs = 10 } = options
  const end = performance.now() + limitMs
  for (;;) {
    const value = await look()
    if (value !== false && value !== null && value !== undefined) return value
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms for ${what}`)
    await passing(everyMs)
  }
}

/** Time that has to pass because the fault itself is its passing, as when a process lies still. */
export const passing = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
