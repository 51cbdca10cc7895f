import { withoutTrace } from './trace.ts'

/** Calls that come while another is under way, made together as the next one: one transaction for many requests, and no wait
 *  for a request that comes alone. */
export interface Gatherer<In, Out> {
  /** Rejects as the call that took it did. */
  add(input: In): Promise<Out>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** `run` gives one answer an input, in their order. `pause` is waited for before each call: more come together then. */
export function createGatherer<In, Out>(
  run: (inputs: readonly In[]) => Promise<readonly Out[]>,
  { maxInputs, pause }: { readonly maxInputs: number; readonly pause?: () => Promise<void> },
): Gatherer<In, Out> {
  interface Waiting {
    readonly input: In
    readonly resolve: (out: Out) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await pause?.()
      const taken = waiting.slice(0, maxInputs)
      waiting = waiting.slice(maxInputs)
      try {
        const outs = await run(taken.map(({ input }) => input))
        for (const [i, { resolve }] of taken.entries()) resolve(outs[i] as Out)
      } catch (error) {
        for (const { reject } of taken) reject(error)
      }
    }
    working = null
  }

  return {
    add: (input) =>
      new Promise((resolve, reject) => {
        waiting.push({ input, resolve, reject })
        // A turn later, so that what comes in the same tick goes with it.
        working ??= withoutTrace(() => Promise.resolve().then(work))
      }),
    idle: async () => {
      while (working !== null) await working
    },
  }
}
