import { type Caches, createCaches, policies, type Space } from '../../../engine/cache/caches.ts'
import type { SpaceOptions } from '../../../engine/cache/space.ts'
import { type Log, silentLog } from '../../../engine/log.ts'
import type { Bus } from '../../../engine/ports/bus.ts'
import type { Cache } from '../../../engine/ports/cache.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'

export const minuteMs = 60_000

/** A store of words that a test changes, and that counts how it is asked. */
export interface Words {
  readonly words: Map<string, string>
  /** The keys of each call. */
  readonly asked: string[][]
  /** Calls wait for this, where there is one. */
  gate: PromiseWithResolvers<void> | null
  /** Calls reject with this, where there is one. */
  failure: Error | null
}

export function createWords(words: Readonly<Record<string, string>> = {}): Words {
  return { words: new Map(Object.entries(words)), asked: [], gate: null, failure: null }
}

export interface Node {
  readonly caches: Caches
  readonly space: Space<string, string>
  readonly clock: TestClock
  readonly logged: string[]
}

let nodes = 0

/** A process that remembers words. */
export function openNode(
  store: Words,
  parts: {
    readonly tier?: Cache
    readonly bus?: Bus
    readonly alone?: boolean
    readonly clock?: TestClock
    readonly random?: () => number
  } = {},
  options: Partial<SpaceOptions<string, string>> = {},
): Node {
  const { tier = null, bus = null, alone = true, clock = createTestClock(), random = () => 0 } = parts
  const logged: string[] = []
  const log: Log = {
    ...silentLog,
    warn: (_fields, event) => void logged.push(event),
    info: (_fields, event) => void logged.push(event),
  }
  nodes += 1
  const caches = createCaches({ tier, bus, alone, owner: `node ${nodes}`, clock, random, log })
  const space = caches.space<string, string>({
    name: 'words',
    policy: policies.preferences,
    async load(keys) {
      store.asked.push([...keys])
      // As a database does: what is read is what there was when it was asked.
      const found = new Map(
        keys.flatMap((key) => (store.words.has(key) ? [[key, store.words.get(key)!]] : [])),
      )
      await store.gate?.promise
      if (store.failure !== null) throw store.failure
      return found
    },
    ...options,
  })
  return { caches, space, clock, logged }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate)
}

export const figuresOf = ({ caches }: Node, name = 'words') => caches.figures().get(name)!
