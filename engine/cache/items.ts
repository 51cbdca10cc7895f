import type { Clock } from '../clock.ts'
import type { Item } from '../model/item.ts'
import type { ItemStore } from '../ports/items.ts'
import { type Caches, policies } from './caches.ts'

/** What is chosen from. */
export interface Choice {
  /** Empty: any. */
  readonly topics: readonly string[]
  /** The newest so many. */
  readonly pool: number
  /** Keys. */
  readonly pinned: readonly string[]
}

/** Items to choose from where something is shown and not sent. Their bodies are left out: whole articles would fill the cache. */
export interface RememberedItems extends Pick<ItemStore, 'byKey' | 'candidates'> {
  /** Have these ready, and have them ready again whenever items are published, as long as they are among the last that were asked
   *  for. Never rejects. */
  warm(choice: Choice): Promise<void>
  /** The items of these keys are others now; null: any may be. */
  changed(keys: readonly string[] | null): Promise<void>
  /** Warm nothing more. */
  stop(): void
}

/** Choices that are warmed again. */
const maxWarm = 20
/** Items come in by many writes: what is asked for is read again once, this long after the first of them. */
const warmAfterMs = 200
/** Items that are to be published while they are remembered are read with the others; there may be so many of them. */
const aheadMs = policies.content.ttlMs + policies.content.graceMs
const extraItems = 100
const maxPoolBytes = 8 * 2 ** 20

export function rememberItems(parts: {
  readonly caches: Caches
  readonly items: Pick<ItemStore, 'byKey' | 'candidates'>
  readonly clock: Clock
}): RememberedItems {
  const { caches, items, clock } = parts
  const single = caches.space<string, Item>({
    name: 'content.items',
    policy: policies.content,
    load: async (keys) => new Map((await items.byKey(keys)).map((item) => [item.key, withoutBody(item)])),
  })
  const pools = caches.space<Omit<Choice, 'pinned'>, readonly Item[]>({
    name: 'content.pools',
    policy: policies.content,
    keyOf: ({ topics, pool }) => `${pool} ${topics.toSorted().join(' ')}`,
    maxBytes: maxPoolBytes,
    async load(choices) {
      const until = clock.now() + aheadMs
      const found = await Promise.all(
        choices.map(({ topics, pool }) =>
          items.candidates({ topics, since: 0, until, limit: pool + extraItems }),
        ),
      )
      return new Map(choices.map((choice, i) => [choice, found[i]!.map(withoutBody)]))
    },
  })
  /** The last one last. */
  const asked = new Map<string, Choice>()
  let cancel: (() => void) | null = null

  function remember(choice: Choice): void {
    const name = JSON.stringify([choice.pool, choice.topics, choice.pinned])
    asked.delete(name)
    asked.set(name, choice)
    if (asked.size > maxWarm) asked.delete(asked.keys().next().value!)
  }
  async function warmAll(choices: readonly Choice[]): Promise<void> {
    await Promise.all([pools.warm(choices), single.warm(choices.flatMap(({ pinned }) => pinned))])
  }

  return {
    byKey: async (keys) => (await single.getMany(keys)).filter((item) => item !== null),
    async candidates(query) {
      const { topics, since, until, newSince, limit } = query
      // An item that was published long ago and came in just now may not be among the newest.
      if (newSince !== undefined) return items.candidates(query)
      const choice = { topics, pool: limit, pinned: [] }
      remember(choice)
      const newest = (await pools.get(choice)) ?? []
      return newest.filter(({ publishedAt: at }) => at >= since && at <= until).slice(0, limit)
    },
    async warm(choice) {
      remember(choice)
      await warmAll([choice])
    },
    async changed(keys) {
      await Promise.all([keys === null ? single.clear() : single.drop(keys), pools.clear()])
      if (asked.size > 0)
        cancel ??= clock.after(warmAfterMs, () => {
          cancel = null
          void warmAll([...asked.values()])
        })
    },
    stop() {
      cancel?.()
      cancel = null
      asked.clear()
    },
  }
}

const withoutBody = (item: Item): Item => (item.body === null ? item : { ...item, body: null })
