import type { Channel, ChannelContext, Log, Note, Post } from 'broadsheet/channel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import ntfy from '../index.ts'
import { startNtfy } from './server.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
let now = 1_700_000_000_000
const context: ChannelContext = {
  clock: {
    now: () => now,
    after(ms, run) {
      const timer = setTimeout(() => run(), ms)
      return () => clearTimeout(timer)
    },
  },
  log,
  random: Math.random,
}
const note: Note = {
  title: 'Disk full on db-1',
  url: 'https://news.example.org/alerts/7',
  tone: 'critical',
  summary: 'No space is left.',
  blocks: [
    { type: 'text', text: ['No space is left on ', { text: '/var', code: true }, '.'] },
    { type: 'fields', fields: [{ name: 'host', value: 'db-1', short: true }] },
    { type: 'list', items: ['one', { text: 'two', bold: true }] },
    { type: 'divider' },
    { type: 'image', url: 'https://grafana.example.org/disk.png', alt: 'Disk' },
    {
      type: 'links',
      links: [{ title: 'Acknowledge', url: 'https://news.example.org/k/1', style: 'primary' }],
    },
  ],
}
const post = (id: number, changes: Partial<Post> = {}): Post => ({
  id,
  to: 'newsroom',
  note,
  reason: 'firing',
  data: {},
  at: now,
  thread: 'disk',
  earlier: null,
  key: `key-${id}`,
  ...changes,
})
const never = () => new AbortController().signal
const send = async (batch: readonly Post[]) => await channel.send(batch, never())

let server: Awaited<ReturnType<typeof startNtfy>>
let channel: Channel<Post>
const open = async (settings: Readonly<Record<string, unknown>> = {}) => {
  channel = await ntfy.open(
    ntfy.config.parse({
      server: server.url,
      rooms: { newsroom: 'newsroom-x7Fq2', desk: 'desk-9Kd' },
      ...settings,
    }),
    context,
  )
}
beforeEach(async () => {
  server = await startNtfy()
  await open()
})
afterEach(async () => {
  await channel.close()
  await server.close()
})

describe('a post', () => {
  test('is a notification: priority and sign by its tone, links as buttons, the image attached', async () => {
    expect(await send([post(1)])).toEqual([
      { id: 1, status: 'sent', code: '200', detail: null, receipt: 'm1' },
    ])
    expect(server.taken).toEqual([
      {
        id: 'm1',
        topic: 'newsroom-x7Fq2',
        title: 'Disk full on db-1',
        message: 'No space is left on /var.\n\nhost: db-1\n\n• one\n• two',
        priority: 5,
        tags: ['rotating_light', 'firing'],
        click: 'https://news.example.org/alerts/7',
        attach: 'https://grafana.example.org/disk.png',
        actions: [{ action: 'view', label: 'Acknowledge', url: 'https://news.example.org/k/1' }],
      },
    ])
  })

  test('takes the place of the one before it', async () => {
    await send([post(1)])
    const over = post(2, { earlier: 'm1', reason: 'resolved', note: { ...note, tone: 'good' } })
    expect(await send([over])).toMatchObject([{ status: 'sent', receipt: 'm1' }])
    expect(server.taken[1]).toMatchObject({
      sequence_id: 'm1',
      tags: ['white_check_mark', 'resolved'],
      priority: 3,
    })
  })

  test('goes to a person by their own topic', async () => {
    const { host } = new URL(server.url)
    expect(await channel.contact?.(`${host}/ruth-4hGq`)).toBe(null)
    for (const none of ['ruth-4hGq', 'newsroom', `${host}/`, `${host}/a/b`, 'ntfy.sh/ruth-4hGq'])
      expect(await channel.contact?.(none)).toContain('must be a topic with its server')
    await send([post(1, { to: `${host}/ruth-4hGq` })])
    expect(server.taken[0]?.topic).toBe('ruth-4hGq')
  })

  test('that has more than three links keeps the rest in its text', async () => {
    const links = Array.from({ length: 5 }, (_, n) => ({ title: `Link ${n}`, url: `https://a.example/${n}` }))
    await send([post(1, { note: { ...note, blocks: [{ type: 'links', links }] } })])
    expect(server.taken[0]?.actions?.length).toBe(3)
    expect(server.taken[0]?.message).toBe('Link 3: https://a.example/3\n\nLink 4: https://a.example/4')
  })

  test.each(['x', 'ü', '"', '\n', '😀', '\\'])(
    'of any length fits what a server takes: %j',
    async (letter) => {
      const long = `${letter.repeat(20_000)} end`
      const huge: Note = {
        ...note,
        title: long,
        url: `https://a.example/${'u'.repeat(480)}`,
        blocks: [
          { type: 'text', text: long },
          { type: 'code', text: long },
          {
            type: 'links',
            links: Array.from({ length: 9 }, () => ({
              title: long,
              url: `https://a.example/${'u'.repeat(480)}`,
            })),
          },
          { type: 'image', url: `https://a.example/${'u'.repeat(480)}`, alt: long },
        ],
      }
      const onlyText: Note = { ...huge, url: null, blocks: [{ type: 'code', text: long }] }
      expect(await send([post(1, { note: huge }), post(2, { note: onlyText })])).toMatchObject([
        { status: 'sent' },
        { status: 'sent' },
      ])
    },
  )
})

describe('what the server says', () => {
  test.each([
    [40009, { status: 'permanent', suppress: true }],
    [40017, { status: 'permanent', suppress: false }],
    [41303, { status: 'permanent', suppress: false }],
    [40101, { status: 'transient', scope: 'channel' }],
    [40301, { status: 'transient', scope: 'room', retryAfterMs: 60_000 }],
    [50701, { status: 'transient', scope: 'room' }],
    [50001, { status: 'transient', scope: 'channel' }],
    [50201, { status: 'unknown' }],
  ])('%i', async (code, expected) => {
    server.scripted.push({ code })
    expect(await send([post(1)])).toMatchObject([{ id: 1, code: String(code), ...expected }])
    expect(server.taken).toEqual([])
  })

  test('a page that is not ntfy is no receipt', async () => {
    server.scripted.push({ code: 200, page: '<h1>Welcome to our hotel</h1>' })
    expect(await send([post(1)])).toMatchObject([{ status: 'unknown' }])
  })

  test('too many requests: none more before their time, to any room', async () => {
    server.scripted.push({ code: 42901 })
    expect(await send([post(1)])).toMatchObject([{ scope: 'channel', retryAfterMs: 5000, code: '42901' }])
    expect(await send([post(2), post(3, { to: 'desk' })])).toMatchObject([
      { status: 'transient', scope: 'channel', code: 'held' },
      { status: 'transient', scope: 'channel', code: 'held' },
    ])
    expect(server.requests()).toBe(1)
    now += 5000
    expect(await send([post(4)])).toMatchObject([{ status: 'sent' }])
  })

  test('Retry-After goes before what is documented', async () => {
    server.scripted.push({ code: 42908, headers: { 'retry-after': '120' } })
    expect(await send([post(1)])).toMatchObject([{ retryAfterMs: 120_000 }])
  })

  test('a topic that is not ours holds up no other', async () => {
    await channel.close()
    await server.close()
    server = await startNtfy({ tokens: { tk_good: ['desk-9Kd'] } })
    await open({ token: 'tk_good' })
    expect(await send([post(1), post(2, { to: 'desk' })])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 1, status: 'transient', scope: 'room', code: '40301' }),
        expect.objectContaining({ id: 2, status: 'sent' }),
      ]),
    )
    await channel.close()
    await open({ token: 'tk_stolen' })
    expect(await send([post(3)])).toMatchObject([{ status: 'transient', scope: 'channel', code: '40101' }])
  })
})

test('is probed without a post', async () => {
  expect(await channel.probe(never())).toMatchObject({ ok: true })
  expect(server.requests()).toBe(0)
})

test.each([
  [{ server: 'https://example.org/ntfy' }, 'must have no path'],
  [{ rooms: { newsroom: 'a topic' } }, 'must be a topic'],
  [{ topics: {} }, 'topics'],
])('refuses settings that cannot work: %j', (settings, message) => {
  expect(JSON.stringify(ntfy.config.safeParse(settings).error?.issues)).toContain(message)
})
