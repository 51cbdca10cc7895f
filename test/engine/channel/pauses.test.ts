import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openStore } from '../../../stores/open.ts'
import { tempFolder } from '../../stores/support/folder.ts'
import { createTestClock } from '../support/clock.ts'
import { never, openDesk, post, startChat } from './desk.ts'

const limited = { status: 429, retryAfter: 30 }

test('a room that says when to come back is not asked before, by nobody; other rooms are not concerned', async () => {
  const clock = createTestClock()
  const start = clock.now()
  const chat = await startChat(clock)
  const url = `sqlite:${join(tempFolder(), 'store.db')}`
  let store = await openStore(url, {})
  const here = openDesk(chat.channel(), { clock, buckets: store.buckets })
  const there = openDesk(chat.channel(), { clock, buckets: store.buckets })
  chat.answer = (room) => (room === 'ops' ? limited : undefined)
  expect(await here.actor.send([post(1)], never)).toMatchObject([
    { status: 'transient', code: '429', scope: 'room', retryAfterMs: 30_000 },
  ])
  chat.answer = () => undefined

  clock.advance(29_999)
  for (const { actor } of [here, there]) {
    expect(await actor.send([post(2), post(3, 'desk')], never)).toMatchObject([
      { id: 2, status: 'transient', code: 'paused', scope: 'room', retryAfterMs: 1 },
      { id: 3, status: 'sent' },
    ])
    expect(actor.blockedUntil()).toBe(null)
  }
  await store.close()
  store = await openStore(url, {})
  const later = openDesk(chat.channel(), { clock, buckets: store.buckets })
  expect(await later.limiter.admitRooms('chat', ['ops', 'desk', 'ops'], clock.now())).toEqual({
    admitted: [1],
    nextAt: start + 30_000,
  })
  expect(await later.actor.send([post(4)], never)).toMatchObject([{ code: 'paused' }])
  expect(chat.asked.filter(({ room }) => room === 'ops')).toEqual([{ room: 'ops', at: start }])

  clock.advance(1)
  expect(await later.actor.send([post(4)], never)).toMatchObject([{ status: 'sent' }])
  expect(here.states).toEqual([])
  await store.close()
})

test('posts to one room that wait for a slot while it is told to wait do not go either', async () => {
  const chat = await startChat(createTestClock())
  const { actor } = openDesk(chat.channel())
  chat.answer = () => limited
  // 7 of the 8 slots are open to them: the others come after the first answer.
  const outcomes = await actor.send(
    Array.from({ length: 30 }, (_, i) => post(i + 1)),
    never,
  )
  expect(outcomes.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
  expect(chat.asked.length).toBeLessThanOrEqual(7)
})

test('a whole channel that says when to come back is left alone, without its breaker opening', async () => {
  const clock = createTestClock()
  const chat = await startChat(clock)
  const { actor, states } = openDesk(chat.channel(), { clock })
  chat.answer = () => ({ status: 429, retryAfter: 5, scope: 'channel' })
  for (let n = 0; n < 5; n++) await actor.send([post(n)], never)
  expect(chat.asked).toHaveLength(1)
  expect(actor.blockedUntil()).toBe(clock.now() + 5000)
  clock.advance(5000)
  expect(actor.blockedUntil()).toBe(null)
  chat.answer = () => undefined
  expect(await actor.send([post(9)], never)).toMatchObject([{ status: 'sent' }])
  expect(states).toEqual([])
})

test('one that is away for longer than the breaker ever waits has opened it, and is not probed before', async () => {
  const clock = createTestClock()
  const chat = await startChat(clock)
  const { actor, states } = openDesk(chat.channel(), { clock })
  const start = clock.now()
  chat.answer = () => ({ status: 503, retryAfter: 60, scope: 'channel' })
  await actor.send([post(1)], never)
  expect(actor.state()).toEqual({ state: 'open', detail: 'refused for now' })
  expect(actor.blockedUntil()).toBe(start + 60_000)
  chat.answer = () => undefined
  clock.advance(60_000)
  await vi.waitFor(() => expect(actor.state().state).toBe('closed'), { interval: 5, timeout: 60_000 })
  expect(states).toEqual(['open', 'half-open', 'closed'])
  expect(chat.asked).toEqual([
    { room: 'ops', at: start },
    { room: 'probe', at: start + 60_000 },
  ])
})

test('a breaker does not probe what another node was told to leave alone', async () => {
  const clock = createTestClock()
  const chat = await startChat(clock)
  const { actor, limiter, states } = openDesk(chat.channel(), { clock })
  chat.answer = () => ({ status: 503, scope: 'channel' })
  for (let n = 0; n < 3; n++) await actor.send([post(n)], never)
  await limiter.pause('channel:chat', clock.now() + 20_000, clock.now())
  chat.answer = () => undefined
  const asked = chat.asked.length
  await vi.waitFor(
    () => {
      clock.advance(500)
      expect(actor.state().state).toBe('closed')
    },
    { interval: 5, timeout: 60_000 },
  )
  expect(states.filter((state) => state === 'half-open').length).toBeGreaterThan(2)
  expect(chat.asked.slice(asked).every(({ at }) => at >= chat.asked[0]!.at + 20_000)).toBe(true)
})

test('a store that does not answer lets nothing leave, and nobody blames the channel', async () => {
  const chat = await startChat(createTestClock())
  const store = await openStore(`sqlite:${join(tempFolder(), 'store.db')}`, {})
  const { actor, states } = openDesk(chat.channel(), { buckets: store.buckets })
  await store.close()
  for (let n = 0; n < 5; n++)
    expect(await actor.send([post(n)], never)).toMatchObject([{ status: 'unsent', code: 'store' }])
  expect(chat.asked).toEqual([])
  expect(states).toEqual([])
})

test('rooms have rates of their own, and one for all that have none', async () => {
  const clock = createTestClock()
  const chat = await startChat(clock)
  const { limiter } = openDesk(chat.channel(), {
    clock,
    config: {
      limits: {
        channel: { chat: { perSecond: 100, burst: 5 } },
        room: { 'chat/*': { perSecond: 1, burst: 1 }, 'chat/ops': { perSecond: 2, burst: 3 } },
      },
    },
  })
  const now = clock.now()
  const rooms = ['ops', 'ops', 'ops', 'ops', 'desk', 'desk', 'UA1', 'UA2']
  expect(await limiter.admitRooms('chat', rooms, now)).toEqual({
    admitted: [0, 1, 2, 4, 6],
    nextAt: now + 10,
  })
  // UA2 got its token back when the channel had none left.
  expect(await limiter.admitRooms('chat', ['UA2', 'desk'], now + 10)).toEqual({
    admitted: [0],
    nextAt: now + 1000,
  })
  expect(await limiter.admitRooms('chat', ['ops', 'ops', 'ops'], now + 1000)).toEqual({
    admitted: [0, 1],
    nextAt: now + 1500,
  })
  expect(await limiter.admitRooms('other', ['ops'], now)).toEqual({ admitted: [0], nextAt: null })
})
