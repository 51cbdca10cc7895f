import { describe, expect, onTestFinished, test } from 'vitest'
import type { ChannelDefinition } from '../../engine/channel/index.ts'
import { engineConfigSchema } from '../../engine/config.ts'
import { createEngine } from '../../engine/engine.ts'
import { type Campaign, campaignInputSchema } from '../../engine/model/campaign.ts'
import { smtp } from '../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../stores/memory/nodes/queue.ts'
import { openStore } from '../../stores/open.ts'
import { type Fault, type FaultPlan, first, forRecipient } from '../servers/faults.ts'
import { type Sink, startSink } from '../servers/smtp-sink.ts'
import { patience } from '../support/pace.ts'
import { audit } from './support/audit.ts'
import { booksIn } from './support/books.ts'
import { addressOf, campaignInput, furnish } from './support/house.ts'
import { until } from './support/until.ts'

const people = 120
const replyMs = patience(1000)

async function sinkAt(port?: number): Promise<Sink> {
  const sink = await startSink(port === undefined ? {} : { port })
  onTestFinished(() => sink.close())
  return sink
}

/** An engine with two providers, of which `ses` stands in for `smtp`. */
async function openOffice(main: Sink, spare: Sink) {
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  await furnish(store, { people })
  const channelTo = ({ port }: Sink) => ({
    definition: smtp as unknown as ChannelDefinition<never>,
    config: smtp.config.parse({
      host: '127.0.0.1',
      port,
      security: 'none',
      connections: 4,
      connectTimeoutMs: replyMs,
      replyTimeoutMs: replyMs,
      dataTimeoutMs: replyMs,
    }),
  })
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      delivery: { chunk: 20, batch: 10, lanes: 2, sweepMs: 20, retryBaseMs: 100, retryCapMs: 1000 },
      breaker: { openMs: 20, openCapMs: 100 },
      failover: { smtp: ['ses'] },
    }),
    { store, queue: createMemoryQueue(), channels: { smtp: channelTo(main), ses: channelTo(spare) } },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  const start = async (name: string, overrides = {}) => {
    const { id } = await engine.campaigns.create(
      campaignInputSchema.parse(campaignInput({ name, channel: 'smtp', ...overrides })),
    )
    await engine.campaigns.start(id)
    return id
  }
  return {
    engine,
    start,
    stateOf: (name: string) => engine.channelStates().find((one) => one.name === name)!.state,
    /** Both sinks' letters against the books of one campaign. */
    async finished(name: string, ...sinks: readonly Sink[]) {
      await until<Campaign>(`${name} to be finished`, async () => {
        const campaign = (await store.campaigns.byName(name))!
        return campaign.state === 'finished' ? campaign : null
      })
      return audit(
        await booksIn(store, name),
        sinks.flatMap((sink) => sink.received()),
      )
    },
  }
}

const messageIds = (...sinks: readonly Sink[]) =>
  sinks.flatMap((sink) => sink.received().map(({ messageId }) => messageId))

describe('a provider that is out', () => {
  test('another one takes all of it, and reports say who; once it is back new batches are its own again', async () => {
    const gone = await sinkAt()
    const { port } = gone
    await gone.close()
    const spare = await sinkAt()
    const { engine, start, stateOf, finished } = await openOffice(gone, spare)
    await start('weekly')
    const { counts, rows, doubled, missing } = await finished('weekly', spare)
    expect(counts).toMatchObject({ sent: people, failed: 0, unknown: 0 })
    expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
    expect(new Set(messageIds(spare)).size).toBe(people)
    for (const row of rows)
      expect(row).toMatchObject({ code: '250 2.0.0', detail: expect.stringMatching(/^by ses: /), attempt: 1 })

    const back = await sinkAt(port)
    await until('the first provider to be back', () => stateOf('smtp') === 'closed')
    const before = spare.count()
    await start('next')
    expect((await finished('next', back)).counts).toMatchObject({ sent: people })
    expect({ back: back.count(), spare: spare.count() - before }).toEqual({ back: people, spare: 0 })
    expect(engine.channelStates().map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  test('while it fails and comes back again and again everybody has one copy', async () => {
    const main = await sinkAt()
    const spare = await sinkAt()
    let letters = 0
    // Some letters go, and some connections end, in turns.
    const refused: Fault = { do: 'reply', text: '421 4.3.2 closing down', end: true }
    main.setFaults(({ phase }) => {
      if (phase !== 'mail') return undefined
      letters++
      return letters % 40 >= 10 && letters % 40 < 34 ? refused : undefined
    })
    const { start, finished } = await openOffice(main, spare)
    await start('weekly')
    const { counts, doubled, missing } = await finished('weekly', main, spare)
    expect(counts).toMatchObject({ sent: people, failed: 0, unknown: 0 })
    expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
    expect(new Set(messageIds(main, spare)).size).toBe(people)
    expect(main.count()).toBeGreaterThan(0)
    expect(spare.count()).toBeGreaterThan(0)
  })
})

describe('a provider that breaks off', () => {
  const afterTen = (plan: FaultPlan): FaultPlan => {
    let taken = 0
    return (point) => {
      if (point.phase === 'dot' && taken < 10) taken++
      else return plan(point)
      return undefined
    }
  }

  test.each(['drop', 'hang'] as const)('before the dot (%s): the rest goes by the other one', async (how) => {
    const main = await sinkAt()
    const spare = await sinkAt()
    let taken = 0
    main.setFaults(({ phase }) => {
      if (phase === 'mail') return undefined
      if (phase === 'dot') taken++
      return phase === 'data' && taken >= 10 ? { do: how } : undefined
    })
    const { start, finished } = await openOffice(main, spare)
    await start('weekly')
    const { counts, doubled, missing, uncertain } = await finished('weekly', main, spare)
    expect(counts).toMatchObject({ sent: people, failed: 0, unknown: 0 })
    expect({ doubled, missing, uncertain }).toEqual({ doubled: [], missing: 0, uncertain: [] })
    expect(main.count()).toBeGreaterThanOrEqual(10)
    expect(spare.count()).toBe(people - main.count())
  })

  test.each([true, false])(
    'after the dot, letter taken: %s: what is in doubt stays so, and only the rest goes by the other one',
    async (taken) => {
      const main = await sinkAt()
      const spare = await sinkAt()
      main.setFaults(afterTen(({ phase }) => (phase === 'dot' ? { do: 'drop', taken } : undefined)))
      const { start, finished } = await openOffice(main, spare)
      await start('weekly', { uncertain: 'hold' })
      const { counts, rows, doubled } = await finished('weekly', main, spare)
      expect(counts.unknown).toBeGreaterThan(0)
      expect(counts).toMatchObject({ sent: people - counts.unknown, failed: 0 })
      expect(doubled).toEqual([])
      for (const { address, state } of rows)
        if (state === 'unknown') expect(spare.received().map(({ to }) => to)).not.toContain(address)
      expect(spare.count()).toBeGreaterThan(0)
    },
  )

  test('what it says of one recipient is its last word: the other one is not asked', async () => {
    const main = await sinkAt()
    const spare = await sinkAt()
    main.setFaults(
      first(
        forRecipient((to) => to === addressOf(3), 'rcpt', { do: 'reply', text: '550 5.1.1 no such user' }),
        forRecipient((to) => to === addressOf(4), 'rcpt', { do: 'reply', text: '452 4.2.2 mailbox full' }),
      ),
    )
    const { start, finished } = await openOffice(main, spare)
    await start('weekly', { retryForMs: 300 })
    const { counts } = await finished('weekly', main, spare)
    expect(counts).toMatchObject({ sent: people - 2, failed: 2, unknown: 0 })
    expect(spare.count()).toBe(0)
  })
})
