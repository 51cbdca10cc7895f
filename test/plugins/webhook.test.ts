import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createGuard } from '../../app/fetch/guard.ts'
import type { Channel, ChannelContext, Outcome, Post } from '../../engine/channel/index.ts'
import { systemClock } from '../../engine/clock.ts'
import { silentLog } from '../../engine/log.ts'
import { webhook } from '../../plugins/webhook/index.ts'
import { readSecret } from '../../plugins/webhook/sign.ts'
import { createTestClock } from '../engine/support/clock.ts'
import { makeCertificate } from '../servers/certificate.ts'
import { type HookTurn, startWebhookReceiver, type WebhookReceiver } from '../servers/webhook-receiver.ts'

const never = new AbortController().signal
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const older = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
const signingKey = `whsk_${Buffer.alloc(32, 3).toString('base64')}`
const publicKey = readSecret(signingKey)!.publicKey!

interface Opened {
  readonly receiver: WebhookReceiver
  readonly channel: Channel<Post>
  send(change?: Partial<Post>): Promise<Outcome>
}

/** A channel with the rooms `desk` and `ops` at one receiver. */
async function open(settings: object = {}, context: Partial<ChannelContext> = {}): Promise<Opened> {
  const receiver = await startWebhookReceiver()
  for (const path of ['/desk', '/ops']) receiver.secrets.set(path, secret)
  const room = (path: string) => ({ url: receiver.url + path, secrets: [secret] })
  const config = webhook.config.parse({ rooms: { desk: room('/desk'), ops: room('/ops') }, ...settings })
  const channel = await webhook.open(config, {
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    ...context,
  })
  onTestFinished(async () => {
    await channel.close()
    await receiver.close()
  })
  return {
    receiver,
    channel,
    send: async (change = {}) => (await channel.send([post(change)], never))[0]!,
  }
}

const post = (change: Partial<Post> = {}): Post => ({
  id: 1,
  to: 'desk',
  note: { title: 'Disk full', url: null, tone: 'critical', summary: 'Disk full on db-1', blocks: [] },
  reason: 'firing',
  data: { alerts: [{ key: 'disk' }] },
  at: Date.UTC(2026, 10, 23, 8),
  thread: 'group-7',
  earlier: null,
  key: 'post-1',
  ...change,
})

describe('a post', () => {
  test('is signed so that the package of Standard Webhooks believes it', async () => {
    const { receiver, send } = await open()
    expect(await send()).toEqual({ id: 1, status: 'sent', code: '204', detail: null })
    const [hook] = receiver.taken
    expect(hook).toMatchObject({
      path: '/desk',
      id: 'post-1',
      event: { type: 'alert.firing', thread: 'group-7', data: { note: { title: 'Disk full' } } },
      headers: { 'content-type': 'application/json' },
    })
  })

  test('keeps its id over attempts, and tells each time when it is made', async () => {
    const clock = createTestClock(Date.now() - 200_000)
    const { receiver, send } = await open({}, { clock })
    receiver.turn = ({ headers }) =>
      headers['x-again'] === undefined && receiver.asked.length === 1 ? { status: 500 } : undefined
    const key = '<0123456789abcdef@news.example.org>'
    expect(await send({ key })).toMatchObject({ status: 'transient' })
    clock.advance(60_000)
    expect(await send({ key })).toMatchObject({ status: 'sent' })
    const [first, second] = receiver.asked
    expect(second!.id).toBe(first!.id)
    expect(second!.id).not.toContain('.')
    expect(second!.body).toEqual(first!.body)
    const times = [first!, second!].map(({ headers }) => Number(headers['webhook-timestamp']))
    expect(times[1]! - times[0]!).toBe(60)
  })

  test('of a room with headers and CloudEvents of its own', async () => {
    const { receiver, channel } = await open({ source: 'https://news.example.org' })
    await channel.close()
    const rooms = {
      desk: {
        url: `${receiver.url}/desk?tenant=7`,
        secrets: [secret],
        format: 'cloudevents',
        headers: { Authorization: 'Bearer x', 'X-Team': 'politics' },
      },
    }
    receiver.secrets.set('/desk?tenant=7', secret)
    const other = await webhook.open(webhook.config.parse({ rooms, source: 'https://news.example.org' }), {
      clock: systemClock,
      log: silentLog,
      random: () => 0.5,
    })
    onTestFinished(() => other.close())
    expect(await other.send([post({ reason: 'resolved' })], never)).toMatchObject([{ status: 'sent' }])
    expect(receiver.taken[0]).toMatchObject({
      headers: {
        'content-type': 'application/cloudevents+json',
        authorization: 'Bearer x',
        'x-team': 'politics',
      },
      event: { specversion: '1.0', id: 'post-1', type: 'alert.resolved', source: 'https://news.example.org' },
    })
  })

  test.each([secret, older])('is signed with both secrets while they are exchanged: %s', async (known) => {
    const { receiver, channel } = await open()
    await channel.close()
    receiver.secrets.set('/desk', known)
    const rooms = { desk: { url: `${receiver.url}/desk`, secrets: [secret, older] } }
    const other = await webhook.open(webhook.config.parse({ rooms }), {
      clock: systemClock,
      log: silentLog,
      random: () => 0.5,
    })
    onTestFinished(() => other.close())
    expect(await other.send([post()], never)).toMatchObject([{ status: 'sent' }])
  })

  test('with another secret is not believed', async () => {
    const { receiver, send } = await open()
    receiver.secrets.set('/desk', older)
    expect(await send()).toMatchObject({ status: 'permanent', code: '401', suppress: false })
  })

  test('that is too large is shortened, and says so', async () => {
    const { receiver, send } = await open({ maxPayloadBytes: 16_384 })
    expect(await send({ data: { alerts: 'a'.repeat(30_000), count: 1 } })).toMatchObject({ status: 'sent' })
    expect(receiver.taken[0]!.body.length).toBeLessThan(16_384)
    expect(receiver.taken[0]!.event.data).toMatchObject({ count: 1, truncated: ['alerts'] })
  })

  test('to a room that there is not, is not sent', async () => {
    const { receiver, send } = await open()
    for (const to of ['nope', 'constructor', `${receiver.url}/desk`])
      expect(await send({ to })).toMatchObject({ status: 'permanent', code: 'room' })
    expect(receiver.asked).toEqual([])
  })
})

const answers: readonly [HookTurn, object][] = [
  [
    { status: 200, body: 'ok' },
    { status: 'sent', code: '200' },
  ],
  [{ status: 202 }, { status: 'sent' }],
  [{ status: 400 }, { status: 'permanent', code: '400', suppress: false }],
  [{ status: 401 }, { status: 'permanent' }],
  [{ status: 404 }, { status: 'permanent' }],
  [{ status: 410 }, { status: 'permanent', code: '410', suppress: false }],
  [{ status: 413 }, { status: 'permanent' }],
  [{ status: 408 }, { status: 'transient', scope: 'recipient', retryAfterMs: null }],
  [{ status: 425 }, { status: 'transient', scope: 'recipient' }],
  [
    { status: 429, headers: { 'retry-after': '120' } },
    { status: 'transient', scope: 'room', retryAfterMs: 120_000 },
  ],
  [{ status: 429 }, { status: 'transient', scope: 'room', retryAfterMs: 30_000 }],
  [
    { status: 503, headers: { 'retry-after': '7' } },
    { status: 'transient', scope: 'room', retryAfterMs: 7000 },
  ],
  [{ status: 503 }, { status: 'transient', scope: 'room', retryAfterMs: 5000 }],
  [{ status: 502 }, { status: 'transient', scope: 'room' }],
  [{ status: 504 }, { status: 'transient', scope: 'room' }],
  [{ status: 500 }, { status: 'transient', scope: 'recipient', retryAfterMs: null }],
  [
    { status: 500, body: 'x'.repeat(1_000_000) },
    { status: 'transient', scope: 'recipient' },
  ],
  [
    { status: 302, headers: { location: 'https://other.example.org/secret-path' } },
    {
      status: 'permanent',
      code: '302',
      detail: expect.stringContaining('other.example.org, which is not followed'),
    },
  ],
  [
    { status: 308, headers: { location: '//' } },
    { status: 'permanent', code: '308' },
  ],
  ['drop', { status: 'unknown' }],
  ['hang', { status: 'unknown', code: 'timeout' }],
]
test.each(answers)('a receiver answers %o', async (turn, expected) => {
  const { receiver, send } = await open({ timeoutMs: turn === 'hang' ? 300 : 60_000 })
  receiver.turn = () => turn
  const outcome = await send()
  expect(outcome).toMatchObject({ id: 1, ...expected })
  expect(JSON.stringify(outcome)).not.toMatch(/secret-path|\/desk/)
  expect(receiver.asked).toHaveLength(1)
})

describe('a room is left alone', () => {
  test('until its Retry-After is over, and no other room with it', async () => {
    const clock = createTestClock(Date.now())
    const { receiver, send } = await open({}, { clock })
    let busy = true
    receiver.turn = ({ path }) =>
      path === '/desk' && busy ? { status: 429, headers: { 'retry-after': '60' } } : undefined
    await send()
    expect(await send()).toMatchObject({
      status: 'transient',
      scope: 'room',
      code: 'held',
      retryAfterMs: 60_000,
    })
    clock.advance(59_999)
    busy = false
    expect(await send()).toMatchObject({ code: 'held', retryAfterMs: 1 })
    expect(await send({ to: 'ops' })).toMatchObject({ status: 'sent' })
    clock.advance(1)
    expect(await send()).toMatchObject({ status: 'sent' })
    expect(receiver.asked.map(({ path }) => path)).toEqual(['/desk', '/ops', '/desk'])
  })

  test('for good after 410, also under its other name', async () => {
    const { receiver, send } = await open()
    receiver.turn = ({ path }) => (path === '/desk' ? { status: 410 } : undefined)
    await send()
    expect(await send({ key: 'post-2' })).toMatchObject({ status: 'permanent', code: '410' })
    expect(await send({ to: 'ops' })).toMatchObject({ status: 'sent' })
    expect(receiver.asked).toHaveLength(2)
  })

  test('for a moment when it gave no answer: posts do not queue up behind it', async () => {
    const clock = createTestClock(Date.now())
    const { receiver, send } = await open({}, { clock })
    receiver.turn = ({ path }) => (path === '/desk' ? 'drop' : undefined)
    expect(await send()).toMatchObject({ status: 'unknown' })
    expect(await send()).toMatchObject({ status: 'transient', scope: 'room', code: 'held' })
    expect(await send({ to: 'ops' })).toMatchObject({ status: 'sent' })
    clock.advance(5000)
    expect(await send()).toMatchObject({ status: 'unknown' })
  })

  test('a room that cannot be connected to is not the fault of the channel', async () => {
    const { receiver, send } = await open()
    await receiver.close()
    expect(await send()).toMatchObject({ status: 'transient', scope: 'recipient', code: 'ECONNREFUSED' })
  })
})

describe('people with addresses of their own', () => {
  const contacts = { contacts: { secrets: [signingKey] } }

  test('are reached over https only, behind the guard', async () => {
    const egress = createGuard({ allow: [], ports: [443] })
    const { channel } = await open(contacts, { egress })
    const problem = (text: string) => channel.contact!(text)
    expect(problem('https://example.org/hooks/1')).toBeNull()
    for (const text of [
      'http://example.org/',
      'example.org',
      '',
      'javascript:alert(1)',
      `https://e.org/${'x'.repeat(3000)}`,
    ])
      expect(problem(text), text).toMatch(/https address/)
    expect(problem('https://jane:pw@example.org/')).toMatch(/password/)
    for (const host of ['127.0.0.1', '0x7f.1', '[::1]', '10.0.0.1', '169.254.169.254', '[::ffff:127.0.0.1]'])
      expect(problem(`https://${host}/`), host).toMatch(/refused/)
    expect((await open()).channel.contact).toBeUndefined()
  })

  test('verify with a public key, which a probe tells', async () => {
    const { channel } = await open({ ...contacts, rooms: {} })
    expect(await channel.probe(never)).toEqual({
      ok: true,
      detail: `0 of 0 rooms can be connected to; contacts verify with ${publicKey}`,
    })
  })

  test('get posts over TLS, signed with that key', async () => {
    const certificate = makeCertificate(['localhost'])
    const trusted = getCACertificates('default')
    const receiver = await startWebhookReceiver(certificate)
    onTestFinished(async () => {
      setDefaultCACertificates(trusted)
      await receiver.close()
    })
    const to = `${receiver.url}/hooks/jane`
    receiver.secrets.set('/hooks/jane', publicKey)
    const egress = createGuard({ allow: ['localhost'], ports: [443] })
    const { send } = await open(contacts, { egress })
    expect(await send({ to })).toMatchObject({ status: 'transient', scope: 'recipient', code: 'tls' })
    expect(receiver.asked).toEqual([])

    setDefaultCACertificates([...trusted, certificate.cert])
    const trusting = await open(contacts, { egress })
    expect(await trusting.send({ to })).toMatchObject({ status: 'sent' })
    expect(receiver.taken[0]!.headers['webhook-signature']).toMatch(/^v1a,/)
  })

  test('do not share a secret', () => {
    const result = webhook.config.safeParse({ contacts: { secrets: [secret] } })
    expect(result.error?.issues).toMatchObject([{ path: ['contacts', 'secrets', 0] }])
  })

  test('a contact that may not be reached any more is not asked', async () => {
    const { send, receiver } = await open(contacts, { egress: createGuard({ allow: [], ports: [443] }) })
    expect(await send({ to: 'https://127.0.0.1/x' })).toMatchObject({ status: 'permanent', code: 'room' })
    expect(receiver.asked).toEqual([])
  })
})

describe('what is within is not reached (S3)', () => {
  test.each(['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])('%s', async (host) => {
    const receiver = await startWebhookReceiver()
    onTestFinished(() => receiver.close())
    const port = Number(new URL(receiver.url).port)
    const rooms = { desk: { url: `http://${host}:${port}/desk`, secrets: [secret] } }
    const egress = createGuard({ allow: [], ports: [port] })
    const { channel } = await open({ rooms }, { egress })
    expect(await channel.send([post()], never)).toMatchObject([{ status: 'permanent', code: 'egress' }])
    expect(await channel.probe(never)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refused'),
    })
    expect(receiver.asked).toEqual([])
  })

  test('unless the operator allows it', async () => {
    const { send } = await open({}, { egress: createGuard({ allow: ['127.0.0.1'], ports: [443] }) })
    expect(await send()).toMatchObject({ status: 'sent' })
  })
})

test('a probe connects, asks nothing, and names the rooms that are away', async () => {
  const { receiver, channel } = await open()
  expect(await channel.probe(never)).toEqual({ ok: true, detail: '2 of 2 rooms can be connected to' })
  const away = await startWebhookReceiver()
  await away.close()
  const rooms = {
    desk: { url: `${receiver.url}/desk`, secrets: [secret] },
    away: { url: `${away.url}/private-path`, secrets: [secret] },
  }
  const { channel: mixed } = await open({ rooms })
  const half = await mixed.probe(never)
  expect(half).toMatchObject({ ok: true, detail: expect.stringContaining('1 of 2 rooms') })
  expect(half.detail).toContain(`away: ${new URL(away.url).host}`)
  expect(half.detail).not.toContain('private-path')
  const { channel: none } = await open({ rooms: { away: rooms.away } })
  expect(await none.probe(never)).toMatchObject({ ok: false })
  expect(receiver.asked).toEqual([])
})

test('a request that has left is waited for when the daemon stops; one that has not is unsent', async () => {
  const { receiver, channel } = await open()
  const stop = new AbortController()
  let release = () => {}
  receiver.turn = () => {
    stop.abort()
    release()
    return undefined
  }
  const first = channel.send([post()], stop.signal)
  await new Promise<void>((resolve) => {
    release = resolve
  })
  expect(await channel.send([post({ key: 'post-2' })], stop.signal)).toMatchObject([{ status: 'unsent' }])
  expect(await first).toMatchObject([{ status: 'sent' }])
  await vi.waitFor(() => expect(receiver.taken).toHaveLength(1), { interval: 5, timeout: 60_000 })
})

test('settings name what is wrong with them', () => {
  const issues = (room: object) =>
    webhook.config
      .safeParse({ rooms: { desk: { url: 'https://example.org/', secrets: [secret], ...room } } })
      .error?.issues.map(({ path }) => path.slice(2).join('.'))
  expect(issues({})).toBeUndefined()
  expect(issues({ url: 'ftp://example.org' })).toEqual(['url'])
  expect(issues({ secrets: [] })).toEqual(['secrets'])
  expect(issues({ secrets: ['hunter2'] })).toEqual(['secrets.0'])
  for (const name of ['Webhook-Id', 'content-type', 'HOST', 'a b'])
    expect(issues({ headers: { [name]: 'x' } }), name).toEqual([`headers.${name}`])
  expect(issues({ headers: { 'x-a': 'b\r\nc: d' } })).toEqual(['headers.x-a'])
})
