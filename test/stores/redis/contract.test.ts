import { afterAll, beforeAll, describe } from 'vitest'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openRedis } from '../../../stores/redis/open.ts'
import { testBuckets, testBus, testCache, testQueue } from '../../contract/store/index.ts'
import { startRedis } from '../../servers/redis.ts'
import { startRedisCluster } from '../../servers/redis-cluster.ts'
import { freshPrefix, sharedRedis } from './place.ts'

/** What `openRedis` says that a user needs, and no more. */
const rules = (prefix: string) =>
  `~{${prefix}}:* ~${prefix}:cache:* &{${prefix}}:bus:* +@read +@write +@connection +@scripting +@pubsub -@dangerous +info +time`
/** A slow machine is no failing Redis. */
const answerMs = 60_000

const places: readonly {
  readonly name: string
  readonly prefix: () => string
  readonly start: () => Promise<{ readonly url: string; drop(): Promise<void> }>
}[] = [
  { name: 'shared', prefix: freshPrefix, start: sharedRedis },
  {
    name: 'over TLS, as an ACL user',
    prefix: freshPrefix,
    start: () =>
      startRedis({ tls: true, users: [{ name: 'news', password: 'p@ss:/?#', rules: rules('t-*') }] }),
  },
  { name: 'cluster', prefix: freshPrefix, start: () => startRedisCluster() },
]

describe.each(places)('redis $name', ({ name, prefix, start }) => {
  let server: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.drop())

  const open = (at = prefix()) => openRedis(server.url, { prefix: at, answerMs })
  const noBuckets = {} as BucketStore

  testQueue(name, async () => {
    const redis = await open()
    return { ...redis.queue, close: () => redis.close() }
  })
  testQueue(`${name}, with a queue of its own to fall back to`, async () => {
    const meanwhile = { queue: createMemoryQueue(), buckets: noBuckets }
    const redis = await openRedis(server.url, { prefix: prefix(), answerMs, meanwhile })
    return { ...redis.queue, close: () => redis.close() }
  })
  testBuckets(async () => {
    const redis = await open()
    return { store: redis, close: () => redis.close() }
  })
  const two = async () => {
    const at = prefix()
    const [here, there] = [await open(at), await open(at)]
    const close = async () => {
      await Promise.all([here.close(), there.close()])
    }
    return { here, there, close }
  }
  testBus(name, async () => {
    const { here, there, close } = await two()
    return { here: here.bus, there: there.bus, close }
  })
  testCache(name, async () => {
    const { here, there, close } = await two()
    return { here: here.cache, there: there.cache, close }
  })
})
