import { expect, onTestFinished, test, vi } from 'vitest'
import type { Carried, Channel } from '../../../engine/channel/index.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { chainCouriers } from '../../../engine/delivery/failover.ts'
import { createEngine } from '../../../engine/engine.ts'
import { silentLog } from '../../../engine/log.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { scriptedChannel } from '../support/scripted-channel.ts'
import { capabilitiesOf, letter, never, openDesk, post, settingsOf, startChat } from './desk.ts'

/** A channel of letters that is up or down, and what it took. */
interface Provider {
  readonly taken: number[]
  up: boolean
  readonly channel: Channel<Carried>
}
function provider(): Provider {
  const taken: number[] = []
  const self: Provider = {
    taken,
    up: true,
    channel: {
      capabilities: capabilitiesOf(),
      async send(batch) {
        if (!self.up) throw new Error('nothing listens')
        taken.push(...batch.map(({ id }) => id))
        return batch.map(({ id }) => ({ id, status: 'sent', code: '250', detail: 'ok' }) as const)
      },
      probe: async () => ({ ok: self.up, detail: '' }),
      close: async () => {},
    },
  }
  return self
}

function openChain(channels: { readonly [name: string]: Channel<Carried> }, config: object = {}) {
  const clock = createTestClock()
  const { buckets } = openMemoryStore()
  const desks = Object.entries(channels).map(([name, channel]) =>
    openDesk(channel, { name, clock, buckets, config }),
  )
  const [first = '', ...rest] = Object.keys(channels)
  const couriers = chainCouriers(
    desks.map(({ actor }) => actor),
    { failover: { [first]: rest }, limiter: desks[0]!.limiter, clock, log: silentLog },
  )
  return { clock, courier: couriers.get(first)!, desks, couriers }
}

const batch = (count: number) => Array.from({ length: count }, (_, i) => letter(i + 1))

test('a stand-in keeps to its own limits; what is above them waits, and by whom is said', async () => {
  const [smtp, ses] = [provider(), provider()]
  const { clock, courier } = openChain(
    { smtp: smtp.channel, ses: ses.channel },
    { limits: { channel: { ses: { perSecond: 1, burst: 4 } } } },
  )
  smtp.up = false
  for (let n = 0; n < 2; n++)
    expect(await courier.send(batch(1), never)).toMatchObject([{ status: 'unsent' }])
  expect(courier.via()).toBe('smtp')
  // The third failure opens the breaker: its batch goes on at once.
  const outcomes = await courier.send(batch(6), never)
  expect(ses.taken).toEqual([1, 2, 3, 4])
  expect(outcomes.slice(0, 4)).toEqual(
    [1, 2, 3, 4].map((id) => ({ id, status: 'sent', code: '250', detail: 'by ses: ok' })),
  )
  expect(outcomes.slice(4)).toMatchObject([
    { id: 5, status: 'transient', scope: 'channel', code: 'limit', retryAfterMs: 1000 },
    { id: 6, status: 'transient', scope: 'channel', code: 'limit', retryAfterMs: 1000 },
  ])
  expect(courier.via()).toBe('ses')
  // Who was admitted by its limits is not counted again.
  expect(await courier.send([letter(7)], never, 'ses')).toMatchObject([{ status: 'sent' }])
  expect(await courier.send([letter(8)], never)).toMatchObject([{ code: 'limit' }])

  smtp.up = true
  await vi.waitFor(
    () => {
      clock.advance(100)
      expect(courier.via()).toBe('smtp')
    },
    { interval: 1, timeout: 60_000 },
  )
  expect(await courier.send(batch(3), never)).toMatchObject([1, 2, 3].map((id) => ({ id, detail: 'ok' })))
  expect(smtp.taken).toEqual([1, 2, 3])
})

test('all of them out: it is blocked until the first of them may be asked again, and fails in its own words', async () => {
  const [smtp, ses, file] = [provider(), provider(), provider()]
  const { clock, courier, desks } = openChain({ smtp: smtp.channel, ses: ses.channel, file: file.channel })
  for (const one of [smtp, ses, file]) one.up = false
  for (const { actor } of desks) {
    clock.advance(100)
    for (let n = 0; n < 3; n++) await actor.send(batch(1), never)
  }
  expect(courier.blockedUntil()).toBe(desks[0]!.actor.blockedUntil())
  expect(await courier.send(batch(1), never)).toEqual([
    { id: 1, status: 'unsent', code: 'channel', detail: 'nothing listens' },
  ])
  file.up = true
  await vi.waitFor(
    () => {
      clock.advance(100)
      expect(courier.blockedUntil()).toBe(null)
    },
    { interval: 1, timeout: 60_000 },
  )
  expect(courier.via()).toBe('file')
  expect(await courier.send(batch(1), never)).toMatchObject([{ status: 'sent', detail: 'by file: ok' }])
})

test('a stop is no reason to go by another way', async () => {
  const [smtp, ses] = [provider(), provider()]
  const stop = new AbortController()
  const channel: Channel<Carried> = {
    ...smtp.channel,
    async send() {
      stop.abort()
      throw new Error('stopped')
    },
  }
  const { courier, desks } = openChain({ smtp: channel, ses: ses.channel }, { breaker: { failures: 1 } })
  expect(await courier.send(batch(2), stop.signal)).toMatchObject([
    { detail: 'stopped' },
    { detail: 'stopped' },
  ])
  expect(desks[0]!.actor.state().state).toBe('open')
  expect(ses.taken).toEqual([])
})

test('posts go to the room of the same name; receipts are of the channel that gave them', async () => {
  const clock = createTestClock()
  const [chat, spare] = [await startChat(clock), await startChat(clock)]
  const earlier: (string | null)[] = []
  const slack = spare.channel()
  const { courier } = openChain({
    chat: chat.channel(),
    spare: {
      ...slack,
      send(posts, signal) {
        earlier.push(...posts.map((one) => ('note' in one ? one.earlier : null)))
        return slack.send(posts, signal)
      },
    },
  })
  const about = (to: string) => ({ ...post(1, to), earlier: 'ops/7' })
  expect(await courier.send([about('ops')], never)).toMatchObject([{ status: 'sent', receipt: 'ops/1' }])
  chat.answer = () => ({ status: 503, scope: 'channel' })
  for (let n = 0; n < 2; n++) await courier.send([about('ops')], never)
  expect(await courier.send([about('ops')], never)).toEqual([
    { id: 1, status: 'sent', code: '200', detail: 'by spare' },
  ])
  expect(earlier).toEqual([null])
  // A person's contact with one is none with the other.
  expect(await courier.send([about('U012AB3CD')], never)).toMatchObject([{ status: 'unsent' }])
  expect(spare.asked.map(({ room }) => room)).toEqual(['ops'])
})

test('stand-ins that do not exist or do not fit are refused when the engine starts', async () => {
  const open = (failover: object) =>
    createEngine(settingsOf({ failover }), {
      store: openMemoryStore(),
      queue: createMemoryQueue(),
      channels: {
        smtp: { definition: scriptedChannel().definition, config: {} },
        chat: {
          definition: {
            ...scriptedChannel().definition,
            open: async () => (await startChat(createTestClock())).channel(),
          },
          config: {},
        },
        lounge: {
          definition: {
            ...scriptedChannel().definition,
            open: async () => (await startChat(createTestClock())).channel({ rooms: ['desk'] }),
          },
          config: {},
        },
      },
    })
  await expect(open({ smtp: ['ses'] })).rejects.toThrow(
    'failover.smtp names "ses", and there is no such channel. Configured: smtp, chat, lounge.',
  )
  await expect(open({ ses: ['smtp'] })).rejects.toThrow('failover names "ses"')
  await expect(open({ smtp: ['chat'] })).rejects.toThrow('"chat" does not carry what "smtp" does')
  await expect(open({ chat: ['lounge'] })).rejects.toThrow('"lounge" has no room named ops')
  const engine = await open({ lounge: ['chat'] })
  onTestFinished(() => engine.stop())

  const check = (failover: object) =>
    engineConfigSchema.safeParse({ secrets: ['a secret only for the tests'], failover }).error?.issues
  expect(check({ a: ['b'], b: ['c'], d: ['b', 'c'] })).toBe(undefined)
  expect(check({ a: ['b'], b: ['c'], c: ['a'] })).toHaveLength(3)
  expect(check({ a: ['a'] })).toMatchObject([
    { path: ['failover', 'a'], message: 'must not lead back to "a"' },
  ])
  expect(check({ a: ['b', 'b'] })).toMatchObject([{ message: 'names a channel twice' }])
})
