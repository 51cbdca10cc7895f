import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openRedis } from '../../../stores/redis/open.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { freshPrefix } from '../../stores/redis/place.ts'
import { createTestClock } from '../support/clock.ts'
import { waitFor } from '../support/wait.ts'
import { createWords, figuresOf, openNode, turns, type Words } from './support.ts'

let server: RedisServer
const ends: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startRedis({ persistent: true })
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
afterAll(() => server.drop())

/** Two processes with one store and one Redis; each hears the other. */
async function openTwo(store: Words) {
  const prefix = freshPrefix()
  const clock = createTestClock()
  const open = async () => {
    const redis = await openRedis(server.url, { prefix, answerMs: 60_000 })
    ends.push(() => redis.close())
    return { ...openNode(store, { tier: redis.cache, bus: redis.bus, clock }), redis }
  }
  const [here, there] = [await open(), await open()]
  const hears = (node: typeof here, other: typeof here) =>
    waitFor('the other node', async () => {
      const before = figuresOf(node).drops
      await other.space.drop(['are you there?'])
      await turns()
      return figuresOf(node).drops > before
    })
  await hears(here, there)
  await hears(there, here)
  return { here, there }
}
const inRedis = ({ redis }: Awaited<ReturnType<typeof openTwo>>['here'], key: string) =>
  waitFor(`${key} to be in Redis`, async () => (await redis.cache.get('words', [key]))[0]?.value)

test('one loads, and the other has it from Redis', async () => {
  const store = createWords({ a: 'one' })
  const { here, there } = await openTwo(store)
  await here.space.get('a')
  await inRedis(here, 'a')
  expect(await there.space.get('a')).toBe('one')
  expect(store.asked.flat().filter((key) => key === 'a')).toHaveLength(1)
  expect(figuresOf(there)).toMatchObject({ tierHits: 1, loads: 0 })
})

test('what one node has written the other no longer reads, in its process or in Redis', async () => {
  const store = createWords({ a: 'old', b: 'old' })
  const { here, there } = await openTwo(store)
  await here.space.getMany(['a', 'b'])
  await inRedis(here, 'b')
  store.words.set('a', 'new')
  store.words.set('b', 'not dropped')
  await there.space.drop(['a'])
  expect(await there.space.get('a')).toBe('new')
  await waitFor('the news', async () => (await here.space.get('a')) === 'new')
  expect(await here.space.get('b')).toBe('old')
  expect(await there.space.get('b')).toBe('old')
})

test('a node that lost its connection forgets what it may have missed', async () => {
  const store = createWords({ a: 'old' })
  const { here, there } = await openTwo(store)
  for (const { space } of [here, there]) await space.get('a')
  await server.kill()
  await waitFor('both to know', () => !here.redis.bus.hears() && !there.redis.bus.hears())
  store.words.set('a', 'new')
  await there.space.drop(['a'])
  // Nobody could tell it.
  expect(await here.space.get('a')).toBe('old')
  await server.start()
  await waitFor('the news', async () => (await here.space.get('a')) === 'new')
})
