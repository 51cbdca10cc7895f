import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Outcome } from '../../../engine/channel/index.ts'
import { createLimiter } from '../../../engine/delivery/limits/limiter.ts'
import { type Cut, createSlowDown } from '../../../engine/delivery/limits/slow-down.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { letter, settingsOf } from '../channel/desk.ts'
import { openHouse } from '../support/house.ts'

const sender = 'news@example.org'
const start = Date.UTC(2026, 10, 23, 8)
const tickMs = 50

const sent = (id: number): Outcome => ({ id, status: 'sent', code: '250 2.0.0', detail: null })
const tooFast = (id: number, scope: 'recipient' | 'channel' = 'recipient'): Outcome => ({
  id,
  status: 'transient',
  code: '421 4.7.28',
  detail: 'unusual rate of mail',
  scope,
  retryAfterMs: null,
})

/** Work without end to several domains at `perTick` letters each, against servers that allow so many a second. */
function openRoad(config: object = {}) {
  const cuts: Cut[] = []
  const limiter = createLimiter(settingsOf({ limits: config }), openMemoryStore().buckets, (cut) => {
    cuts.push(cut)
  })
  let now = start
  const allowed = new Map<string, number>()
  const tokens = new Map<string, number>()
  return {
    limiter,
    cuts,
    allow: (domain: string, perSecond: number) => allowed.set(domain, perSecond),
    now: () => now,
    /** How many were tried and refused a second, by domain. */
    async drive(seconds: number, domains: readonly string[], perTick = 5) {
      const tried = new Map<string, number>()
      const refused = new Map<string, number>()
      const letters = domains.flatMap((domain) =>
        Array.from({ length: perTick }, (_, i) => letter(i, { to: `reader${i}@${domain}` })),
      )
      for (const until = now + seconds * 1000; now < until; now += tickMs) {
        const { admitted } = await limiter.admit(
          'smtp',
          sender,
          letters.map(({ to }) => to),
          now,
        )
        for (const domain of allowed.keys()) {
          const rate = allowed.get(domain)!
          tokens.set(domain, Math.min(rate, (tokens.get(domain) ?? rate) + (rate * tickMs) / 1000))
        }
        const going = admitted.map((i) => letters[i]!)
        const outcomes = going.map(({ id, to }) => {
          const domain = to.split('@')[1]!
          tried.set(domain, (tried.get(domain) ?? 0) + 1)
          const left = tokens.get(domain) ?? Infinity
          if (left >= 1) {
            tokens.set(domain, left - 1)
            return sent(id)
          }
          refused.set(domain, (refused.get(domain) ?? 0) + 1)
          return tooFast(id)
        })
        limiter.hear('smtp', going, outcomes, now)
      }
      const rates = (counts: Map<string, number>) =>
        Object.fromEntries(domains.map((domain) => [domain, (counts.get(domain) ?? 0) / seconds]))
      return { tried: rates(tried), refused: rates(refused) }
    },
  }
}

describe('a domain that says "too fast"', () => {
  test('gets half, and half again, until it takes what comes; other domains go at full speed', async () => {
    const { allow, drive, cuts, limiter, now } = openRoad()
    const domains = ['gmail.com', 'example.net']
    expect((await drive(20, domains)).tried).toEqual({ 'gmail.com': 100, 'example.net': 100 })
    expect(limiter.pressure('smtp', sender, now())).toBe('none')
    allow('gmail.com', 20)
    const seen: number[] = []
    for (let n = 0; n < 30; n++) {
      const { tried } = await drive(10, domains)
      seen.push(tried['gmail.com']!)
      expect(tried['example.net']).toBe(100)
    }
    expect(cuts.map(({ domain }) => domain).every((domain) => domain === 'gmail.com')).toBe(true)
    expect(cuts[0]).toMatchObject({ channel: 'smtp', perSecond: expect.closeTo(50, 0) })
    expect(limiter.pressure('smtp', sender, now())).toBe('slowed')
    // The first minute finds the rate; after that it swings around it.
    for (const rate of seen.slice(6)) expect(rate).toBeLessThan(30)
    const steady = seen.slice(6).reduce((sum, rate) => sum + rate, 0) / seen.slice(6).length
    expect(steady).toBeGreaterThan(10)
    expect(steady).toBeLessThan(22)
    const { tried, refused } = await drive(120, domains)
    expect(refused['gmail.com']! / tried['gmail.com']!).toBeLessThan(0.1)

    // It takes everything again: five minutes later nothing holds it back.
    allow('gmail.com', 1e6)
    await drive(300, domains)
    expect((await drive(20, domains)).tried).toEqual({ 'gmail.com': 100, 'example.net': 100 })
    expect(limiter.pressure('smtp', sender, now())).toBe('none')
  })

  test('is never cut below the floor', async () => {
    const { allow, drive, cuts } = openRoad({ slowDown: { floorPerSecond: 2 } })
    allow('gmail.com', 0.01)
    await drive(300, ['gmail.com'])
    expect(Math.min(...cuts.map(({ perSecond }) => perSecond))).toBe(2)
    expect((await drive(5, ['gmail.com'])).tried['gmail.com']).toBeGreaterThan(1)
  })

  test('is not slowed down where the settings say so', async () => {
    const { allow, drive, cuts } = openRoad({ slowDown: null })
    allow('gmail.com', 1)
    expect((await drive(20, ['gmail.com'])).tried).toEqual({ 'gmail.com': 100 })
    expect(cuts).toEqual([])
  })

  test('keeps to its limit in the settings besides, and what one of the two refuses the other does not count', async () => {
    const { allow, drive } = openRoad({ domain: { 'gmail.com': { perSecond: 30 } } })
    allow('gmail.com', 10)
    await drive(60, ['gmail.com'])
    const { tried, refused } = await drive(60, ['gmail.com'])
    expect(tried['gmail.com']).toBeLessThan(15)
    expect(refused['gmail.com']! / tried['gmail.com']!).toBeLessThan(0.2)
    allow('gmail.com', 1e6)
    await drive(300, ['gmail.com'])
    expect((await drive(60, ['gmail.com'])).tried['gmail.com']).toBeCloseTo(30, -1)
  })
})

const settings = settingsOf().limits.slowDown!
const lettersTo = (domain: string, count: number) =>
  Array.from({ length: count }, (_, i) => letter(i, { to: `reader${i}@${domain}` }))

test('a server that says so of itself slows the whole channel down, and no other one', () => {
  const slow = createSlowDown(settings)
  const letters = [...lettersTo('gmail.com', 50), ...lettersTo('example.net', 50)]
  expect(
    slow.hear(
      'smtp',
      letters,
      letters.map(({ id }) => tooFast(id, 'channel')),
      start,
    ),
  ).toEqual([{ channel: 'smtp', domain: null, perSecond: 50 }])
  expect(slow.applies('smtp', start)).toBe(true)
  expect(slow.applies('ses', start)).toBe(false)
  expect(slow.take('smtp', 'gmail.com', 100, start)).toEqual({ granted: 100, nextAt: start })
  expect(slow.take('smtp', null, 100, start + 500)).toEqual({ granted: 25, nextAt: start + 520 })
})

test('what was on its way when it was cut does not cut it again', () => {
  const slow = createSlowDown(settings)
  const letters = lettersTo('gmail.com', 100)
  const refusals = letters.map(({ id }) => tooFast(id))
  expect(slow.hear('smtp', letters, refusals, start)).toHaveLength(1)
  for (let ms = 100; ms < settings.watchMs; ms += 500)
    expect(slow.hear('smtp', letters.slice(0, 5), refusals.slice(0, 5), start + ms)).toEqual([])
  expect(slow.hear('smtp', letters.slice(0, 5), refusals.slice(0, 5), start + settings.watchMs)).toHaveLength(
    1,
  )
})

test.each([
  ['421 4.7.28', true],
  ['450 4.7.1', true],
  ['421', true],
  ['421 4.3.2', false],
  ['451 4.3.0', false],
  ['452 4.2.2', false],
  ['454 4.70.1', false],
])('of a recipient, %s says "too fast": %s', (code, says) => {
  const slow = createSlowDown(settings)
  const outcome = { ...tooFast(1), code } as Outcome
  expect(slow.hear('smtp', lettersTo('gmail.com', 1), [outcome], start)).toHaveLength(says ? 1 : 0)
})

test('another node that was told so halves what it sends itself; one that sends nothing there has nothing to halve', () => {
  const [busy, idle] = [createSlowDown(settings), createSlowDown(settings)]
  const letters = lettersTo('gmail.com', 30)
  busy.hear(
    'smtp',
    letters,
    letters.map(({ id }) => sent(id)),
    start,
  )
  for (const node of [busy, idle]) node.follow('smtp', 'gmail.com', start + 500)
  expect(idle.applies('smtp', start + 500)).toBe(false)
  expect(busy.take('smtp', 'gmail.com', 100, start + 1500)).toMatchObject({ granted: 15 })
})

test('over any time no more goes than the rate, and a second of it at once', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), want: fc.integer({ min: 1, max: 40 }) }),
        {
          minLength: 1,
          maxLength: 100,
        },
      ),
      (asked) => {
        // It does not recover within the run.
        const slow = createSlowDown({ ...settings, watchMs: 1e9 })
        const letters = lettersTo('gmail.com', 40)
        const refusals = letters.map(({ id }) => tooFast(id))
        const [cut] = slow.hear('smtp', letters, refusals, start)
        let now = start
        let granted = 0
        for (const { afterMs, want } of asked) {
          now += afterMs
          const grant = slow.take('smtp', 'gmail.com', want, now)
          granted += grant.granted
          expect(granted).toBeLessThanOrEqual(cut!.perSecond * ((now - start) / 1000) + 1e-6)
          if (grant.granted < want) {
            expect(slow.take('smtp', 'gmail.com', 1, Math.max(now, grant.nextAt - 2)).granted).toBe(0)
            now = grant.nextAt
            expect(slow.take('smtp', 'gmail.com', 1, now).granted).toBe(1)
            granted++
          }
        }
      },
    ),
  )
})

test('a node hears from another one that a domain asked for less, and halves what it sends there', async () => {
  const bus = createMemoryBus()
  const house = await openHouse({ people: 60, bus, delivery: { lanes: 1 } })
  onTestFinished(() => house[Symbol.asyncDispose]())
  const { engine, channel, clock, campaign, until } = house
  const at: number[] = []
  let batches = 0
  channel.script = () => {
    at.push(clock.now())
    return undefined
  }
  channel.before = () => {
    // Of 60 letters 20 went, and 10 more are on their way.
    if (++batches !== 3) return
    const fact = { type: 'channel.slowed', channel: 'smtp', domain: 'example.org', perSecond: 5 }
    bus.publish('facts', JSON.stringify({ from: 'another node', fact }))
  }
  const weekly = await campaign()
  await engine.campaigns.start(weekly.id)
  await until(weekly, 'finished', 20)
  expect(at).toHaveLength(60)
  // One batch was made ready before; the other 20 go at half of what 20 letters within a second at most are.
  expect(at.at(-1)! - at[29]!).toBeGreaterThanOrEqual(1900)
})
