import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../../engine/log.ts'
import { createRedisBus } from '../../../stores/redis/bus.ts'
import { type Client, connect } from '../../../stores/redis/connect.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { freshPrefix } from './place.ts'

let server: RedisServer
const ends: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startRedis()
})
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})
afterAll(() => server.drop())

/** A bus with the connections that it hears by, and what hears `facts` on it. */
async function openBus({ beatMs = 50 } = {}) {
  const prefix = freshPrefix()
  const connection = connect({ url: server.url, prefix, log: silentLog, answerMs: 60_000 })
  ends.push(() => connection.close())
  await connection.open(60_000)
  const listeners: Client[] = []
  const listener = () => {
    const client = connection.listener()
    listeners.push(client)
    return client
  }
  const bus = createRedisBus({
    connection: { ...connection, listener },
    node: 'here',
    log: silentLog,
    beatMs,
  })
  ends.push(() => bus.close())
  const heard: string[] = []
  let gaps = 0
  bus.subscribe(
    'facts',
    (text) => heard.push(text),
    () => {
      gaps += 1
    },
  )
  await expect.poll(() => gaps).toBe(1)
  const channel = `{${prefix}}:bus:facts`
  return {
    bus,
    heard,
    gaps: () => gaps,
    listeners,
    channel,
    say: (text: string) => server.admin().publish(channel, text),
  }
}

test('what another node said and was not heard is known by its number', async () => {
  const { heard, gaps, say } = await openBus()
  await say('there 7 a')
  await say('there 8 b')
  await say('elsewhere 1 c')
  await expect.poll(() => heard).toEqual(['a', 'b', 'c'])
  expect(gaps()).toBe(1)
  await say('there 10 e')
  await expect.poll(() => heard).toEqual(['a', 'b', 'c', 'e'])
  expect(gaps()).toBe(2)
})

test('what was overtaken or comes twice is not heard', async () => {
  const { heard, say } = await openBus()
  for (const text of ['there 1 a', 'there 3 c', 'there 2 b', 'there 3 c', 'there 4 d']) await say(text)
  await expect.poll(() => heard.at(-1)).toBe('d')
  expect(heard).toEqual(['a', 'c', 'd'])
})

test('a connection that was lost is replaced', async () => {
  const { heard, gaps, say } = await openBus({ beatMs: 1e9 })
  await server.admin().call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await expect.poll(gaps).toBe(2)
  await say('there 1 a')
  await expect.poll(() => heard).toEqual(['a'])
})

test('a connection that is deaf without a word is found out and replaced', async () => {
  const { heard, gaps, listeners, say } = await openBus()
  await listeners[0]!.unsubscribe()
  await expect.poll(gaps).toBe(2)
  expect(listeners).toHaveLength(2)
  await say('there 1 a')
  await expect.poll(() => heard).toEqual(['a'])
})

test('says what could not be published', async () => {
  const { bus } = await openBus()
  let lost = 0
  const publish = () => bus.publish('facts', 'x', () => (lost += 1))
  publish()
  await server.kill()
  await expect
    .poll(() => {
      publish()
      return lost
    })
    .toBeGreaterThan(0)
  await server.start()
})

test('one that hears is kept', async () => {
  const { bus, listeners, gaps } = await openBus()
  // Several beats, seen by their numbers.
  const admin = server.admin().duplicate()
  const numbers = new Set<string>()
  admin.on('pmessage', (_pattern: string, _channel: string, message: string) => numbers.add(message))
  await admin.psubscribe('*node/here')
  await expect.poll(() => numbers.size).toBeGreaterThan(5)
  admin.disconnect()
  expect(listeners).toHaveLength(1)
  expect(gaps()).toBe(1)
  await bus.close()
})
