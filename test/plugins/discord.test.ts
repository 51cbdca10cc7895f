import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createGuard } from '../../app/fetch/guard.ts'
import type { Channel, ChannelContext, Outcome, Post } from '../../engine/channel/index.ts'
import { discord } from '../../plugins/discord/index.ts'
import { createTestClock, type TestClock } from '../engine/support/clock.ts'
import { type DiscordServer, shown, startDiscord } from '../servers/discord.ts'
import { createHeardLog, laterOf, never, postOf } from './posts.ts'

let server: DiscordServer
let clock: TestClock
let log: ReturnType<typeof createHeardLog>
let hooks: ReturnType<DiscordServer['webhook']>[]
let channels: Channel<Post>[] = []

beforeEach(async () => {
  server = await startDiscord()
  hooks = [server.webhook(), server.webhook()]
  clock = createTestClock()
  log = createHeardLog()
  channels = []
})
afterEach(async () => {
  await Promise.all(channels.map((channel) => channel.close()))
  await server.close()
})

const open = async (settings: object = {}, context: Partial<ChannelContext> = {}) => {
  const rooms = { ops: { webhook: hooks[0]!.url }, desk: { webhook: hooks[1]!.url } }
  const config = discord.config.parse({ rooms, ...settings })
  const channel = await discord.open(config, { clock, log, random: () => 0.5, ...context })
  channels.push(channel)
  return channel
}
const send = async (channel: Channel<Post>, post: Post): Promise<Outcome> =>
  (await channel.send([post], never))[0]!
const receiptOf = (outcome: Outcome) => (outcome.status === 'sent' ? outcome.receipt : undefined)
const titles = () => server.messages.map(({ payload }) => payload.embeds?.[0]?.title ?? payload.content)

describe('settings', () => {
  test('take the address that Discord gives, with and without a version, and no other', () => {
    const accepts = (webhook: string) => discord.config.safeParse({ rooms: { ops: { webhook } } }).success
    expect(accepts('https://discord.com/api/webhooks/123456789012345678/abc-DEF_1')).toBe(true)
    expect(accepts('https://discord.com/api/v10/webhooks/123456789012345678/abc')).toBe(true)
    expect(accepts('https://discord.com/api/webhooks/123456789012345678')).toBe(false)
    expect(accepts('https://discord.com/api/webhooks/x/abc/../..')).toBe(false)
    expect(accepts('ftp://discord.com/api/webhooks/1/abc')).toBe(false)
    expect(discord.config.safeParse({ rooms: {} }).error?.issues[0]?.message).toBe(
      'must have at least one room',
    )
  })
})

describe('a later post of a thread', () => {
  const later = async (settings: object, reason: Post['reason']) => {
    const channel = await open(settings)
    const first = postOf('ops')
    const sent = await send(channel, first)
    return { sent, outcome: await send(channel, laterOf(first, receiptOf(sent), { reason })) }
  }
  const edits = () => server.messages.map((message) => message.edits)

  test.each([
    ['both', 'acknowledged', [1], true],
    ['both', 'expired', [1], true],
    ['both', 'resolved', [1, 0], true],
    ['both', 'changed', [1, 0], true],
    ['both', 'repeat', [0, 0], true],
    ['both', 'escalated', [0, 0], true],
    ['both', 'firing', [0, 0], false],
    ['both', 'digest', [0, 0], false],
    ['edit', 'resolved', [1], true],
    ['edit', 'repeat', [0, 0], false],
    ['post', 'resolved', [0, 0], false],
    ['post', 'acknowledged', [0, 0], false],
  ] as const)('with %s: %s', async (updates, reason, expected, sameReceipt) => {
    const { sent, outcome } = await later({ updates }, reason)
    expect(outcome.status).toBe('sent')
    expect(receiptOf(sent)).toMatch(/^\d+:\d+$/)
    expect(receiptOf(outcome) === receiptOf(sent)).toBe(sameReceipt)
    expect(edits()).toEqual(expected)
  })

  test('says in a line that it is over', async () => {
    await later({}, 'resolved')
    expect(titles()).toEqual(['✅ Resolved: Disk full', '✅ Resolved: Disk full'])
    expect(server.messages[1]!.payload.embeds).toEqual([])
  })

  test('is a message of its own where the earlier one is gone, or of another webhook', async () => {
    const channel = await open()
    const first = postOf('ops')
    const sent = await send(channel, first)
    const elsewhere = await send(channel, { ...laterOf(first, receiptOf(sent)), to: 'desk' })
    expect(receiptOf(elsewhere)).toMatch(new RegExp(`^${hooks[1]!.id}:`))
    expect(edits()).toEqual([0, 0])
    expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'POST'])
    server.delete(server.messages[0]!.id)
    const again = await send(channel, laterOf(first, receiptOf(sent)))
    expect(again.status).toBe('sent')
    expect(receiptOf(again)).not.toBe(receiptOf(sent))
    expect(log.events).toContain('discord.not_edited')
  })

  test('may go again after an edit of which nobody knows', async () => {
    const channel = await open()
    const first = postOf('ops')
    const sent = await send(channel, first)
    server.behave({ do: 'drop' })
    expect(await send(channel, laterOf(first, receiptOf(sent)))).toMatchObject({ status: 'transient' })
    server.behave(null)
    expect(await send(channel, laterOf(first, receiptOf(sent)))).toMatchObject({ status: 'sent' })
    expect(edits()).toEqual([1, 0])
  })
})

describe('an error', () => {
  test.each([
    [404, { code: 10015, message: 'Unknown Webhook' }, 'permanent', '10015'],
    [401, { code: 50027, message: 'Invalid Webhook Token' }, 'permanent', '50027'],
    [403, { code: 50013, message: 'Missing Permissions' }, 'permanent', '50013'],
    [
      400,
      { code: 220001, message: 'Webhooks posted to forum channels must have a thread_name or thread_id' },
      'permanent',
      '220001',
    ],
    [400, { code: 50035, message: 'Invalid Form Body', errors: {} }, 'permanent', '50035'],
    [405, { code: 0, message: '405: Method Not Allowed' }, 'permanent', '0'],
    [403, 'error code: 1010', 'unsent', '403'],
    [307, '', 'unsent', '307'],
    [500, { code: 0, message: '500: Internal Server Error' }, 'unknown', '0'],
    [502, '', 'transient', '502'],
    [503, 'upstream connect error', 'transient', '503'],
    [504, '', 'unknown', '504'],
    [200, 'not JSON', 'sent', null],
    [204, '', 'sent', null],
  ] as const)('%i %j is %s', async (status, body, becomes, code) => {
    const channel = await open()
    server.answer = () => ({ status, body })
    const outcome = await send(channel, postOf('ops'))
    expect(outcome).toMatchObject({ status: becomes, code })
    if (outcome.status === 'permanent') expect(outcome.suppress).toBe(false)
    if (outcome.status === 'transient') expect(outcome.scope).toBe('channel')
    if (typeof body === 'object') expect(outcome.detail).toContain(body.message)
  })

  test('that says the webhook is gone is asked for once', async () => {
    const channel = await open()
    server.delete(hooks[0]!.id)
    expect(await send(channel, postOf('ops'))).toMatchObject({ status: 'permanent', code: '10015' })
    expect(await send(channel, postOf('ops'))).toMatchObject({ status: 'permanent', code: 'gone' })
    expect(server.posted().length).toBe(1)
    expect(log.events).toEqual(['discord.gone'])
    expect(await send(channel, postOf('desk'))).toMatchObject({ status: 'sent' })
  })

  test('of content goes again in letters only', async () => {
    const channel = await open()
    server.answer = ({ body }) =>
      body.includes('"embeds":[{')
        ? { status: 400, body: { code: 50035, message: 'Invalid Form Body' } }
        : undefined
    expect(await send(channel, postOf('ops'))).toMatchObject({ status: 'sent' })
    const [message] = server.messages
    expect(message!.payload.embeds).toEqual([])
    expect(shown(message!.payload).text).toContain('🔴 Disk full on <db1>')
    expect(shown(message!.payload).text).toContain('Acknowledge: https://example.org/a?t=1')
    expect(log.events).toEqual(['discord.plain'])
  })
})

describe('limits', () => {
  test('an empty bucket is waited for, and never asked', async () => {
    server.limit = { requests: 3, perMs: 2_000, now: () => clock.now() }
    const channel = await open()
    const outcomes: Outcome[] = []
    for (let n = 0; n < 5; n++) outcomes.push(await send(channel, postOf('ops')))
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent', 'transient', 'transient'])
    expect(outcomes[3]).toMatchObject({ code: 'held', scope: 'room', retryAfterMs: 2_000 })
    expect(server.posted().length).toBe(3)
    expect(await send(channel, postOf('desk'))).toMatchObject({ status: 'sent' })
    clock.advance(2_000)
    expect(await send(channel, postOf('ops'))).toMatchObject({ status: 'sent' })
  })

  test('are those of the webhook, whatever room it is of', async () => {
    server.limit = { requests: 1, perMs: 2_000, now: () => clock.now() }
    const { url } = hooks[0]!
    const channel = await open({ rooms: { ops: { webhook: url }, also: { webhook: url } } })
    expect(await send(channel, postOf('ops'))).toMatchObject({ status: 'sent' })
    expect(await send(channel, postOf('also'))).toMatchObject({ status: 'transient', code: 'held' })
  })

  test('are read to the millisecond', async () => {
    const channel = await open()
    server.behave({ do: 'limited', retryAfterMs: 1_234 }, hooks[0]!.id)
    expect(await send(channel, postOf('ops'))).toMatchObject({
      scope: 'room',
      retryAfterMs: 1_234,
      code: '429',
    })
  })

  test.each([
    [{ message: 'You are being rate limited.', retry_after: 64.57, global: true }, {}, 64_570],
    [{ message: 'You are being rate limited.', retry_after: 2 }, { 'x-ratelimit-scope': 'global' }, 2_000],
    ['error code: 1015', { 'retry-after': '600' }, 600_000],
    ['error code: 1015', {}, 60_000],
  ] as const)('of everybody at this address hold every room: %j', async (body, headers, ms) => {
    const channel = await open()
    server.answer = () => ({ status: 429, body, headers })
    expect(await send(channel, postOf('ops'))).toMatchObject({
      status: 'transient',
      scope: 'channel',
      retryAfterMs: ms,
    })
    expect(await send(channel, postOf('desk'))).toMatchObject({
      status: 'transient',
      scope: 'channel',
      code: 'held',
    })
    expect(server.posted().length).toBe(1)
    server.answer = () => undefined
    clock.advance(ms)
    expect(await send(channel, postOf('desk'))).toMatchObject({ status: 'sent' })
  })
})

describe('a probe', () => {
  test('looks at each webhook, and posts nothing', async () => {
    const channel = await open()
    expect(await channel.probe(never)).toEqual({
      ok: true,
      detail: 'Discord knows the webhooks of ops, desk',
    })
    expect(server.posted()).toEqual([])
    server.delete(hooks[1]!.id)
    const { ok, detail } = await channel.probe(never)
    expect(ok).toBe(false)
    expect(detail).toBe('desk: Discord answered 404: Unknown Webhook. It was deleted; make a new one.')
  })
})

test('nothing of the inside is reached, unless the operator allows it', async () => {
  const closed = createGuard({ allow: [], ports: [Number(new URL(server.origin).port)] })
  const channel = await open({}, { egress: closed })
  expect(await send(channel, postOf('ops'))).toMatchObject({
    status: 'unsent',
    code: 'egress',
    detail: expect.stringContaining('egress.allow'),
  })
  expect(server.asked).toEqual([])
  const allowed = await open({}, { egress: createGuard({ allow: ['127.0.0.1'], ports: [] }) })
  expect(await send(allowed, postOf('ops'))).toMatchObject({ status: 'sent' })
})
