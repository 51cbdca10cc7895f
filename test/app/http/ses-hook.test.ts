import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { createSesHook } from '../../../app/hooks/ses-hook.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { certificateUrl, content, createSns, type Sns, type SnsMessage, topicArn } from '../../servers/sns.ts'
import { engineDouble } from './engine-double.ts'
import { type Served, serve } from './serve.ts'

const clock = { now: () => Date.UTC(2026, 10, 23, 8), after: () => () => {} }
const address = 'jane@example.org'
const publicationId = 7 as PublicationId
// One for all tests: a key of RSA takes a while to make.
const certificate = makeCertificate(['sns.amazonaws.com'], [], {
  kind: 'rsa',
  from: clock.now() - 86_400_000,
})

let store: Store
let sns: Sns
let served: Served
let id: SubscriberId

beforeEach(async () => {
  store = openMemoryStore()
  sns = createSns({ now: clock.now, certificate })
  served = await serveWith(store)
  const person = subscriberInputSchema.parse({ address, name: 'Jane' })
  await store.subscribers.upsert([person], { now: clock.now(), lists: [] })
  id = (await store.subscribers.byAddress(address))!.id
})
afterEach(() => served[Symbol.asyncDispose]())

async function serveWith(kept: Store): Promise<Served> {
  const sesHook = createSesHook({
    topicArns: { ses: [topicArn], silent: [] },
    engine: engineDouble(kept, clock),
    fetcher: sns.fetcher,
    clock,
    log: silentLog,
  })
  return serve({ store: kept, clock, config: { sesHook } })
}

const post = async (message: SnsMessage | string, channel = 'ses') => {
  const response = await fetch(`${served.url}/hooks/ses/${channel}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
  return { status: response.status, text: await response.text() }
}
const statusOf = async () => (await store.subscribers.byAddress(address))!.status
const suppression = async () => (await store.suppressions.byAddress([address]))[0] ?? null
const events = async () => (await store.events.page({ after: 0, limit: 100 })).rows
const untouched = async () => {
  expect(await statusOf()).toBe('active')
  expect(await suppression()).toBeNull()
  expect(await events()).toEqual([])
}

/** As SES's guide has them ("Examples of event data that Amazon SES publishes to Amazon SNS"). */
const mail = (headers?: { name: string; value: string }[]) => ({
  timestamp: '2026-11-23T08:00:00.000Z',
  source: 'News <news@example.org>',
  sourceArn: 'arn:aws:ses:eu-central-1:123456789012:identity/news@example.org',
  sendingAccountId: '123456789012',
  messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
  destination: [address],
  headersTruncated: false,
  ...(headers && { headers }),
  tags: { 'ses:configuration-set': ['news'] },
})
const bounce = (change: object = {}, headers?: { name: string; value: string }[]) => ({
  eventType: 'Bounce',
  bounce: {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    bouncedRecipients: [
      {
        emailAddress: address,
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      },
    ],
    timestamp: '2026-11-23T08:00:01.669Z',
    feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
    reportingMTA: 'dsn; mta.example.com',
    ...change,
  },
  mail: mail(headers),
})
const complaint = (change: object = {}) => ({
  notificationType: 'Complaint',
  complaint: {
    complainedRecipients: [{ emailAddress: `Jane <${address.toUpperCase()}>` }],
    timestamp: '2026-11-23T08:00:01.000Z',
    feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
    complaintFeedbackType: 'abuse',
    userAgent: 'Amazon SES Mailbox Simulator',
    ...change,
  },
  mail: mail(),
})

/** The letter's own way out, by which it is known again. */
const wayOut = () => {
  const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
  return { name: 'List-Unsubscribe', value: `<${links.unsubscribeUrl(publicationId, id)}>` }
}

describe('what SES says', () => {
  test.each(['1', '2'] as const)('of a bounce for good, in signature version %s', async (version) => {
    sns = createSns({ now: clock.now, version, certificate })
    await served[Symbol.asyncDispose]()
    store = openMemoryStore()
    served = await serveWith(store)
    const person = subscriberInputSchema.parse({ address })
    await store.subscribers.upsert([person], { now: clock.now(), lists: [] })
    id = (await store.subscribers.byAddress(address))!.id

    expect(await post(sns.notification(bounce({}, [wayOut()])))).toEqual({ status: 204, text: '' })
    expect(await statusOf()).toBe('bounced')
    expect(await suppression()).toMatchObject({ reason: 'bounce', detail: 'smtp; 550 5.1.1 user unknown' })
    expect(await events()).toMatchObject([
      { type: 'bounced', publicationId, subscriberId: id, channel: 'ses', code: '5.1.1' },
    ])
    const { rows } = await store.consents.page({ subscriberId: id, after: 0, limit: 10 })
    expect(rows.at(-1)).toMatchObject({ kind: 'bounce', source: 'provider', words: '5.1.1', to: 'bounced' })
  })

  test('of a complaint: complained, and never mailed again', async () => {
    expect((await post(sns.notification(complaint()))).status).toBe(204)
    expect(await statusOf()).toBe('complained')
    expect(await suppression()).toMatchObject({ reason: 'complaint' })
  })

  test.each([
    ['a full mailbox', bounce({ bounceType: 'Transient', bounceSubType: 'MailboxFull' })],
    ['an undetermined bounce', bounce({ bounceType: 'Undetermined', bounceSubType: 'Undetermined' })],
    ['somebody who moved it out of the spam folder', complaint({ complaintFeedbackType: 'not-spam' })],
    ['a delivery', { eventType: 'Delivery', delivery: { recipients: [address] }, mail: mail() }],
    ['nothing yet', 'Successfully validated SNS topic for Amazon SES event publishing.'],
  ])('of %s changes nothing', async (_, message) => {
    expect((await post(sns.notification(message))).status).toBe(204)
    await untouched()
  })

  test('of a full mailbox is counted', async () => {
    const full = bounce({ bounceType: 'Transient', bounceSubType: 'MailboxFull' }, [wayOut()])
    expect((await post(sns.notification(full))).status).toBe(204)
    expect(await store.softBounces.get(id)).toMatchObject({ score: 1 })
    expect(await events()).toMatchObject([
      { type: 'bounced', code: '5.1.1', detail: expect.stringMatching(/^full: /) },
    ])
  })

  test('of an address that nobody has: it is suppressed all the same', async () => {
    const stranger = bounce({ bouncedRecipients: [{ emailAddress: 'nobody@example.org', status: '5.1.1' }] })
    expect((await post(sns.notification(stranger))).status).toBe(204)
    expect(await store.suppressions.byAddress(['nobody@example.org'])).toHaveLength(1)
    expect(await statusOf()).toBe('active')
  })

  test('of somebody who was erased is not kept', async () => {
    const proof = {
      source: 'api',
      at: clock.now(),
      ip: null,
      userAgent: null,
      origin: null,
      words: null,
    } as const
    await store.subscriptions.erase({ id, remember: true, proof, now: clock.now() })
    expect((await post(sns.notification(bounce()))).status).toBe(204)
    expect(await suppression()).toBeNull()
  })

  test("of a letter that is another's: the address counts, the letter gets no event", async () => {
    const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
    const other = links.unsubscribeUrl(publicationId, (id + 1) as SubscriberId)
    const forged = wayOut().value.slice(0, -3)
    for (const value of [`<${other}>`, `${forged}xx>`, 'no link'])
      await post(sns.notification(bounce({}, [{ name: 'List-Unsubscribe', value }])))
    expect(await statusOf()).toBe('bounced')
    expect(await events()).toEqual([])
  })

  test('counts once, however often SNS sends it', async () => {
    const message = sns.notification(bounce({}, [wayOut()]))
    expect((await post(message)).status).toBe(204)
    expect((await post(message)).status).toBe(204)
    expect(await events()).toHaveLength(1)
    // Another message about the same bounce, and another bounce of the same letter, say nothing new.
    await post(sns.notification(bounce({}, [wayOut()])))
    await post(sns.notification(bounce({ feedbackId: 'another' }, [wayOut()])))
    expect(await events()).toHaveLength(1)
    expect(sns.asked).toEqual([certificateUrl])
  })

  test('is heard at the next attempt when the store was away', async () => {
    let away = true
    await served[Symbol.asyncDispose]()
    store = openMemoryStore()
    const add: Store['suppressions']['add'] = (entries, now) =>
      away ? Promise.reject(new Error('away')) : store.suppressions.add(entries, now)
    served = await serveWith({ ...store, suppressions: { ...store.suppressions, add } })
    const message = sns.notification(bounce())
    expect((await post(message)).status).toBe(500)
    away = false
    expect((await post(message)).status).toBe(204)
    expect(await suppression()).toMatchObject({ reason: 'bounce' })
  })
})

describe('nobody else is believed', () => {
  const elsewhere = (url: string) => () => {
    sns.answers.set(url, content(url, certificate.cert))
    return sns.notification(bounce(), { SigningCertURL: url })
  }
  const file = 'SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem'
  test.each<[string, () => SnsMessage | string]>([
    ['no JSON', () => 'hello'],
    ['JSON of another kind', () => ({ eventType: 'Bounce' })],
    ['a raw event, as with raw message delivery', () => JSON.stringify(bounce())],
    ['a changed message', () => ({ ...sns.notification({}), Message: JSON.stringify(bounce()) })],
    ['a subject that was not signed', () => ({ ...sns.notification(bounce()), Subject: 'x' })],
    [
      'another signature',
      () => ({ ...sns.notification(bounce()), Signature: Buffer.alloc(256).toString('base64') }),
    ],
    [
      'a signature of version 1 said to be of 2',
      () => ({ ...sns.notification(bounce()), SignatureVersion: '2' }),
    ],
    ['an unknown version', () => sns.notification(bounce(), { SignatureVersion: '3' })],
    ['another topic of the same account', () => sns.notification(bounce(), { TopicArn: `${topicArn}-2` })],
    [
      'a message that is hours old',
      () => sns.notification(bounce(), { Timestamp: '2026-11-23T05:00:00.000Z' }),
    ],
    ['a message of tomorrow', () => sns.notification(bounce(), { Timestamp: '2026-11-24T08:00:00.000Z' })],
    ['a certificate of anybody', elsewhere(`https://example.org/${file}`)],
    [
      'a certificate at a host that only looks like SNS',
      elsewhere(`https://sns.eu-central-1.amazonaws.com.example.org/${file}`),
    ],
    [
      'a certificate in a bucket of anybody',
      elsewhere(`https://sns-x.s3.eu-central-1.amazonaws.com/${file}`),
    ],
    ['a certificate over http', elsewhere(`http://sns.eu-central-1.amazonaws.com/${file}`)],
    ['a certificate on another port', elsewhere(`https://sns.eu-central-1.amazonaws.com:8443/${file}`)],
    ['a certificate of another region', elsewhere(`https://sns.us-east-1.amazonaws.com/${file}`)],
    ["an answer of SNS's own API", elsewhere('https://sns.eu-central-1.amazonaws.com/?Action=X&a=.pem')],
    ['a file with a query', elsewhere(`https://sns.eu-central-1.amazonaws.com/${file}?x=.pem`)],
  ])('%s', async (_, message) => {
    const asked = message()
    const { status, text } = await post(asked)
    expect([status, JSON.parse(text).code]).toEqual([400, 'E_INPUT'])
    expect(sns.asked.filter((url) => url !== certificateUrl)).toEqual([])
    await untouched()
  })

  test.each([
    ['of another name', makeCertificate(['sns.example.org'], [], { kind: 'rsa', from: clock.now() - 1000 })],
    [
      'that has run out',
      makeCertificate(['sns.amazonaws.com'], [], { kind: 'rsa', from: Date.UTC(2026, 5) }),
    ],
  ])('a certificate %s', async (_, wrong) => {
    const stranger = createSns({ now: clock.now, certificate: wrong })
    sns.answers.set(certificateUrl, content(certificateUrl, wrong.cert))
    expect((await post(stranger.notification(bounce()))).status).toBe(400)
    await untouched()
  })

  test('a key of somebody else', async () => {
    const stranger = createSns({ now: clock.now })
    expect((await post(stranger.notification(bounce()))).status).toBe(400)
    await untouched()
  })

  test('a channel that expects nothing, and one that there is not', async () => {
    expect((await post(sns.notification(bounce()), 'silent')).status).toBe(404)
    expect((await post(sns.notification(bounce()), 'constructor')).status).toBe(404)
    expect(sns.asked).toEqual([])
  })

  test('more than SNS sends', async () => {
    expect((await post(`{"Type":"${'x'.repeat(700_000)}"}`)).status).toBe(413)
  })

  test('a certificate that cannot be had now is asked for again, and one behind a redirect is none', async () => {
    const message = sns.notification(bounce())
    sns.answers.set(certificateUrl, {
      kind: 'failed',
      code: 'timeout',
      detail: 'did not answer',
      retryAfterMs: null,
    })
    expect((await post(message)).status).toBe(502)
    sns.answers.set(certificateUrl, content('https://example.org/other.pem', certificate.cert))
    expect((await post(message)).status).toBe(502)
    await untouched()
    sns.answers.set(certificateUrl, content(certificateUrl, certificate.cert))
    expect((await post(message)).status).toBe(204)
    expect(await statusOf()).toBe('bounced')
  })
})

describe('a subscription', () => {
  test('is confirmed where it is one of our topics', async () => {
    const message = sns.confirmation()
    const url = String(message.SubscribeURL)
    sns.answers.set(url, content(url, '<ConfirmSubscriptionResponse/>'))
    expect((await post(message)).status).toBe(204)
    expect(sns.asked).toEqual([certificateUrl, url])
    expect((await post(message)).status).toBe(204)
    expect(sns.asked).toHaveLength(2)
  })

  test.each([
    'https://example.org/?Action=ConfirmSubscription',
    'http://169.254.169.254/latest/meta-data',
    `https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}`,
    `https://sns.eu-central-1.amazonaws.com/?Action=DeleteTopic&TopicArn=${topicArn}`,
    `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}-2`,
  ])('leads nowhere but to SNS: %s', async (SubscribeURL) => {
    expect((await post(sns.confirmation({ SubscribeURL }))).status).toBe(400)
    expect(sns.asked).toEqual([certificateUrl])
  })

  test('that could not be confirmed is sent again by SNS', async () => {
    const message = sns.confirmation()
    const url = String(message.SubscribeURL)
    expect((await post(message)).status).toBe(502)
    sns.answers.set(url, content(url, '<ConfirmSubscriptionResponse/>'))
    expect((await post(message)).status).toBe(204)
  })

  test('that ends is told to the operator only', async () => {
    expect((await post(sns.confirmation({ Type: 'UnsubscribeConfirmation' }))).status).toBe(204)
    expect(sns.asked).toEqual([certificateUrl])
  })
})

test('a daemon hears for its channels of that type', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-hook-'))
  const env = {
    BROADSHEET_STORE: 'memory:',
    BROADSHEET_HTTP_PORT: '0',
    BROADSHEET_CHANNELS_MAIL_TYPE: 'ses',
    BROADSHEET_CHANNELS_MAIL_REGION: 'eu-central-1',
    BROADSHEET_CHANNELS_MAIL_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    BROADSHEET_CHANNELS_MAIL_SECRET_ACCESS_KEY: 'x',
    BROADSHEET_CHANNELS_MAIL_TOPIC_ARNS: topicArn,
  }
  const daemon = await startDaemon(loadConfig({ cwd: folder, env }), {
    log: silentLog,
    version: '0.0.0',
    work: false,
  })
  try {
    const ask = async (channel: string) => {
      const url = `${daemon.url}/hooks/ses/${channel}`
      return (await fetch(url, { method: 'POST', body: '{}' })).status
    }
    expect(await ask('mail')).toBe(400)
    expect(await ask('file')).toBe(404)
  } finally {
    await daemon.stop()
    rmSync(folder, { recursive: true })
  }
})
