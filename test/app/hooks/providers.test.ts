import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { providerHooksOf } from '../../../app/feedback/hooks.ts'
import { feedbackSchema, sendgridKey } from '../../../app/feedback/settings.ts'
import { createSendgridHook } from '../../../app/hooks/sendgrid.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock, type TestClock } from '../../engine/support/clock.ts'
import { engineDouble } from '../http/engine-double.ts'
import { type Served, serve } from '../http/serve.ts'

const address = 'jane@example.org'
const mailgunKey = 'key-of-the-test-0123456789'
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const publicKey = sendgrid.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const settings = feedbackSchema.parse({
  mailgun: { key: mailgunKey },
  sendgrid: { publicKey },
  postmark: { user: 'postmark', password: 'a long password' },
})

let clock: TestClock
let store: Store
let served: Served
let id: SubscriberId

async function open(feedback: object = settings): Promise<void> {
  clock = createTestClock()
  store = openMemoryStore()
  const engine = engineDouble(store, clock)
  const parsed = feedbackSchema.parse(feedback)
  const providerHooks = providerHooksOf(parsed, { engine, clock, log: silentLog })
  served = await serve({ store, clock, config: { providerHooks } })
  id = (await store.subscribers.upsert([{ address }], { lists: [], now: clock.now() }))[0]!.id
}
beforeEach(() => open())
afterEach(() => served[Symbol.asyncDispose]())

const post = async (provider: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${served.url}/hooks/${provider}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return response.status
}
const statusOf = async () => (await store.subscribers.byAddress(address))!.status
const seconds = () => Math.floor(clock.now() / 1000)

/** What Mailgun posts. */
function mailgun(event: object, change: { timestamp?: number; token?: string; key?: string } = {}): string {
  const { timestamp = seconds(), token = randomBytes(25).toString('hex'), key = mailgunKey } = change
  const signature = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  return JSON.stringify({
    signature: { timestamp: String(timestamp), token, signature },
    'event-data': {
      id: 'G9Bn5sl1TC6nu79C8C0bwg',
      timestamp: seconds() - 5 + 0.25,
      'log-level': 'error',
      event: 'failed',
      severity: 'permanent',
      reason: 'bounce',
      recipient: address,
      'recipient-domain': 'example.org',
      'delivery-status': {
        'attempt-no': 1,
        code: 550,
        'enhanced-code': '5.1.1',
        message: '5.1.1 The email account that you tried to reach does not exist',
        description: '',
      },
      message: {
        headers: { to: address, 'message-id': '20261123.1.abc@example.org', from: 'news@example.org' },
      },
      ...event,
    },
  })
}

/** What SendGrid posts, with its headers. */
function sendgridPost(events: unknown, change: { timestamp?: number; body?: string } = {}) {
  const { timestamp = seconds() } = change
  const body = JSON.stringify(events)
  const signature = sign('sha256', Buffer.from(timestamp + body), sendgrid.privateKey).toString('base64')
  return [
    change.body ?? body,
    {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': String(timestamp),
    },
  ] as const
}
const sendgridBounce = (change: object = {}) => ({
  email: address,
  timestamp: seconds() - 5,
  'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
  event: 'bounce',
  category: ['cat facts'],
  sg_event_id: 'Ym91bmNlLTAtMQ',
  sg_message_id: 'sg_message_id.filter',
  reason: '550 5.1.1 The email account that you tried to reach does not exist',
  status: '5.1.1',
  type: 'bounce',
  bounce_classification: 'Invalid Address',
  ...change,
})

const silent = { reason: undefined, status: undefined, bounce_classification: 'Unclassified' }

const basic = (user = 'postmark', password = 'a long password') => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const postmark = (change: object = {}) =>
  JSON.stringify({
    RecordType: 'Bounce',
    MessageStream: 'broadcast',
    ID: 4_323_372_036_854,
    Type: 'HardBounce',
    TypeCode: 1,
    Name: 'Hard bounce',
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
    Description: 'The server was unable to deliver your message (ex: unknown user, mailbox not found).',
    Details: 'smtp;550 5.1.1 The email account that you tried to reach does not exist',
    Email: address,
    From: 'news@example.org',
    BouncedAt: '2026-11-23T08:00:00.0000000Z',
    DumpAvailable: true,
    Inactive: true,
    CanActivate: true,
    Subject: 'This week',
    ...change,
  })

describe('Mailgun', () => {
  test('a permanent failure suppresses, once however often it is posted', async () => {
    const body = mailgun({})
    expect(await post('mailgun', body)).toBe(204)
    expect(await post('mailgun', body)).toBe(204)
    expect(await statusOf()).toBe('bounced')
    expect(await store.suppressions.byAddress([address])).toMatchObject([{ reason: 'bounce' }])
  })

  test.each([
    ['complained', { event: 'complained' }, 'complained'],
    ['unsubscribed', { event: 'unsubscribed' }, 'unsubscribed'],
    ['suppressed for a complaint before', { reason: 'suppress-complaint' }, 'complained'],
    [
      'suppressed for a bounce before',
      { reason: 'suppress-bounce', 'delivery-status': { code: 605 } },
      'bounced',
    ],
    ['a failure for now', { severity: 'temporary', reason: 'generic' }, 'active'],
    ['opened', { event: 'opened' }, 'active'],
    [
      'blocked',
      { 'delivery-status': { code: 554, message: '5.7.1 blocked using zen.spamhaus.org' } },
      'active',
    ],
  ])('%s', async (_, event, status) => {
    expect(await post('mailgun', mailgun(event))).toBe(204)
    expect(await statusOf()).toBe(status)
  })

  test('the last of many failures counts as one that may pass', async () => {
    const old = { severity: 'temporary', reason: 'old', 'delivery-status': { code: 498, message: 'Too old' } }
    expect(await post('mailgun', mailgun(old))).toBe(204)
    expect(await store.softBounces.get(id)).toMatchObject({ score: 1 })
  })

  test.each([
    ['another key', () => mailgun({}, { key: 'another key of somebody' })],
    ['a time long ago', () => mailgun({}, { timestamp: seconds() - 10 * 3600 })],
    ['a time to come', () => mailgun({}, { timestamp: seconds() + 3600 })],
    ['no signature', () => JSON.stringify({ 'event-data': {} })],
    ['no JSON', () => 'hello'],
    ['a signature of another length', () => mailgun({}).replace(/"signature":"../, '"signature":"')],
  ])('%s is refused', async (_, body) => {
    expect(await post('mailgun', body())).toBe(400)
    expect(await statusOf()).toBe('active')
  })

  test('a token that was used says nothing else', async () => {
    const token = randomBytes(25).toString('hex')
    expect(await post('mailgun', mailgun({ event: 'opened' }, { token }))).toBe(204)
    // The signature does not cover what is said: only the token's first use counts.
    expect(await post('mailgun', mailgun({ event: 'complained' }, { token }))).toBe(204)
    expect(await statusOf()).toBe('active')
  })
})

describe('SendGrid', () => {
  test('the example of its own library verifies', () => {
    // sendgrid-nodejs 7.2.6, packages/eventwebhook: key, signature, time and payload of its test.
    const key = sendgridKey(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
    )!
    const header = (name: string) =>
      name.endsWith('signature')
        ? 'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0='
        : '1588788367'
    const body = '{"category":"example_payload","event":"test_event","message_id":"message_id"}'
    const hook = createSendgridHook(key)
    const now = 1_588_788_400_000
    // It is signed; that it is no list of events is what is wrong with it.
    expect(hook.read({ body, header }, now)).toEqual({ status: 'refused', why: 'holds no events' })
    expect(hook.read({ body: `${body} `, header }, now)).toMatchObject({ why: 'is not signed by SendGrid' })
  })

  test('a bounce suppresses, and one event of many is no trouble to the others', async () => {
    await store.subscribers.upsert([{ address: 'joe@example.org' }], { lists: [], now: clock.now() })
    const events = [
      sendgridBounce(),
      { event: 'strange' },
      null,
      sendgridBounce({ event: 'spamreport', email: 'joe@example.org', sg_event_id: 'other' }),
      sendgridBounce({ event: 'open', sg_event_id: 'third' }),
    ]
    expect(await post('sendgrid', ...sendgridPost(events))).toBe(204)
    expect(await statusOf()).toBe('bounced')
    expect((await store.subscribers.byAddress('joe@example.org'))!.status).toBe('complained')
  })

  test.each([
    ['blocked', { type: 'blocked', reason: '554 5.7.1 blocked using spamhaus', status: '5.7.1' }, 'active'],
    ['blocked without a word', { ...silent, type: 'blocked' }, 'active'],
    ['bounced without a word', silent, 'bounced'],
    ['dropped for a bounce before', { event: 'dropped', reason: 'Bounced Address' }, 'bounced'],
    ['dropped for a complaint before', { event: 'dropped', reason: 'Spam Reporting Address' }, 'complained'],
    ['unsubscribed', { event: 'unsubscribe' }, 'unsubscribed'],
    ['deferred', { event: 'deferred' }, 'active'],
    ['from one list of theirs', { event: 'group_unsubscribe' }, 'active'],
  ])('%s', async (_, change, status) => {
    expect(await post('sendgrid', ...sendgridPost([sendgridBounce(change)]))).toBe(204)
    expect(await statusOf()).toBe(status)
  })

  test.each([
    [
      'a body that was changed',
      () =>
        sendgridPost([sendgridBounce()], {
          body: JSON.stringify([sendgridBounce({ email: 'x@example.org' })]),
        }),
    ],
    ['a time long ago', () => sendgridPost([sendgridBounce()], { timestamp: seconds() - 26 * 3600 })],
    ['no signature', () => [JSON.stringify([sendgridBounce()]), {}] as const],
    ['another form', () => sendgridPost({ event: 'bounce' })],
  ])('%s is refused', async (_, request) => {
    const [body, headers] = request()
    expect(await post('sendgrid', body, headers)).toBe(400)
    expect(await statusOf()).toBe('active')
  })

  test('the same event in another post is the same event', async () => {
    const full = sendgridBounce({ reason: '552 5.2.2 mailbox full', status: '5.2.2' })
    expect(await post('sendgrid', ...sendgridPost([full]))).toBe(204)
    expect(await store.softBounces.clear(id)).toBe(true)
    clock.advance(3_600_000)
    expect(await post('sendgrid', ...sendgridPost([full, sendgridBounce({ event: 'open' })]))).toBe(204)
    expect(await store.softBounces.get(id)).toBeNull()
  })
})

test('a thousand events of one post are all heard, those of one person in their order', async () => {
  const people = Array.from({ length: 500 }, (_, i) => `reader${i}@example.org`)
  await store.subscribers.upsert(
    people.map((one) => ({ address: one })),
    { lists: [], now: clock.now() },
  )
  const events = people.flatMap((email, i) => [
    sendgridBounce({ email, sg_event_id: `b${i}` }),
    sendgridBounce({ email, sg_event_id: `c${i}`, event: 'spamreport' }),
  ])
  expect(await post('sendgrid', ...sendgridPost(events))).toBe(204)
  expect(await store.subscribers.count({ status: 'complained' })).toBe(500)
  const { rows } = await store.suppressions.page({ after: 0, limit: 1000 })
  // The first reason stays.
  expect(rows.filter(({ reason }) => reason === 'bounce')).toHaveLength(500)
})

describe('Postmark', () => {
  test.each([
    ['a hard bounce', {}, 'bounced'],
    ['a hard bounce without details', { Details: '' }, 'bounced'],
    ['an address that is none', { Type: 'BadEmailAddress' }, 'bounced'],
    ['a soft bounce', { Type: 'SoftBounce', Details: 'smtp;452 4.2.2 mailbox full' }, 'active'],
    ['a block', { Type: 'Blocked' }, 'active'],
    ['a vacation note', { Type: 'AutoResponder' }, 'active'],
    ['a complaint', { RecordType: 'SpamComplaint', Type: 'SpamComplaint' }, 'complained'],
    [
      'who left there',
      {
        RecordType: 'SubscriptionChange',
        Type: undefined,
        Email: undefined,
        Recipient: address,
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
        ChangedAt: '2026-11-23T08:00:00Z',
      },
      'unsubscribed',
    ],
    ['a delivery', { RecordType: 'Delivery' }, 'active'],
  ])('%s', async (_, change, status) => {
    expect(await post('postmark', postmark(change), basic())).toBe(204)
    expect(await statusOf()).toBe(status)
  })

  test.each([
    ['another password', basic('postmark', 'another password')],
    ['another user', basic('somebody')],
    ['no password', {}],
    ['a bearer', { authorization: 'Bearer a long password' }],
  ])('with %s is refused', async (_, headers) => {
    expect(await post('postmark', postmark(), headers)).toBe(400)
    expect(await statusOf()).toBe('active')
  })

  test('the letter that it brings back is found', async () => {
    const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
    const url = links.unsubscribeUrl(7 as PublicationId, id)
    const Content = `Return-Path: <>\r\n\r\n--\r\nList-Unsubscribe: <${url}>\r\n`
    await post('postmark', postmark({ Content }), basic())
    expect(await statusOf()).toBe('bounced')
  })
})

describe('any of them', () => {
  test('that is not set up is not there', async () => {
    await served[Symbol.asyncDispose]()
    await open({})
    for (const provider of ['mailgun', 'sendgrid', 'postmark'])
      expect(await post(provider, '{}', basic()), provider).toBe(404)
  })

  test('is asked again where the store is away', async () => {
    await served[Symbol.asyncDispose]()
    clock = createTestClock()
    const whole = openMemoryStore()
    store = {
      ...whole,
      subscribers: { ...whole.subscribers, byAddress: () => Promise.reject(new Error('away')) },
    }
    const engine = engineDouble(store, clock)
    const providerHooks = providerHooksOf(settings, { engine, clock, log: silentLog })
    served = await serve({ store, clock, config: { providerHooks } })
    const body = mailgun({})
    expect(await post('mailgun', body)).toBe(500)
    // The token may be used again: it has done nothing.
    store.subscribers.byAddress = whole.subscribers.byAddress
    expect(await post('mailgun', body)).toBe(204)
    expect(await whole.suppressions.byAddress([address])).toHaveLength(1)
  })

  test('that sends too much is refused before it is read', async () => {
    expect(await post('sendgrid', 'x'.repeat(4_100_000))).toBe(413)
  })
})
