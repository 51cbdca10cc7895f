import { expect, onTestFinished, test } from 'vitest'
import type { ChannelDefinition } from '../../engine/channel/index.ts'
import { engineConfigSchema } from '../../engine/config.ts'
import { createEngine } from '../../engine/engine.ts'
import { campaignInputSchema } from '../../engine/model/campaign.ts'
import type { Fact } from '../../engine/model/progress.ts'
import { subscriberInputSchema } from '../../engine/model/subscriber.ts'
import { smtp } from '../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../stores/memory/nodes/queue.ts'
import { openStore } from '../../stores/open.ts'
import { startSink } from '../servers/smtp-sink.ts'
import { audit } from './support/audit.ts'
import { booksIn } from './support/books.ts'
import { campaignInput, furnish } from './support/house.ts'
import { until } from './support/until.ts'

const slow = 'strict.example'
const fast = 'easy.example'
const each = 150
/** What the strict provider takes a second, and at once. */
const allowed = 40

test('a provider that answers 421 4.7.28 above its rate gets less until it takes everything; others get theirs at once', async () => {
  const tries: { domain: string; refused: boolean }[] = []
  let tokens = allowed
  let filledAt = performance.now()
  const sink = await startSink({
    faults({ phase, to }) {
      if (phase !== 'rcpt') return undefined
      const domain = to.split('@')[1]!
      const now = performance.now()
      tokens = Math.min(allowed, tokens + ((now - filledAt) * allowed) / 1000)
      filledAt = now
      const refused = domain === slow && tokens < 1
      if (domain === slow && !refused) tokens--
      tries.push({ domain, refused })
      return refused
        ? { do: 'reply', text: '421 4.7.28 unusual rate of mail from your network', end: true }
        : undefined
    },
  })
  onTestFinished(() => sink.close())
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  await furnish(store, { people: 0 })
  const [list] = await store.lists.byName(['news'])
  await store.subscribers.upsert(
    Array.from({ length: 2 * each }, (_, i) =>
      subscriberInputSchema.parse({ address: `reader${i}@${i % 2 === 0 ? slow : fast}` }),
    ),
    { lists: [list!.id], now: Date.now() },
  )
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      delivery: { chunk: 100, batch: 20, lanes: 2, sweepMs: 20, retryBaseMs: 200, retryCapMs: 1000 },
      limits: { slowDown: { watchMs: 500, recoverMs: 60_000, floorPerSecond: 5 } },
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        smtp: {
          definition: smtp as unknown as ChannelDefinition<never>,
          config: smtp.config.parse({ host: '127.0.0.1', port: sink.port, security: 'none', connections: 4 }),
        },
      },
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  const facts: Fact[] = []
  engine.listen((fact) => facts.push(fact))
  await engine.start()
  const { id } = await engine.campaigns.create(
    campaignInputSchema.parse(campaignInput({ selection: { count: 0, minimum: 0 }, retryForMs: 3_600_000 })),
  )
  await engine.campaigns.start(id)
  await until('the campaign to be finished', async () => {
    const { state } = (await store.campaigns.get(id))!
    return state === 'finished' ? true : null
  })

  const { counts, doubled, missing } = audit(await booksIn(store, 'weekly'), sink.received())
  expect(counts).toMatchObject({ sent: 2 * each, failed: 0, unknown: 0 })
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })

  // The breaker is no party to it, and the other domain waits for nobody: its last letter comes before half of the others.
  expect(engine.channelStates()).toMatchObject([{ state: 'closed' }])
  const ofSlow = tries.filter(({ domain }) => domain === slow)
  const lastFast = tries.findLastIndex(({ domain }) => domain === fast)
  expect(
    tries.slice(0, lastFast).filter(({ domain, refused }) => domain === slow && !refused).length,
  ).toBeLessThan(each / 2)
  const refusals = (some: typeof tries) => some.filter(({ refused }) => refused).length
  const third = Math.ceil(ofSlow.length / 3)
  expect(refusals(ofSlow.slice(0, third))).toBeGreaterThan(3 * refusals(ofSlow.slice(-third)))

  const cuts = facts.flatMap((fact) => (fact.type === 'channel.slowed' ? [fact] : []))
  expect(cuts[0]).toMatchObject({ channel: 'smtp', domain: slow })
  expect(cuts.every(({ domain }) => domain === slow)).toBe(true)
})
