import type { Channel, ChannelContext, Log, Post } from 'broadsheet/channel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import myChannel from '../index.ts'
import { startServer } from './server.ts'

const token = 'let-me-in'
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const context: ChannelContext = {
  clock: {
    now: Date.now,
    after(ms, run) {
      const timer = setTimeout(() => run(), ms)
      return () => clearTimeout(timer)
    },
  },
  log,
  random: Math.random,
}
const post = (id: number, to = 'newsroom'): Post => ({
  id,
  to,
  note: {
    title: `Title ${id}`,
    url: null,
    tone: 'critical',
    summary: 'The disk is full',
    blocks: [{ type: 'fields', fields: [{ name: 'host', value: 'db-1', short: true }] }],
  },
  reason: 'firing',
  data: {},
  at: 1_700_000_000_000,
  thread: 'disk',
  earlier: null,
  key: `key-${id}`,
})
const never = () => new AbortController().signal

let server: Awaited<ReturnType<typeof startServer>>
let channel: Channel<Post>
beforeEach(async () => {
  server = await startServer(token)
  channel = await open()
})
afterEach(async () => {
  await channel.close()
  await server.close()
})
const open = (changes: Readonly<Record<string, unknown>> = {}): Promise<Channel<Post>> =>
  myChannel.open(myChannel.config.parse({ url: server.url, token, rooms: ['newsroom'], ...changes }), context)

test('a post arrives as it is meant', async () => {
  expect(await channel.send([post(1)], never())).toMatchObject([{ id: 1, status: 'sent' }])
  expect(server.received).toMatchObject([{ room: 'newsroom', text: 'Title 1\n\nhost: db-1' }])
})

describe('what an answer leads to', () => {
  test.each([
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 'transient', scope: 'channel', retryAfterMs: 7000 },
    ],
    [{ status: 503 }, { status: 'transient', scope: 'channel' }],
    [{ status: 500 }, { status: 'transient', scope: 'channel' }],
    [{ status: 504 }, { status: 'unknown' }],
    [
      { status: 400, body: 'no such field' },
      { status: 'permanent', suppress: false, detail: 'no such field' },
    ],
  ])('%j', async (refusal, expected) => {
    server.refusals.push(refusal)
    expect(await channel.send([post(1)], never())).toMatchObject([{ id: 1, ...expected }])
  })

  test('a wrong token fails nobody', async () => {
    const other = await open({ token: 'wrong' })
    expect(await other.send([post(1)], never())).toMatchObject([{ status: 'transient', scope: 'channel' }])
    expect(await other.probe(never())).toMatchObject({ ok: false })
    await other.close()
  })

  test('nothing left where nobody listens', async () => {
    const { url } = server
    await server.close()
    expect(await (await open({ url })).send([post(1)], never())).toMatchObject([{ status: 'unsent' }])
  })
})
