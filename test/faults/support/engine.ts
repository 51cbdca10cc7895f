import { onTestFinished } from 'vitest'
import type { ChannelDefinition } from '../../../engine/channel/index.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import { type Campaign, campaignInputSchema } from '../../../engine/model/campaign.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { smtp } from '../../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openStore } from '../../../stores/open.ts'
import { type Sink, startSink } from '../../servers/smtp-sink.ts'
import { type Audit, audit } from './audit.ts'
import { booksIn } from './books.ts'
import { campaignInput, type Furniture, furnish } from './house.ts'
import { until } from './until.ts'

/** The whole engine in this process, with the real SMTP channel and a mail server that fails on demand. */
export interface Works {
  readonly engine: Engine
  readonly store: Store
  readonly sink: Sink
  /** Create, start, and wait until it is through. Its books, against the letters that came meanwhile. */
  run(overrides?: object): Promise<Audit>
}

/** It goes with the test. */
export async function openWorks(
  options: Furniture & { readonly smtp?: object; readonly config?: object; readonly store?: string },
): Promise<Works> {
  const sink = await startSink()
  onTestFinished(() => sink.close())
  const store = await openStore(options.store ?? 'memory:')
  onTestFinished(() => store.close())
  await furnish(store, options)
  const channel = smtp.config.parse({ host: '127.0.0.1', port: sink.port, security: 'none', ...options.smtp })
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      delivery: { chunk: 20, batch: 10, lanes: 2, sweepMs: 20, retryBaseMs: 100, retryCapMs: 1000 },
      breaker: { openMs: 20, openCapMs: 100 },
      ...options.config,
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: { smtp: { definition: smtp as unknown as ChannelDefinition<never>, config: channel } },
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  return {
    engine,
    store,
    sink,
    async run(overrides = {}) {
      const before = sink.count()
      const { id, name } = await engine.campaigns.create(campaignInputSchema.parse(campaignInput(overrides)))
      await engine.campaigns.start(id)
      await until<Campaign>(`${name} to be finished`, async () => {
        const campaign = await store.campaigns.get(id)
        return campaign?.state === 'finished' ? campaign : null
      })
      return audit(await booksIn(store, name), sink.received().slice(before))
    },
  }
}
