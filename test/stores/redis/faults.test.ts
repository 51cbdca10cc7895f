import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Bus } from '../../../engine/ports/bus.ts'
import type { ChunkJob, WorkQueue } from '../../../engine/ports/queue.ts'
import { createBuckets } from '../../../stores/memory/nodes/buckets.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openRedis, type RedisOptions } from '../../../stores/redis/open.ts'
import { put, valuesOf } from '../../contract/store/index.ts'
import { type RedisServerOptions, startRedis } from '../../servers/redis.ts'
import { startRedisCluster } from '../../servers/redis-cluster.ts'
import { startChild } from '../support/child.ts'
import { freshPrefix } from './place.ts'

const longMs = 600_000
/** Short, where every answer is to be waited for in vain; a machine that is slow for once only takes another way. */
const answerMs = 300
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function serve(options: RedisServerOptions = {}) {
  const server = await startRedis(options)
  ends.push(() => server.drop())
  return server
}
async function openNode(url: string, options: RedisOptions = {}) {
  const redis = await openRedis(url, { answerMs, ...options })
  ends.push(() => redis.close())
  return redis
}
/** With a queue and buckets of its own to go on with. */
async function openStubborn(url: string, options: RedisOptions = {}) {
  const own = createMemoryQueue()
  const redis = await openNode(url, { ...options, meanwhile: { queue: own, buckets: createBuckets() } })
  return { ...redis, own }
}

const job = (seq: number, priority = 10): ChunkJob => ({
  publicationId: 1 as PublicationId,
  seq,
  priority,
})
/** Works what comes; `worked` has the sequence numbers. */
function workAll(queue: WorkQueue) {
  const worked: number[] = []
  queue.work(
    async ({ seq }) => {
      worked.push(seq)
    },
    () => 2,
  )
  return worked
}
/** As the sweeper does: what is due is added until it is worked. */
const untilWorked = async (queue: WorkQueue, worked: readonly number[], seq: number) => {
  await expect
    .poll(async () => {
      await queue.add([job(seq)]).catch(() => {})
      return worked.includes(seq)
    })
    .toBe(true)
}
const untilHeard = async (from: Bus, to: Bus, topic: string) => {
  let heard = false
  const end = to.subscribe(topic, () => {
    heard = true
  })
  await expect
    .poll(() => {
      from.publish(topic, 'still there?')
      return heard
    })
    .toBe(true)
  end()
}
const take = { key: 'domain:example.org', perSecond: 0.001, burst: 10, want: 6 }
const now = 1_800_000_000_000

const gone: readonly {
  readonly what: string
  readonly lose: (server: Awaited<ReturnType<typeof serve>>) => Promise<void>
  readonly bring: (server: Awaited<ReturnType<typeof serve>>) => Promise<void>
}[] = [
  { what: 'killed', lose: (server) => server.kill(), bring: (server) => server.start() },
  { what: 'frozen', lose: async (server) => server.freeze(), bring: async (server) => server.thaw() },
]

describe.each(gone)('a Redis that is $what', ({ lose, bring }) => {
  test('refuses jobs and takes them again; work resumes by itself', async () => {
    const server = await serve()
    const { queue } = await openNode(server.url)
    const worked = workAll(queue)
    await untilWorked(queue, worked, 1)
    await lose(server)
    // The first may be in time, or wait for an answer in vain.
    await queue.add([job(2)]).catch(() => {})
    await expect(queue.add([job(2)])).rejects.toMatchObject({ code: 'E_STORE' })
    await expect(queue.depth()).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
    })
    await bring(server)
    await untilWorked(queue, worked, 2)
    await untilWorked(queue, worked, 3)
  })

  test('lets the node go on by itself, alerts first', async () => {
    const server = await serve()
    const { queue, own } = await openStubborn(server.url)
    await lose(server)
    await queue.add([job(1), job(2, 0), job(3)])
    expect(await own.depth()).toEqual({ queued: 3, running: 0 })
    expect(await queue.depth()).toEqual({ queued: 3, running: 0 })
    const worked: number[] = []
    queue.work(
      async ({ seq }) => {
        worked.push(seq)
      },
      () => 1,
    )
    await expect.poll(() => worked).toEqual([2, 1, 3])
    await bring(server)
    await expect
      .poll(async () => {
        await queue.add([job(4)])
        return (await own.depth()).queued === 0 && worked.includes(4)
      })
      .toBe(true)
  })

  test('caches nothing, fails nobody, and is told of what was dropped before it is asked', async () => {
    const server = await serve({ persistent: true })
    const prefix = freshPrefix()
    const [here, there] = [await openNode(server.url, { prefix }), await openNode(server.url, { prefix })]
    const entries: [string, string][] = [
      ['a', 'old'],
      ['b', 'old'],
    ]
    await put(here.cache, 'kept', entries, longMs)
    await put(here.cache, 'cleared', entries, longMs)
    await lose(server)
    expect(await valuesOf(here.cache, 'kept', ['a', 'b'])).toEqual([null, null])
    await here.cache.set('kept', [['b', 'lost', '']], longMs)
    await here.cache.drop('kept', ['a'])
    await here.cache.clear('cleared')
    expect(here.cache.failures()).toBeGreaterThanOrEqual(4)
    await bring(server)
    for (let back = false; !back; ) {
      const [kept, cleared] = await Promise.all(
        ['kept', 'cleared'].map((space) => valuesOf(here.cache, space, ['a', 'b'])),
      )
      expect(kept?.[0]).toBe(null)
      expect(cleared).toEqual([null, null])
      back = kept?.[1] === 'old'
      await new Promise(setImmediate)
    }
    expect(await valuesOf(there.cache, 'cleared', ['a', 'b'])).toEqual([null, null])
  })

  test('is told of what was dropped also where nothing more is asked', async () => {
    const server = await serve({ persistent: true })
    const prefix = freshPrefix()
    const here = await openNode(server.url, { prefix })
    await put(here.cache, 'space', [['a', 'old']], longMs)
    await lose(server)
    await here.cache.drop('space', ['a'])
    await bring(server)
    await expect
      .poll(() =>
        here
          .check()
          .then(() => 'well')
          .catch(() => 'away'),
      )
      .toBe('well')
    const [key] = await server.admin().keys(`${prefix}:*:value:a`)
    await expect.poll(() => server.admin().get(key!)).not.toContain('old')
  })

  test('is heard again, and hearers know that they may have missed something', async () => {
    const server = await serve()
    const prefix = freshPrefix()
    const [here, there] = [await openNode(server.url, { prefix }), await openNode(server.url, { prefix })]
    let gaps = 0
    const heard: string[] = []
    there.bus.subscribe(
      'facts',
      (text) => heard.push(text),
      () => {
        gaps += 1
      },
    )
    await untilHeard(here.bus, there.bus, 'facts')
    await expect.poll(() => gaps).toBeGreaterThan(0)
    const before = gaps
    await lose(server)
    here.bus.publish('facts', 'lost')
    there.bus.publish('facts', 'own')
    await expect.poll(() => heard).toContain('own')
    await bring(server)
    await expect.poll(() => gaps > before || heard.includes('lost')).toBe(true)
    await untilHeard(here.bus, there.bus, 'facts')
  })

  test('limits nothing by itself, but the buckets that are used meanwhile do', async () => {
    const server = await serve()
    const plain = await openNode(server.url, { prefix: freshPrefix() })
    const stubborn = await openStubborn(server.url, { prefix: freshPrefix() })
    await lose(server)
    await plain.buckets.take([take], now).catch(() => {})
    await expect(plain.buckets.take([take], now)).rejects.toMatchObject({ code: 'E_STORE' })
    const grants = [await stubborn.buckets.take([take], now), await stubborn.buckets.take([take], now)]
    expect(grants.flat().map(({ granted }) => granted)).toEqual([6, 4])
    await stubborn.buckets.giveBack([take], now)
    await bring(server)
    await expect.poll(() => plain.buckets.take([take], now).catch(() => null)).not.toBe(null)
  })

  test('can be left at any moment', async () => {
    const server = await serve()
    const redis = await openStubborn(server.url)
    let started = false
    redis.queue.work(
      (_, signal) => {
        started = true
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
      () => 2,
    )
    await redis.queue.add([job(1)])
    await expect.poll(() => started).toBe(true)
    await lose(server)
    await redis.close()
    await redis.close()
  })
})

test('a Redis that is away at the start is waited for, while the node works', async () => {
  const server = await serve()
  await server.kill()
  const { queue, check } = await openStubborn(server.url)
  const worked = workAll(queue)
  await untilWorked(queue, worked, 1)
  await expect(check()).rejects.toMatchObject({ code: 'E_STORE' })
  await server.start()
  await expect
    .poll(() =>
      check()
        .then(() => 'well')
        .catch(() => 'away'),
    )
    .toBe('well')
  await untilWorked(queue, worked, 2)
})

describe('a Redis that is flushed', () => {
  test('loses the queue and nothing else: what is due is added again', async () => {
    const server = await serve()
    const { queue } = await openNode(server.url)
    const ended = Promise.withResolvers<void>()
    const worked: number[] = []
    queue.work(
      async ({ seq }) => {
        worked.push(seq)
        if (worked.length === 1) await ended.promise
      },
      () => 1,
    )
    await queue.add([job(1), job(2), job(3)])
    await expect.poll(() => worked).toEqual([1])
    await server.flush()
    expect(await queue.depth()).toEqual({ queued: 0, running: 0 })
    await queue.add([job(2)])
    ended.resolve()
    await expect.poll(() => worked).toEqual([1, 2])
    await queue.add([job(1)])
    await expect.poll(() => worked).toEqual([1, 2, 1])
    await expect.poll(() => queue.depth()).toEqual({ queued: 0, running: 0 })
  })

  test('opens a limit for one burst at most', async () => {
    const server = await serve()
    const { buckets } = await openNode(server.url)
    const all = { ...take, want: 100 }
    expect(await buckets.take([all], now)).toMatchObject([{ granted: 10 }])
    await server.flush()
    expect(await buckets.take([all], now)).toMatchObject([{ granted: 10 }])
    expect(await buckets.take([all], now)).toMatchObject([{ granted: 0 }])
  })

  test('caches nothing, and caches again', async () => {
    const server = await serve()
    const { cache } = await openNode(server.url)
    await put(cache, 'space', [['a', '1']], longMs)
    await cache.clear('space')
    await put(cache, 'space', [['a', '2']], longMs)
    await server.flush()
    expect(await valuesOf(cache, 'space', ['a'])).toEqual([null])
    await put(cache, 'space', [['a', '3']], longMs)
    expect(await valuesOf(cache, 'space', ['a'])).toEqual(['3'])
    expect(cache.failures()).toBe(0)
  })
})

describe('a Redis that is full', () => {
  test('is gone round, and used again when there is room', async () => {
    const server = await serve({ maxmemory: '100mb' })
    const prefix = freshPrefix()
    const plain = await openNode(server.url, { prefix })
    await plain.queue.add([job(1), job(2, 0)])
    await put(plain.cache, 'space', [['a', '1']], longMs)
    await server.admin().config('SET', 'maxmemory', '1')
    await expect(plain.check()).rejects.toMatchObject({ code: 'E_STORE_FULL' })
    await expect(plain.queue.add([job(3)])).rejects.toMatchObject({ code: 'E_STORE_FULL' })
    await expect(plain.buckets.take([take], now)).rejects.toMatchObject({ code: 'E_STORE_FULL' })
    await put(plain.cache, 'space', [['b', '2']], longMs)
    expect(await valuesOf(plain.cache, 'space', ['a', 'b'])).toEqual(['1', null])
    await plain.cache.drop('space', ['a'])
    expect(await valuesOf(plain.cache, 'space', ['a'])).toEqual([null])
    expect(plain.cache.failures()).toBe(1)
    await untilHeard(plain.bus, (await openNode(server.url, { prefix })).bus, 'facts')

    const stubborn = await openStubborn(server.url, { prefix })
    const worked = workAll(stubborn.queue)
    await untilWorked(stubborn.queue, worked, 4)
    expect(await stubborn.buckets.take([take], now)).toMatchObject([{ granted: 6 }])
    await server.admin().config('SET', 'maxmemory', '100mb')
    await expect.poll(() => new Set(worked)).toEqual(new Set([1, 2, 4]))
    await untilWorked(plain.queue, worked, 5)
    await plain.check()
  })
})

test('the jobs of a node that is killed come again', async () => {
  const server = await serve()
  const prefix = freshPrefix()
  const { queue } = await openNode(server.url, { prefix })
  const child = startChild('redis-work-until-killed.ts', [server.url, prefix])
  expect(await child.line()).toBe('open')
  await queue.add([job(1), job(2, 0)])
  expect(new Set([await child.line(), await child.line()])).toEqual(new Set(['works 1', 'works 2']))
  await child.kill()
  expect(await queue.depth()).toEqual({ queued: 0, running: 2 })
  const worked = workAll(queue)
  await untilWorked(queue, worked, 1)
  await untilWorked(queue, worked, 2)
  await expect.poll(() => queue.depth()).toEqual({ queued: 0, running: 0 })
})

test('a cluster that loses a master goes on with its replica', async () => {
  const cluster = await startRedisCluster({ replicas: true })
  onTestFinished(() => cluster.drop())
  const prefix = freshPrefix()
  const here = await openStubborn(cluster.url, { prefix })
  const there = await openStubborn(cluster.url, { prefix })
  const worked = workAll(here.queue)
  await untilWorked(there.queue, worked, 1)
  let gaps = 0
  here.bus.subscribe(
    'facts',
    () => {},
    () => {
      gaps += 1
    },
  )
  await untilHeard(there.bus, here.bus, 'facts')
  await expect.poll(() => gaps).toBeGreaterThan(0)
  const before = gaps
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`)
  const entries = keys.map((key): [string, string] => [key, 'old'])
  await put(here.cache, 'space', entries, longMs)
  await cluster.killMaster(await cluster.masterOf(`{${prefix}}`))
  // Nobody waits: by itself, or by the replica.
  workAll(there.queue)
  await there.queue.add([job(2)])
  await here.queue.add([job(3)])
  await here.cache.drop('space', keys)
  await untilWorked(here.queue, worked, 3)
  // The replica has taken over.
  const { queue: shared, close } = await openRedis(cluster.url, { prefix, answerMs })
  ends.push(close)
  await expect
    .poll(() =>
      shared
        .depth()
        .then(() => 'well')
        .catch(() => 'away'),
    )
    .toBe('well')
  await untilWorked(shared, worked, 4)
  await expect.poll(() => gaps).toBeGreaterThan(before)
  await untilHeard(there.bus, here.bus, 'facts')
  await expect.poll(() => valuesOf(here.cache, 'space', keys)).toEqual(keys.map(() => null))
  await put(here.cache, 'space', [['key 1', 'new']], longMs)
  await expect.poll(() => valuesOf(there.cache, 'space', ['key 1', 'key 2'])).toEqual(['new', null])
  expect(await here.buckets.take([take], now)).toMatchObject([{ granted: 6 }])
})
