import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createGuard } from '../../app/fetch/guard.ts'
import type { Channel, ChannelContext, Message, Outcome } from '../../engine/channel/index.ts'
import { systemClock } from '../../engine/clock.ts'
import { silentLog } from '../../engine/log.ts'
import { ses } from '../../plugins/ses/index.ts'
import { maxMessageBytes, plainKey, sendEmailBody } from '../../plugins/ses/letter.ts'
import { createTestClock, type TestClock } from '../engine/support/clock.ts'
import { type Ses, type SesTurn, startSes } from '../servers/ses.ts'

const never = new AbortController().signal
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

interface Opened {
  readonly server: Ses
  readonly channel: Channel
  send(batch: readonly Message[]): Promise<readonly Outcome[]>
}

async function open(
  settings: object = keys,
  options: { clock?: TestClock; server?: Ses; context?: Partial<ChannelContext> } = {},
): Promise<Opened> {
  const { clock } = options
  const server = options.server ?? (await startSes(clock === undefined ? {} : { now: clock.now }))
  const config = ses.config.parse({ region: server.region, endpoint: server.url, ...settings })
  const channel = await ses.open(config, {
    clock: clock ?? systemClock,
    log: silentLog,
    random: () => 0.5,
    ...options.context,
  })
  onTestFinished(async () => {
    await channel.close()
    await server.close()
  })
  return { server, channel, send: (batch) => channel.send(batch, never) }
}

const letter = (id: number, change: Partial<Message> = {}): Message => ({
  id,
  from: 'news@sender.test',
  to: `reader${id}@example.org`,
  bytes: Buffer.from(`From: News <news@sender.test>\r\nSubject: Test ${id}\r\n\r\nHello\r\n`),
  eightBit: false,
  utf8: false,
  key: `<${String(id).padStart(32, '0')}@sender.test>`,
  ...change,
})
const letters = (count: number) => Array.from({ length: count }, (_, n) => letter(n + 1))
const sends = (server: Ses) => server.asked.filter((one) => one === 'POST /v2/email/outbound-emails').length
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Moves the clock until the batch is answered. */
async function through<T>(work: Promise<T>, clock: TestClock, stepMs: number): Promise<T> {
  let over = false
  const done = work.finally(() => {
    over = true
  })
  while (!over) {
    clock.advance(stepMs)
    await settle()
  }
  return done
}

describe('a letter', () => {
  test('carries its key in a tag and a header, and what the settings say', async () => {
    const arn = 'arn:aws:ses:eu-central-1:123456789012:identity/sender.test'
    const { server, send } = await open({
      ...keys,
      configurationSet: 'news',
      fromEmailAddressIdentityArn: arn,
      tags: { desk: 'politics' },
    })
    const one = letter(1)
    const [outcome] = await send([one])
    expect(server.taken).toMatchObject([
      {
        from: 'news@sender.test',
        to: 'reader1@example.org',
        configurationSet: 'news',
        identityArn: arn,
        tags: { 'broadsheet-key': '00000000000000000000000000000001', desk: 'politics' },
      },
    ])
    expect(server.taken[0]!.bytes.toString()).toBe(
      `X-Broadsheet-Key: 00000000000000000000000000000001\r\n${Buffer.from(one.bytes).toString()}`,
    )
    expect(outcome).toEqual({
      id: 1,
      status: 'sent',
      code: null,
      detail: `MessageId ${server.taken[0]!.messageId}`,
    })
  })

  test('has a key that a tag can hold, the same for the same delivery', () => {
    expect(plainKey('<0123456789abcdef0123456789abcdef@a.b>')).toBe('0123456789abcdef0123456789abcdef')
    expect(plainKey('plain-key_1')).toBe('plain-key_1')
    expect(plainKey('key of jane@example.org')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('of the largest size fits into what SES takes, and one byte more is not even asked', async () => {
    const config = ses.config.parse({ region: 'eu-central-1', ...keys })
    const largest = letter(1, { bytes: new Uint8Array(maxMessageBytes), key: 'k'.repeat(64) })
    const { Content } = JSON.parse(sendEmailBody(largest, config).toString('latin1'))
    expect(Content.Raw.Data.length).toBeLessThanOrEqual(40 * 1024 * 1024)
    const { server, send } = await open()
    const larger = letter(1, { bytes: new Uint8Array(maxMessageBytes + 1) })
    expect(await send([larger, letter(2)])).toMatchObject([
      { status: 'permanent', code: 'size', suppress: false },
      { status: 'sent' },
    ])
    expect(sends(server)).toBe(1)
  })

  test('to what SES could read as several addresses is not even asked', async () => {
    const { server, send } = await open()
    for (const to of ['a@example.org,b@example.org', 'a@example.org (b)', 'a@b@c', 'a;b@example.org'])
      expect(await send([letter(1, { to })])).toMatchObject([{ status: 'permanent', code: 'address' }])
    expect(await send([letter(1, { to: 'jürgen@example.org' })])).toMatchObject([{ code: 'smtputf8' }])
    expect(sends(server)).toBe(0)
  })
})

const refusal = (status: number, type: string, message = ''): SesTurn => ({ status, type, message })

/** Every error that the API reference names for SendEmail, and those that all of AWS has. */
const errors: readonly [SesTurn, object][] = [
  [refusal(400, 'AccountSuspendedException'), { status: 'unsent', code: 'AccountSuspendedException' }],
  [refusal(400, 'SendingPausedException'), { status: 'unsent' }],
  [refusal(400, 'MailFromDomainNotVerifiedException'), { status: 'unsent' }],
  [refusal(404, 'NotFoundException', 'Configuration set <x> does not exist.'), { status: 'unsent' }],
  [refusal(400, 'LimitExceededException'), { status: 'transient', scope: 'channel', code: 'limit' }],
  [
    refusal(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.'),
    { status: 'transient', scope: 'channel', code: 'rate', retryAfterMs: 1000 },
  ],
  [
    refusal(400, 'ThrottlingException', 'Maximum sending rate exceeded.'),
    { status: 'transient', scope: 'channel', code: 'rate' },
  ],
  [
    refusal(429, 'TooManyRequestsException', 'Daily message quota exceeded.'),
    { status: 'transient', scope: 'channel', code: 'quota', retryAfterMs: 600_000 },
  ],
  [
    refusal(400, 'MessageRejected', 'Transaction failed: Your message contains a virus.'),
    { status: 'permanent', suppress: false, code: 'MessageRejected' },
  ],
  [refusal(400, 'BadRequestException', 'Invalid domain name.'), { status: 'permanent', suppress: false }],
  [refusal(400, 'BadRequestException', 'Invalid email tag value: a b'), { status: 'unsent' }],
  [refusal(400, 'BadRequestException', 'Invalid identity ARN.'), { status: 'unsent' }],
  [
    refusal(403, 'AccessDeniedException', 'is not authorized to perform: ses:SendEmail'),
    { status: 'unsent' },
  ],
  [refusal(403, 'UnrecognizedClientException'), { status: 'unsent' }],
  [refusal(403, 'InvalidSignatureException', 'Signature expired'), { status: 'unsent' }],
  [refusal(403, 'ExpiredTokenException'), { status: 'unsent' }],
  [refusal(400, 'RequestExpired'), { status: 'unsent' }],
  [refusal(403, 'SomethingNew'), { status: 'unsent', code: 'SomethingNew' }],
  [refusal(301, 'x'), { status: 'unsent' }],
  [refusal(500, 'InternalServiceErrorException'), { status: 'unknown' }],
  [refusal(500, 'InternalFailure'), { status: 'unknown' }],
  [refusal(502, '', '<html>'), { status: 'unknown', code: '502' }],
  [refusal(504, ''), { status: 'unknown' }],
  [
    { status: 503, type: 'ServiceUnavailable', message: '', retryAfter: '2' },
    { status: 'transient', scope: 'channel', retryAfterMs: 2000 },
  ],
  [refusal(418, ''), { status: 'permanent', code: '418' }],
]
test.each(errors)('SES answers %o', async (turn, expected) => {
  const { server, send } = await open()
  server.turn = () => turn
  const [outcome] = await send([letter(1)])
  expect(outcome).toMatchObject({ id: 1, ...expected })
  expect(JSON.stringify(outcome)).not.toContain(keys.secretAccessKey)
})

describe('what an answer says of others', () => {
  test('a paused account is asked once, not once a letter', async () => {
    const { server, send } = await open({ ...keys, connections: 1 })
    server.account.SendingEnabled = false
    const outcomes = await send(letters(30))
    expect(new Set(outcomes.map(({ status, code }) => `${status} ${code}`))).toEqual(
      new Set(['unsent SendingPausedException']),
    )
    expect(outcomes.map(({ id }) => id)).toEqual(letters(30).map(({ id }) => id))
    expect(sends(server)).toBe(1)
  })

  test('a sender that is not verified stops its own letters and no others', async () => {
    const { server, send } = await open({ ...keys, connections: 1 })
    const strange = letters(10).map((one) => ({ ...one, from: 'news@unverified.test' }))
    const outcomes = await send([...strange, letter(11), letter(12)])
    expect(outcomes.slice(0, 10).every(({ status }) => status === 'unsent')).toBe(true)
    expect(outcomes.slice(10)).toMatchObject([{ status: 'sent' }, { status: 'sent' }])
    expect(sends(server)).toBe(3)
  })

  test('in the sandbox a stranger is refused alone', async () => {
    const { server, send } = await open()
    server.account.ProductionAccessEnabled = false
    server.verified.add('reader2@example.org')
    expect(await send(letters(2))).toMatchObject([
      { status: 'permanent', suppress: false, detail: expect.stringContaining('sandbox') },
      { status: 'sent' },
    ])
  })
})

describe('no answer', () => {
  test.each<[SesTurn, number]>([
    ['hang', 0],
    ['drop', 0],
    ['drop after', 1],
  ])('%s: it may have been taken', async (turn, taken) => {
    const { server, send } = await open({ ...keys, timeoutMs: 400 })
    server.turn = ({ to }) => (to === 'reader1@example.org' ? turn : undefined)
    expect((await send(letters(2))).map(({ status }) => status)).toEqual(['unknown', 'sent'])
    expect(server.taken).toHaveLength(1 + taken)
  })

  test('nobody listens: nothing was sent, and it is tried once a batch', async () => {
    const { server, send } = await open({ ...keys, connections: 1 })
    await server.close()
    const outcomes = await send(letters(50))
    expect(new Set(outcomes.map(({ status, code }) => `${status} ${code}`))).toEqual(
      new Set(['unsent ECONNREFUSED']),
    )
  })

  test('an address within is refused by the guard unless the operator allows it', async () => {
    const rules = (allow: string[]) => ({ egress: createGuard({ allow, ports: [80, 443] }) })
    const refused = await open(keys, { context: rules([]) })
    expect(await refused.send([letter(1)])).toMatchObject([{ status: 'unsent', code: 'egress' }])
    expect(refused.server.asked).toEqual([])
    const allowed = await open(keys, { context: rules(['127.0.0.1']) })
    expect(await allowed.send([letter(1)])).toMatchObject([{ status: 'sent' }])
  })
})

describe('the quota of the account', () => {
  test('MaxSendRate is kept to', async () => {
    const clock = createTestClock()
    const { server, send } = await open(keys, { clock })
    server.account.SendQuota.MaxSendRate = 2
    const sending = send(letters(4))
    await vi.waitFor(() => expect(server.taken).toHaveLength(1), { interval: 5, timeout: 60_000 })
    for (const count of [2, 3, 4]) {
      clock.advance(499)
      await settle()
      expect(sends(server)).toBe(count - 1)
      clock.advance(1)
      await vi.waitFor(() => expect(server.taken).toHaveLength(count), { interval: 5, timeout: 60_000 })
    }
    expect((await sending).every(({ status }) => status === 'sent')).toBe(true)
  })

  test('of a part of it, the part', async () => {
    const clock = createTestClock()
    const { server, send } = await open({ ...keys, maxRate: 1 }, { clock })
    const sending = send(letters(2))
    await vi.waitFor(() => expect(server.taken).toHaveLength(1), { interval: 5, timeout: 60_000 })
    clock.advance(999)
    await settle()
    expect(sends(server)).toBe(1)
    clock.advance(1)
    await sending
  })

  test('a new rate is heard of within minutes', async () => {
    const clock = createTestClock()
    const { server, send } = await open(keys, { clock })
    const reads = () => server.asked.filter((one) => one.startsWith('GET')).length
    await send([letter(1)])
    clock.advance(299_000)
    await send([letter(2)])
    expect(reads()).toBe(1)
    clock.advance(1000)
    await send([letter(3)])
    await vi.waitFor(() => expect(reads()).toBe(2), { interval: 5, timeout: 60_000 })
  })

  test('keys that may send and not look send, carefully', async () => {
    const clock = createTestClock()
    const { server, send } = await open(keys, { clock })
    server.accountTurn = refusal(403, 'AccessDeniedException')
    const sending = send(letters(2))
    await vi.waitFor(() => expect(server.taken).toHaveLength(1), { interval: 5, timeout: 60_000 })
    clock.advance(999)
    await settle()
    expect(sends(server)).toBe(1)
    clock.advance(1)
    expect((await sending).every(({ status }) => status === 'sent')).toBe(true)
  })

  test('an account that does not answer holds up nobody for long', async () => {
    const clock = createTestClock()
    const { server, channel, send } = await open(keys, { clock })
    server.accountTurn = 'hang'
    const sending = send([letter(1)])
    await vi.waitFor(() => expect(server.asked).toHaveLength(1), { interval: 5, timeout: 60_000 })
    clock.advance(2999)
    await settle()
    expect(sends(server)).toBe(0)
    const stop = new AbortController()
    const stopped = channel.send([letter(2)], stop.signal)
    stop.abort()
    expect(await stopped).toMatchObject([{ status: 'unsent' }])
    clock.advance(1)
    expect(await sending).toMatchObject([{ status: 'sent' }])
  })

  test('too fast: that letter comes back, the others wait a second', async () => {
    const clock = createTestClock()
    const { server, send } = await open({ ...keys, connections: 1 }, { clock })
    server.turn = ({ count }) =>
      count === 1 ? refusal(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.') : undefined
    const sending = send(letters(3))
    await vi.waitFor(() => expect(sends(server)).toBe(1), { interval: 5, timeout: 60_000 })
    await settle()
    clock.advance(999)
    await settle()
    expect(sends(server)).toBe(1)
    expect((await through(sending, clock, 1)).map(({ status }) => status)).toEqual([
      'transient',
      'sent',
      'sent',
    ])
  })

  test('the day is used up: nothing is asked for ten minutes, and then again', async () => {
    const clock = createTestClock()
    const { server, send } = await open({ ...keys, connections: 1 }, { clock })
    const quota = server.account.SendQuota
    quota.Max24HourSend = 2
    const outcomes = await through(send(letters(20)), clock, 1)
    expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent', ...Array(18).fill('transient')])
    expect(sends(server)).toBe(3)
    expect(await send([letter(21)])).toMatchObject([
      { status: 'transient', scope: 'channel', code: 'held', retryAfterMs: expect.any(Number) },
    ])
    expect(sends(server)).toBe(3)
    quota.SentLast24Hours = 0
    clock.advance(600_000)
    expect(await through(send([letter(21)]), clock, 1)).toMatchObject([{ status: 'sent' }])
  })

  test('a probe says how it stands', async () => {
    const { server, channel } = await open()
    const probe = () => channel.probe(never)
    Object.assign(server.account.SendQuota, { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 1200 })
    expect(await probe()).toEqual({
      ok: true,
      detail: `${new URL(server.url).host}: 14 letters a second, 1,200 of 50,000 sent in 24 hours`,
    })
    server.account.ProductionAccessEnabled = false
    server.account.EnforcementStatus = 'PROBATION'
    expect((await probe()).detail).toContain(
      'in the sandbox: to verified addresses only; under review by AWS',
    )
    server.account.SendQuota.SentLast24Hours = 50_000
    expect(await probe()).toMatchObject({ ok: false, detail: expect.stringContaining('used up') })
    server.account.SendingEnabled = false
    expect(await probe()).toMatchObject({ ok: false, detail: expect.stringContaining('paused') })
    server.keys.length = 0
    expect(await probe()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('UnrecognizedClientException'),
    })
    expect(sends(server)).toBe(0)
  })
})

describe('keys', () => {
  const session = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'temporary', sessionToken: 'a-session' }
  const handedOut = (clock: { now(): number }, minutes: number, key = session) => ({
    json: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      Token: key.sessionToken,
      Expiration: new Date(clock.now() + minutes * 60_000).toISOString(),
    },
  })

  test('of a session carry its token', async () => {
    const { server, send } = await open(session)
    server.keys.push(session)
    expect(await send([letter(1)])).toMatchObject([{ status: 'sent' }])
  })

  test('that are wrong are tried once a batch', async () => {
    const { server, send } = await open({ ...keys, secretAccessKey: 'wrong', connections: 1 })
    const outcomes = await send(letters(10))
    expect(outcomes[0]).toMatchObject({ status: 'unsent', code: 'InvalidSignatureException' })
    expect(sends(server)).toBe(1)
  })

  test('are fetched from a container, with its token, once until they end', async () => {
    const clock = createTestClock()
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-ses-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'token')
    writeFileSync(file, 'let me in\n')
    const server = await startSes({ now: clock.now })
    server.keys.push(session)
    server.container.authorization = 'let me in'
    server.container.answer = handedOut(clock, 60)
    const container = { url: `${server.url}/credentials`, authorizationTokenFile: file }
    const { send } = await open({ container }, { clock, server })
    expect((await through(send(letters(5)), clock, 1)).every(({ status }) => status === 'sent')).toBe(true)
    expect(server.container.asked).toBe(1)
    // Five minutes before their end new ones are there.
    clock.advance(54 * 60_000)
    await send([letter(6)])
    expect(server.container.asked).toBe(1)
    clock.advance(60_000)
    const next = { ...session, accessKeyId: 'ASIANEXT' }
    server.keys.push(next)
    server.container.answer = handedOut(clock, 60, next)
    expect(await send([letter(7)])).toMatchObject([{ status: 'sent' }])
    expect(server.container.asked).toBe(2)
  })

  test('that were withdrawn early are fetched anew', async () => {
    const server = await startSes()
    const old = { ...session, expired: true }
    server.keys.push(old)
    server.container.answer = handedOut(systemClock, 60)
    const { send } = await open(
      { container: { url: `${server.url}/credentials` }, connections: 1 },
      { server },
    )
    expect(await send([letter(1)])).toMatchObject([{ status: 'unsent', code: 'ExpiredTokenException' }])
    const next = { ...session, accessKeyId: 'ASIANEXT' }
    server.keys.push(next)
    server.container.answer = handedOut(systemClock, 60, next)
    expect(await send([letter(1)])).toMatchObject([{ status: 'sent' }])
  })

  test.each<[SesTurn | { json: object }]>([[refusal(500, 'x')], [{ json: { AccessKeyId: 'a' } }], ['drop']])(
    'that cannot be fetched (%o) leave everything unsent, and the reason is said',
    async (answer) => {
      const server = await startSes()
      server.container.answer = answer
      const { send, channel } = await open({ container: { url: `${server.url}/credentials` } }, { server })
      expect(await send([letter(1)])).toMatchObject([
        {
          status: 'unsent',
          code: 'credentials',
          detail: expect.stringContaining('No keys could be fetched'),
        },
      ])
      expect(await channel.probe(never)).toMatchObject({ ok: false })
      expect(sends(server)).toBe(0)
    },
  )
})

describe('settings', () => {
  const issues = (settings: object) =>
    ses.config
      .safeParse({ region: 'eu-central-1', ...settings })
      .error?.issues.map(({ path }) => path.join('.'))
  test('want keys, or a container, and not both', () => {
    expect(issues({})).toEqual(['accessKeyId', 'secretAccessKey'])
    expect(issues({ accessKeyId: 'a' })).toEqual(['secretAccessKey'])
    expect(issues({ ...keys, container: { url: 'http://169.254.170.2/v2' } })).toEqual([
      'accessKeyId',
      'secretAccessKey',
    ])
    expect(issues({ container: { url: 'http://169.254.170.2/v2' } })).toBeUndefined()
  })
  test('refuse what SES would refuse', () => {
    expect(issues({ ...keys, tags: { 'a b': 'c' } })).toEqual(['tags.a b'])
    expect(issues({ ...keys, tags: { 'broadsheet-key': 'c' } })).toEqual(['tags'])
    expect(issues({ ...keys, region: 'Frankfurt' })).toEqual(['region'])
    expect(issues({ ...keys, topicArns: ['arn:aws:sqs:eu-central-1:123456789012:x'] })).toEqual([
      'topicArns.0',
    ])
  })
})
