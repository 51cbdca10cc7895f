import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeItems } from '../app/demo/content/items.ts'
import { makePeople } from '../app/demo/content/people.ts'
import { campaignData, list, paper, topics } from '../app/demo/content/publication.ts'
import { seeded } from '../app/demo/content/seeded.ts'
import type { ChannelDefinition } from '../engine/channel/index.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import { campaignInputSchema } from '../engine/model/campaign.ts'
import type { Store } from '../engine/ports/store.ts'
import type { Tracer } from '../engine/ports/tracer.ts'
import { smtp } from '../plugins/smtp/index.ts'
import { createMemoryBus } from '../stores/memory/nodes/bus.ts'
import { createMemoryQueue } from '../stores/memory/nodes/queue.ts'
import { openStore } from '../stores/open.ts'
import { openRedis } from '../stores/redis/open.ts'
import { letter, makeConfig, templates } from './sample.ts'

/** An engine with an audience and content: what send benches start from. */
export interface Newsroom {
  readonly engine: Engine
  /** Send a campaign to everybody; resolves when it is finished. */
  publish(
    name: string,
    onCounts?: (done: number, audience: number) => void,
  ): Promise<{ sent: number; ms: number; planMs: number }>
  close(): Promise<void>
}

const batch = 1000

/** A fresh folder, removed by the returned function. */
export function makeFolder(): { readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'))
  return { file: join(folder, 'bench.db'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Fill a new store with content and an audience. */
export async function seedNewsroom(url: string, subscribers: number): Promise<void> {
  const store = await openStore(url)
  const now = Date.now()
  const morning = await store.lists.insert(list, now)
  for (const topic of topics) await store.topics.insert(topic, now)
  await store.items.upsert(makeItems(now), now)
  for (const template of templates) await store.templates.insert(template, now)
  const random = seeded(2026)
  for (let done = 0; done < subscribers; done += batch) {
    const count = Math.min(batch, subscribers - done)
    // Addresses stay distinct over the batches by their number.
    const rows = makePeople(count, random).map((person, i) => ({
      ...person,
      address: `r${done + i}.${person.address}`,
    }))
    await store.subscribers.upsert(rows, { lists: [morning.id], now })
  }
  await store.close()
}

/** The engine on a seeded store. */
export async function openNewsroom(options: {
  readonly url: string
  /** What several nodes would share; without it the queue is in this process. */
  readonly redis?: string
  readonly smtpPort: number
  readonly connections?: number
  readonly config?: object
  readonly tracer?: Tracer
}): Promise<Newsroom> {
  const kept = await openStore(options.url)
  const shared = await openShared(kept, options.redis)
  const { store } = shared
  const settings = smtp.config.parse({
    host: '127.0.0.1',
    port: options.smtpPort,
    security: 'none',
    connections: options.connections ?? 8,
  })
  const engine = await createEngine(makeConfig(options.config), {
    store,
    queue: shared.queue,
    bus: shared.bus,
    channels: { smtp: { definition: smtp as unknown as ChannelDefinition<never>, config: settings } },
    ...(options.tracer && { tracer: options.tracer }),
  })
  await engine.start()
  return {
    engine,
    async publish(name, onCounts) {
      const campaign = await engine.campaigns.create(
        campaignInputSchema.parse({
          name,
          title: 'Bench',
          template: letter.name,
          sender: paper.sender,
          lists: [list.name],
          selection: { count: 10, onlyNew: false },
          data: campaignData,
        }),
      )
      let planned = 0
      let end = () => {}
      let fail: (error: Error) => void = () => {}
      const finished = new Promise<void>((resolve, reject) => {
        end = resolve
        fail = reject
      })
      const unlisten = engine.listen((fact) => {
        if (fact.type !== 'publication.progress') return
        const { state, counts } = fact.progress
        if (counts.audience > 0) planned ||= performance.now()
        onCounts?.(counts.audience - counts.queued, counts.audience)
        if (state === 'finished') end()
        else if (state !== 'running' && state !== 'planning') fail(new Error(`The campaign is ${state}`))
      })
      const start = performance.now()
      await engine.campaigns.start(campaign.id)
      await finished
      unlisten()
      const ms = performance.now() - start
      const progress = await engine.campaigns.progress(campaign.id)
      return { sent: progress!.counts.sent, ms, planMs: planned - start }
    },
    async close() {
      await engine.stop()
      await shared.close()
      await kept.close()
    },
  }
}

async function openShared(store: Store, url: string | undefined) {
  if (url === undefined)
    return { store, queue: createMemoryQueue(), bus: createMemoryBus(), close: async () => {} }
  const redis = await openRedis(url)
  return { ...redis, store: { ...store, buckets: redis.buckets } }
}
