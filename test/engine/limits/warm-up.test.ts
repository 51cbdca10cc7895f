import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { ChannelDefinition } from '../../../engine/channel/index.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createLimiter, type Limiter } from '../../../engine/delivery/limits/limiter.ts'
import { createEngine } from '../../../engine/engine.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { smtp } from '../../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { startSink } from '../../servers/smtp-sink.ts'
import { settingsOf } from '../channel/desk.ts'
import { createTestClock } from '../support/clock.ts'
import { waitFor } from '../support/wait.ts'

const sender = 'news@example.org'
const dayMs = 86_400_000
const start = Date.UTC(2026, 10, 1)

function openLimiter(warmUp: readonly object[], config: object = {}): Limiter {
  return createLimiter(settingsOf({ limits: { warmUp }, ...config }), openMemoryStore().buckets)
}

/** Letters to these, as many as go at `now`. */
async function send(limiter: Limiter, domains: readonly string[], now: number) {
  const addresses = domains.map((domain, i) => `reader${i}@${domain}`)
  const { admitted, nextAt } = await limiter.admit('smtp', sender, addresses, now)
  return { sent: admitted.map((i) => domains[i]!), nextAt }
}

test('a day never sees more letters than its number, and nearly as many where there is work all day', async () => {
  const arbitrary = fc.record({
    perDay: fc.array(fc.integer({ min: 1, max: 800 }), { minLength: 1, maxLength: 5 }),
    // When somebody asks again, besides when the limiter says.
    steps: fc.array(fc.integer({ min: 300_000, max: 4 * 3_600_000 }), { minLength: 1, maxLength: 20 }),
    batch: fc.integer({ min: 1, max: 500 }),
    lateMs: fc.integer({ min: 0, max: dayMs }),
  })
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ perDay, steps, batch, lateMs }) => {
      const limiter = openLimiter([{ sender, startsAt: '2026-11-01', perDay }])
      const days = perDay.map(() => 0)
      const wanted = Array.from({ length: batch }, () => 'example.com')
      let now = start + lateMs
      for (let turn = 0; now < start + perDay.length * dayMs; turn++) {
        const { sent, nextAt } = await send(limiter, wanted, now)
        days[Math.floor((now - start) / dayMs)]! += sent.length
        now = Math.max(now + 1, Math.min(now + steps[turn % steps.length]!, nextAt ?? 0))
        if (turn > 20_000) throw new Error('the limiter says too early when to come back')
      }
      for (const [day, sent] of days.entries()) {
        const allowed = perDay[day]!
        expect(sent).toBeLessThanOrEqual(allowed)
        if (day > 0) expect(sent).toBeGreaterThanOrEqual(allowed - Math.max(1, Math.floor(allowed / 24)) - 1)
      }
    }),
    { numRuns: 30 },
  )
})

test('domains have ramps of their own, one for each that has none, and the sender one for all', async () => {
  const limiter = openLimiter([
    { sender, startsAt: '2026-11-01', perDay: [24 * 6], domain: '*' },
    { sender, startsAt: '2026-11-01', perDay: [24 * 2, 24 * 4], domain: 'gmail.com' },
    { sender, startsAt: '2026-11-01', perDay: [24 * 10] },
  ])
  const all = ['gmail.com', 'example.com', 'example.net'].flatMap((domain) =>
    Array.from({ length: 20 }, () => domain),
  )
  const count = (sent: readonly string[]) => {
    const counts: { [domain: string]: number } = {}
    for (const domain of sent) counts[domain] = (counts[domain] ?? 0) + 1
    return counts
  }
  // An hour's worth at once: 2, 6 and 6, of which the sender's 10 let these through.
  expect(count((await send(limiter, all, start)).sent)).toEqual({
    'gmail.com': 2,
    'example.com': 6,
    'example.net': 2,
  })
  expect(count((await send(limiter, all, start + 3_600_000)).sent)).toEqual({
    'gmail.com': 1,
    'example.com': 5,
    'example.net': 3,
  })
  // The ramps for all and for each are over; gmail.com's is in its second day.
  expect(count((await send(limiter, all, start + dayMs)).sent)).toEqual({
    'gmail.com': 4,
    'example.com': 20,
    'example.net': 20,
  })
  expect(limiter.pressure('smtp', sender, start + dayMs)).toBe('limited')
  expect(limiter.pressure('smtp', sender, start + 2 * dayMs)).toBe('none')
  expect(limiter.pressure('smtp', 'other@example.org', start)).toBe('none')
  const other = await limiter.admit('smtp', 'other@example.org', ['a@gmail.com', 'b@gmail.com'], start)
  expect(other.admitted).toEqual([0, 1])
})

test('the first day begins at midnight in the zone of the calendar; before it its number holds', async () => {
  const open = () =>
    openLimiter([{ sender, startsAt: '2026-11-01', perDay: [24, 2400] }], {
      calendar: { timeZone: 'America/New_York' },
    })
  const wanted = Array.from({ length: 200 }, () => 'example.com')
  expect((await send(open(), wanted, start - 30 * dayMs)).sent).toHaveLength(1)
  // A day after midnight there; clocks go back in that night.
  const second = start + 28 * 3_600_000
  expect((await send(open(), wanted, second - 1)).sent).toHaveLength(1)
  expect((await send(open(), wanted, second)).sent).toHaveLength(100)
})

test('a campaign of a new sender goes out over days: what the mail server counts a day stays within the ramp', async () => {
  const clock = createTestClock(start + 9 * 3_600_000)
  const at: { to: string; day: number }[] = []
  const sink = await startSink({
    faults: ({ phase, to }) => {
      if (phase === 'dot') at.push({ to, day: Math.floor((clock.now() - start) / dayMs) })
      return undefined
    },
  })
  onTestFinished(() => sink.close())
  const store = openMemoryStore()
  const list = await store.lists.insert({ name: 'news', title: 'News', description: '' }, clock.now())
  await store.templates.insert(
    templateInputSchema.parse({ name: 'daily', subject: 'News', body: 'News' }),
    clock.now(),
  )
  const domains = ['gmail.com', 'example.net']
  const people = Array.from({ length: 60 }, (_, i) => `reader${i}@${domains[i % 3 === 0 ? 1 : 0]}`)
  await store.subscribers.upsert(
    people.map((address) => subscriberInputSchema.parse({ address })),
    { lists: [list.id], now: clock.now() },
  )
  // Time limits go by the same clock as days do.
  const patient = { connectTimeoutMs: 1e9, replyTimeoutMs: 1e9, dataTimeoutMs: 1e9 }
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      render: { maxThreads: 1 },
      delivery: { chunk: 20, batch: 10, lanes: 2 },
      limits: {
        warmUp: [
          { sender, startsAt: '2026-11-01', perDay: [6, 12, 24], domain: '*' },
          { sender, startsAt: '2026-11-01', perDay: [9, 100, 100] },
        ],
      },
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        smtp: {
          definition: smtp as unknown as ChannelDefinition<never>,
          config: smtp.config.parse({ host: '127.0.0.1', port: sink.port, security: 'none', ...patient }),
        },
      },
      clock,
      random: () => 0.5,
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  const { id } = await engine.campaigns.create(
    campaignInputSchema.parse({
      name: 'first',
      title: 'First',
      template: 'daily',
      sender: { address: sender, name: 'The News' },
      lists: ['news'],
      selection: { count: 0, minimum: 0 },
    }),
  )
  await engine.campaigns.start(id)
  let idleAt = -1
  await waitFor('the campaign to be finished', async () => {
    // Nothing may be on the wire while the clock is moved: a lease would run out under it.
    const { queued, running } = await engine.depth()
    if (queued + running === 0 && idleAt === clock.now()) clock.advance(600_000)
    idleAt = queued + running === 0 ? clock.now() : -1
    return (await store.campaigns.get(id))?.state === 'finished'
  })
  expect(new Set(at.map(({ to }) => to)).size).toBe(people.length)
  expect(sink.count()).toBe(people.length)
  const on = (day: number, domain = '') =>
    at.filter((one) => one.day === day && one.to.endsWith(domain)).length
  expect(on(0)).toBeLessThanOrEqual(9)
  for (const [day, allowed] of [6, 12, 24].entries())
    for (const domain of domains) {
      expect(on(day, domain)).toBeLessThanOrEqual(allowed)
      expect(on(day, domain)).toBeGreaterThan(0)
    }
  expect(on(1, 'gmail.com')).toBeGreaterThanOrEqual(9)
  // The fourth day has no ramp any more: what is left goes at once.
  expect(on(0) + on(1) + on(2)).toBeLessThan(people.length)
  expect(on(0) + on(1) + on(2) + on(3)).toBe(people.length)
})
