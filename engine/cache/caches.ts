import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Bus } from '../ports/bus.ts'
import type { Cache } from '../ports/cache.ts'
import {
  createSpace,
  type Dropped,
  type OpenSpace,
  type Space,
  type SpaceFigures,
  type SpaceOptions,
} from './space.ts'

export { policies } from './policies.ts'
export type { Space, SpaceFigures } from './space.ts'

const topic = 'cache'
/** What was dropped while the others could not be told is made good by all of it, as soon as they can. */
const sayAgainMs = 1000
const nothing: Dropped = { keys: [] }

/** What a node remembers of its store, in namespaces: in the process, and behind it in the tier where there is one. */
export interface Caches {
  /** Make a namespace. Each name once. */
  space<K, V extends object | string | number | boolean>(options: SpaceOptions<K, V>): Space<K, V>
  /** By the names of the spaces. */
  figures(): ReadonlyMap<string, SpaceFigures>
  /** Hear nothing more. Idempotent. */
  stop(): void
}

export function createCaches(parts: {
  /** Null: none behind the process. */
  readonly tier: Cache | null
  /** Null: nothing is heard of other nodes. */
  readonly bus: Bus | null
  /** No other process writes to the store. Where that is not so and nothing is heard of the others, values live for seconds. */
  readonly alone: boolean
  /** Of this process: what it hears of itself it knows already. */
  readonly owner: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}): Caches {
  const { tier, bus, alone, owner, clock, random, log } = parts
  const spaces = new Map<string, OpenSpace<never, unknown>>()

  const forget = () => {
    for (const space of spaces.values()) space.forget()
  }
  const end = bus?.subscribe(
    topic,
    (text) => {
      const news = newsOf(text)
      if (news === null) log.warn({ bytes: text.length }, 'cache.not_understood')
      if (news?.from === owner) return
      if (news === null || news.space === null) forget()
      else spaces.get(news.space)?.hear(news.dropped)
    },
    forget,
  )

  let again: (() => void) | null = null
  function say(news: News): void {
    bus?.publish(topic, JSON.stringify(news), () => {
      // Until it is heard that something was not.
      again ??= clock.after(sayAgainMs, () => {
        again = null
        say({ from: owner, space: null, dropped: nothing })
      })
    })
  }

  return {
    space(options) {
      const { name } = options
      if (spaces.has(name)) throw new Error(`There is a cache named "${name}" already.`)
      const space = createSpace(options, {
        tier,
        clock,
        random,
        log,
        tell: (dropped) => say({ from: owner, space: name, dropped }),
        hears: bus === null ? () => alone : bus.hears,
      })
      spaces.set(name, space as unknown as OpenSpace<never, unknown>)
      return space
    },
    figures: () => new Map([...spaces].map(([name, space]) => [name, space.figures()])),
    stop() {
      end?.()
      again?.()
      again = null
    },
  }
}

interface News {
  readonly from: string
  /** Null: any of them, and all that is in it. */
  readonly space: string | null
  readonly dropped: Dropped
}

/** Null for what a later version may say. */
function newsOf(text: string): News | null {
  try {
    const said = JSON.parse(text) as {
      readonly from?: unknown
      readonly space?: unknown
      readonly dropped?: { readonly keys?: unknown; readonly group?: unknown }
    }
    const { from, space = null } = said
    const dropped: NonNullable<typeof said.dropped> = said.dropped ?? nothing
    const plain = Array.isArray(dropped.keys)
      ? dropped.keys.every((key) => typeof key === 'string')
      : typeof dropped.group === 'string'
    return typeof from === 'string' && (space === null || typeof space === 'string') && plain
      ? { from, space, dropped: dropped as Dropped }
      : null
  } catch {
    return null
  }
}
