import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import type { Log } from '../../../engine/log.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import type { DeliveryCounts } from '../../../engine/model/delivery.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import type { Bus } from '../../../engine/ports/bus.ts'
import type { Cache } from '../../../engine/ports/cache.ts'
import type { Fetcher } from '../../../engine/ports/fetcher.ts'
import type { Meter } from '../../../engine/ports/meter.ts'
import type { WorkQueue } from '../../../engine/ports/queue.ts'
import type { Resolver } from '../../../engine/ports/resolver.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openStore } from '../../../stores/open.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { type ScriptedChannel, scriptedChannel } from './scripted-channel.ts'
import { waitFor } from './wait.ts'

export const topics = ['security', 'climate', 'culture', 'sport']

/** An engine on a store, with people, items, a template and a channel in the test's hands. */
export interface House extends AsyncDisposable {
  readonly engine: Engine
  readonly store: Store
  readonly clock: TestClock
  readonly channel: ScriptedChannel
  campaign(overrides?: object): Promise<Campaign>
  counts(campaign: Campaign): Promise<DeliveryCounts>
  /** Moves the clock, `stepMs` at a time, until the campaign is in this state. */
  until(campaign: Campaign, state: Campaign['state'], stepMs?: number): Promise<Campaign>
}

const body = `<html><body><h1>Hello {{ subscriber.name }}</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a> {{ item.reason }}</p>
{% endfor %}<a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`

export async function openHouse(
  options: {
    readonly people?: number
    readonly store?: Store
    readonly clock?: TestClock
    readonly channel?: ScriptedChannel
    readonly config?: object
    readonly delivery?: object
    readonly body?: string
    readonly bus?: Bus
    readonly cache?: Cache
    readonly resolver?: Resolver
    readonly fetcher?: Fetcher
    readonly log?: Log
    /** Closed with the engine. Default: one of its own. */
    readonly queue?: WorkQueue
    readonly node?: string
    readonly meter?: Meter
    /** False: takes commands, and leaves the work to others. Default: true. */
    readonly work?: boolean
  } = {},
): Promise<House> {
  const { people = 50, clock = createTestClock(), channel = scriptedChannel() } = options
  const store = options.store ?? (await openStore('memory:', {}))
  const now = clock.now()
  if (!(await store.lists.byName(['news']))[0]) {
    const list = await store.lists.insert({ name: 'news', title: 'The News', description: '' }, now)
    for (const name of topics)
      await store.topics.insert({ name, title: name[0]!.toUpperCase() + name.slice(1), description: '' }, now)
    await store.templates.insert(
      templateInputSchema.parse({
        name: 'daily',
        subject: 'News for {{ subscriber.name }}',
        body: options.body ?? body,
      }),
      now,
    )
    await store.items.upsert(
      Array.from({ length: 40 }, (_, i) =>
        itemInputSchema.parse({
          title: `Item ${i}`,
          url: `https://news.example/${i}`,
          topics: [topics[i % topics.length]],
          publishedAt: now - i * 3_600_000,
        }),
      ),
      now,
    )
    await store.subscribers.upsert(
      Array.from({ length: people }, (_, i) =>
        subscriberInputSchema.parse({
          address: `reader${i}@example.org`,
          name: `Reader ${i}`,
          topics: { [topics[i % topics.length]!]: 0.9 },
        }),
      ),
      { lists: [list.id], now },
    )
  }
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      delivery: { chunk: 20, batch: 10, lanes: 2, ...options.delivery },
      ...options.config,
    }),
    {
      store,
      queue: options.queue ?? createMemoryQueue(),
      channels: { smtp: { definition: channel.definition, config: {} } },
      clock,
      random: () => 0.5,
      ...(options.bus && { bus: options.bus }),
      ...(options.cache && { cache: options.cache }),
      ...(options.resolver && { resolver: options.resolver }),
      ...(options.fetcher && { fetcher: options.fetcher }),
      ...(options.log && { log: options.log }),
      ...(options.node !== undefined && { node: options.node }),
      ...(options.meter && { meter: options.meter }),
    },
  )
  if (options.work !== false) await engine.start()
  return {
    engine,
    store: engine.store,
    clock,
    channel,
    campaign: (overrides = {}) =>
      engine.campaigns.create(
        campaignInputSchema.parse({
          name: 'weekly',
          title: 'Weekly',
          template: 'daily',
          sender: { address: 'news@example.org', name: 'The News' },
          lists: ['news'],
          selection: { count: 3 },
          ...overrides,
        }),
      ),
    async counts({ id }) {
      const { publicationId } = (await store.campaigns.get(id))!
      return store.deliveries.counts(publicationId!)
    },
    until: ({ id }, state, stepMs = 100) =>
      waitFor(
        `campaign ${id} to be ${state}`,
        async () => {
          const campaign = await store.campaigns.get(id)
          return campaign?.state === state ? campaign : null
        },
        () => clock.advance(stepMs),
      ),
    async [Symbol.asyncDispose]() {
      await engine.stop({ deadlineMs: 0 })
      if (!options.store) await store.close()
    },
  }
}

/** Identity I. */
export function total(counts: DeliveryCounts): number {
  const { queued, handing, sent, failed, retry, unknown, skipped, suppressed } = counts
  return queued + handing + sent + failed + retry + unknown + skipped + suppressed
}
