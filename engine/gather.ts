import { setImmediate } from 'node:timers/promises'
import { type Clock, pause } from './clock.ts'
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

/** The times at which something is done for all who came meanwhile. What is done for many in a row takes a fraction of the
 *  processor's time that it takes for one now and then, between other work: so whoever waits for his turn before he begins, and not
 *  at the end, shares more than the end. */
export interface Turns {
  /** Null: it is now, after a quiet time or in one that has just begun. Else it resolves when it is. */
  next(): Promise<void> | null
  /** As `next`, of somebody who may come or not: a turn that nobody else comes to does not take place. */
  chance(): Promise<void>
  /** Many come to each of them just now. */
  crowded(): boolean
}

const crowd = 4

/** All who have their turn now have done what they can without waiting for others. A connection that is read again is read in the event
 *  loop's next round. */
export async function turnOver(): Promise<void> {
  await setImmediate()
  await setImmediate()
}

/** Turns that are at least `ms` apart. */
export function createTurns(clock: Clock, ms: number): Turns {
  let free = Number.NEGATIVE_INFINITY
  let waiting: Promise<void> | null = null
  let chance: { readonly promise: Promise<void>; readonly take: () => void } | null = null
  let begun = false
  let came = 0

  function begin(): void {
    waiting = null
    free = clock.now() + ms
    begun = true
    void turnOver().then(() => {
      begun = false
    })
    chance?.take()
  }
  // A clock that was set back keeps nobody longer than that.
  const wait = () => Math.max(0, Math.min(free - clock.now(), ms))

  return {
    next() {
      if (begun) {
        came++
        return null
      }
      if (waiting !== null) {
        came++
        return waiting
      }
      came = 1
      const left = wait()
      if (left > 0) {
        waiting = pause(clock, left).then(begin)
        return waiting
      }
      begin()
      return null
    },
    chance() {
      if (chance !== null) return chance.promise
      const left = wait()
      if (left === 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const take = () => {
        chance = null
        cancel()
        resolve()
      }
      // Not later than a turn that somebody else has begun.
      const cancel = clock.after(left, take)
      chance = { promise, take }
      return promise
    },
    crowded: () => came >= crowd,
  }
}
