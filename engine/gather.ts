import { setImmediate } from 'node:timers/promises'
import { type Clock, createSpacing, pause } from './clock.ts'
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

/** All who have their turn now have done what they can without waiting for others. */
export async function turnOver(): Promise<void> {
  await setImmediate()
  await setImmediate()
}

/** Turns at least `ms` apart, each for all who came meanwhile. What is done for many in a row takes a fraction of the processor's time
 *  that it takes for one now and then, between other work: so whoever waits for his turn before he begins, and not at the end, shares
 *  more than the end. Asked for the next one: null when it is now, after a quiet time or in one that has just begun. */
export function createTurns(clock: Clock, ms: number): () => Promise<void> | null {
  const spacing = createSpacing(clock, ms)
  let begun = false
  let waiting: Promise<void> | null = null

  const end = () => {
    begun = false
  }
  function begin(): void {
    waiting = null
    begun = true
    void turnOver().then(end)
  }

  return () => {
    if (begun || waiting !== null) return waiting
    const wait = spacing()
    if (wait > 0) waiting = pause(clock, wait).then(begin)
    else begin()
    return waiting
  }
}
