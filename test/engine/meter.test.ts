import { expect, onTestFinished, test } from 'vitest'
import { type Meter, noMeter } from '../../engine/ports/meter.ts'
import { type House, openHouse } from './support/house.ts'
import { waitFor } from './support/wait.ts'

type Told = { readonly [method in keyof Meter]: Parameters<Meter[method]>[] }

/** A meter that keeps what it is told. */
function recorder(): { readonly meter: Meter; readonly told: Told } {
  const told = Object.fromEntries(Object.keys(noMeter).map((method) => [method, []])) as unknown as {
    [method in keyof Meter]: unknown[][]
  }
  const meter = Object.fromEntries(
    (Object.keys(noMeter) as (keyof Meter)[]).map((method) => [
      method,
      (...said: unknown[]) => void told[method].push(said),
    ]),
  )
  return { meter: meter as unknown as Meter, told: told as unknown as Told }
}

async function open(options: Parameters<typeof openHouse>[0] = {}): Promise<House & { readonly told: Told }> {
  const { meter, told } = recorder()
  const house = await openHouse({ ...options, meter })
  onTestFinished(() => house[Symbol.asyncDispose]())
  return { ...house, told }
}

const sumOf = (tallies: readonly object[], word: string): number =>
  tallies.reduce((sum, tally) => sum + ((tally as { [word: string]: number })[word] ?? 0), 0)

test('a campaign is told in batches: what was made, what the channel said, what the books say', async () => {
  const house = await open({ people: 300, delivery: { chunk: 100, batch: 50 } })
  const { told, channel } = house
  channel.script = ({ to }) =>
    to === 'reader7@example.org'
      ? { status: 'permanent', code: '550 5.7.1', detail: 'no', suppress: false }
      : undefined
  const weekly = await house.campaign()
  await house.engine.campaigns.start(weekly.id)
  await house.until(weekly, 'finished')

  expect(
    sumOf(
      told.made.map(([, batch]) => batch),
      'letters',
    ),
  ).toBe(300)
  expect(new Set(told.made.map(([work]) => work))).toEqual(new Set(['campaign']))
  const answers = told.answered.map(([, tally]) => tally)
  expect([sumOf(answers, 'sent'), sumOf(answers, 'permanent')]).toEqual([299, 1])
  const books = told.settled.map(([, , states]) => states)
  expect([sumOf(books, 'sent'), sumOf(books, 'failed')]).toEqual([299, 1])
  for (const [, channelName] of told.settled) expect(channelName).toBe('smtp')
  // 300 letters in batches of 50: nothing is told letter by letter.
  for (const calls of Object.values(told)) expect(calls.length).toBeLessThanOrEqual(6)
})

test('letters that a limit holds back are told, with how long', async () => {
  const limits = { channel: { smtp: { perSecond: 10, burst: 20 } } }
  const house = await open({ people: 60, config: { limits } })
  const weekly = await house.campaign()
  await house.engine.campaigns.start(weekly.id)
  await house.until(weekly, 'finished')
  expect(house.told.held.length).toBeGreaterThan(0)
  for (const [channel, messages, seconds] of house.told.held) {
    expect(channel).toBe('smtp')
    expect(messages).toBeGreaterThan(0)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(0.1)
  }
})

test('a breaker that opens and closes again is told', async () => {
  const house = await open({ people: 40, delivery: { sweepMs: 50 } })
  house.channel.down = 'nobody there'
  const weekly = await house.campaign()
  await house.engine.campaigns.start(weekly.id)
  const moves = () => house.told.moved.map(([, state]) => state)
  // By then no batch is on its way any more, which would close it without a probe.
  await waitFor(
    'it to open and be probed',
    () => moves().includes('half-open'),
    () => house.clock.advance(10),
  )
  house.channel.down = null
  await house.until(weekly, 'finished')
  expect(moves()[0]).toBe('open')
  expect(moves().slice(-2)).toEqual(['half-open', 'closed'])
  expect(
    sumOf(
      house.told.answered.map(([, tally]) => tally),
      'unsent',
    ),
  ).toBeGreaterThan(0)
  expect(
    sumOf(
      house.told.settled.map(([, , states]) => states),
      'sent',
    ),
  ).toBe(40)
})

test('what is in hand shows while it is, and is gone when it is over', async () => {
  const gate = Promise.withResolvers<void>()
  const house = await open({ people: 60, delivery: { chunk: 20, batch: 10, lanes: 1 } })
  let batches = 0
  house.channel.before = async () => {
    if (++batches === 2) await gate.promise
  }
  const weekly = await house.campaign()
  await house.engine.campaigns.start(weekly.id)
  await waitFor(
    'the second batch',
    () => batches === 2,
    () => house.clock.advance(10),
  )
  const { ledger, threads } = house.engine.load()
  expect(ledger.sent).toBe(10)
  expect(Object.values(ledger).reduce((sum, count) => sum + count, 0)).toBe(60)
  expect(threads).toMatchObject({ threads: 1, maxThreads: 1 })
  expect(threads.busySeconds).toBeGreaterThan(0)
  expect(await house.engine.depth()).toMatchObject({ running: 1 })

  gate.resolve()
  await house.until(weekly, 'finished')
  const after = house.engine.load()
  expect(Object.values(after.ledger).every((count) => count === 0)).toBe(true)
  expect(after.threads.busySeconds).toBeGreaterThanOrEqual(threads.busySeconds)
  expect(after.posts).toEqual({ messages: 0, since: null })
})
