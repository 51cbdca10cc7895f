import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLimiter } from '../../../../app/http/limits/limiter.ts'
import { network } from '../../../../app/http/limits/network.ts'
import { systemClock } from '../../../../engine/clock.ts'
import type { BucketStore } from '../../../../engine/ports/buckets.ts'
import { type OpenedRedis, openRedis } from '../../../../stores/redis/open.ts'
import { type RedisServer, startRedis } from '../../../servers/redis.ts'

const clockAt = (start: number) => {
  let now = start
  return { now: () => now, after: () => () => {}, pass: (ms: number) => (now += ms) }
}

describe('in one process', () => {
  test('lets through the burst, and over any time no more than its rate beside it', async () => {
    const rates = fc.record({
      perSecond: fc.constantFrom(0.1, 1, 7, 100, 1000),
      burst: fc.integer({ min: 1, max: 100 }),
    })
    const pauses = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 100 })
    await fc.assert(
      fc.asyncProperty(rates, pauses, async (rate, steps) => {
        const clock = clockAt(1_800_000_000_000)
        const limiter = createLimiter({ clock, buckets: null })
        const passed: number[] = []
        for (const ms of steps) {
          clock.pass(ms)
          for (let tries = 0; tries < 3; tries++)
            if ((await limiter.take('perKey:1', rate)).pass) passed.push(clock.now())
        }
        for (const [i, from] of passed.entries())
          for (const [j, to] of passed.entries())
            if (j >= i)
              expect(j - i + 1).toBeLessThanOrEqual(rate.burst + ((to - from) / 1000) * rate.perSecond + 1e-3)
      }),
      { numRuns: 50 },
    )
  })

  test('says truly what is left, and how long to wait', async () => {
    const clock = clockAt(1_800_000_000_000)
    const limiter = createLimiter({ clock, buckets: null })
    const rate = { perSecond: 4, burst: 3 }
    const take = () => limiter.take('perKey:1', rate)
    expect([await take(), await take(), await take()].map(({ left }) => left)).toEqual([2, 1, 0])
    expect(await take()).toEqual({ pass: false, left: 0, waitMs: 250 })
    clock.pass(249)
    expect((await take()).pass).toBe(false)
    clock.pass(1)
    expect((await take()).pass).toBe(true)
  })

  test('invented addresses take the room of fifty thousand, and push out no one but each other', async () => {
    const limiter = createLimiter({ clock: systemClock, buckets: null })
    const rate = { perSecond: 0.001, burst: 2 }
    const refused = async (key: string) => !(await limiter.take(key, rate)).pass
    await limiter.take('perKey:1', rate)
    await limiter.take('perKey:1', rate)
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const used: number[] = []
    for (let n = 0; n < 300_000; n++) {
      await limiter.take(`perAddress:2001:db8:${n}`, rate)
      // Who goes on being refused stays known.
      if (n % 10_000 === 0) expect(await refused('perKey:1')).toBe(true)
      if (n % 100_000 === 99_999) {
        gc()
        used.push(process.memoryUsage().heapUsed / 2 ** 20)
      }
    }
    expect(used.at(-1)! - used[0]!).toBeLessThan(24)
  })
})

describe('over nodes', () => {
  let server: RedisServer
  let redis: OpenedRedis
  beforeAll(async () => {
    server = await startRedis()
    redis = await openRedis(server.url)
  })
  afterAll(async () => {
    await redis.close()
    await server.drop()
  })

  /** Every node tries as often as it likes at one moment. */
  async function flood(nodes: readonly { take: ReturnType<typeof createLimiter>['take'] }[], key: string) {
    const rate = { perSecond: 100, burst: 200 }
    let passed = 0
    for (let tries = 0; tries < 300; tries++)
      for (const { take } of nodes) if ((await take(key, rate)).pass) passed++
    return passed
  }

  test('three nodes let through what one would, and ask Redis once for many', async () => {
    const clock = clockAt(1_800_000_000_000)
    let asked = 0
    const buckets: BucketStore = {
      ...redis.shared,
      take(requests, now) {
        asked++
        return redis.shared.take(requests, now)
      },
    }
    const nodes = [1, 2, 3].map(() => createLimiter({ clock, buckets }))
    expect(await flood(nodes, 'perKey:1')).toBe(200)
    // 20 purses of ten, and the empty hand of each.
    expect(asked).toBeLessThan(30)
    clock.pass(1000)
    expect(await flood(nodes, 'perKey:1')).toBe(100)
  })

  test('while Redis lies still each counts alone, nobody waits for it twice, and then they share again', async () => {
    const node = () => createLimiter({ clock: systemClock, buckets: redis.shared })
    const [one, two] = [node(), node()]
    const rate = { perSecond: 0.001, burst: 20 }
    const spend = async (limiter: typeof one, key: string) => {
      let passed = 0
      for (let tries = 0; tries < 30; tries++) if ((await limiter.take(key, rate)).pass) passed++
      return passed
    }
    expect(await spend(one, 'perKey:2')).toBe(20)
    expect(await spend(two, 'perKey:2')).toBe(0)
    server.freeze()
    expect(await spend(two, 'perKey:3')).toBe(20)
    expect(two.shares()).toBe(false)
    // What it let through by itself still counts: being alone is no new beginning.
    expect(await spend(one, 'perKey:2')).toBe(0)
    server.thaw()
    await vi.waitFor(
      async () => {
        await two.take('perKey:4', { perSecond: 1e6, burst: 1e6 })
        expect(two.shares()).toBe(true)
      },
      { timeout: 30_000, interval: 5 },
    )
    expect(await spend(two, 'perKey:2')).toBe(0)
  })

  test('no address is to be read in Redis', async () => {
    const limiter = createLimiter({ clock: systemClock, buckets: redis.shared })
    await limiter.take('perAddress:192.0.2.77', { perSecond: 1, burst: 1 })
    const admin = server.admin()
    const keys = await admin.keys('*')
    expect(keys.some((key) => key.includes('http:perAddress:'))).toBe(true)
    expect(keys.join(' ')).not.toContain('192.0.2')
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1::6', '2001:db8:1:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s', (ip, counted) => {
  expect(network(ip)).toBe(counted)
})
