import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { bounceReportSchema } from '../../../app/http/routes/bounces.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { type Served, serve } from './serve.ts'

type Report = z.infer<typeof bounceReportSchema>
const clock = createTestClock()
const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
let served: Served
let id: SubscriberId
beforeEach(async () => {
  served = await serve({ clock })
  const rows = [{ address: 'jane@example.org' }]
  id = (await served.store.subscribers.upsert(rows, { lists: [], now: clock.now() }))[0]!.id
})
afterEach(() => served[Symbol.asyncDispose]())

const dsn = (copy = '') =>
  'From: MAILER-DAEMON@example.org\r\nSubject: Undelivered\r\n' +
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n' +
  '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; jane@example.org\r\n' +
  `Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${copy}\r\n\r\n--b--\r\n`
const mine = () => `List-Unsubscribe: <${links.unsubscribeUrl(7 as PublicationId, id)}>`
const mail = (text: string, query = '') =>
  served.ask<Report>('POST', `/api/v1/bounces${query}`, text, { 'content-type': 'message/rfc822' })
const told = (body: object, query = '') => served.ask<Report>('POST', `/api/v1/bounces${query}`, body)
const statusOf = async () => (await served.store.subscribers.byAddress('jane@example.org'))!.status

describe('POST /bounces', () => {
  test('hears a mail that a signature of ours proves', async () => {
    const { status, json } = await mail(dsn(mine()))
    expect(status).toBe(200)
    expect(json).toEqual({
      kind: 'bounce',
      by: 'dsn',
      recipients: [
        {
          addresses: ['jane@example.org'],
          status: '5.1.1',
          smtp: 550,
          text: '550 5.1.1 user unknown',
          class: 'hard',
          action: 'suppress',
          rule: 'no such mailbox',
          outcome: 'suppressed',
          subscriberId: id,
          publicationId: null,
        },
      ],
    })
    expect(await statusOf()).toBe('bounced')
  })

  test('believes one without a proof only where it is told to, and does nothing in a dry run', async () => {
    expect((await mail(dsn(mine()), '?dryRun=true')).json.recipients[0]).toMatchObject({
      class: 'hard',
      outcome: null,
    })
    expect((await mail(dsn())).json.recipients[0]).toMatchObject({ outcome: 'unproven' })
    expect(await statusOf()).toBe('active')
    expect((await mail(dsn(), '?trusted=true')).json.recipients[0]).toMatchObject({ outcome: 'suppressed' })
    expect(await statusOf()).toBe('bounced')
  })

  test('believes what somebody with a key says', async () => {
    const full = { address: 'jane@example.org', code: '552 5.2.2', text: 'mailbox full', key: 'one' }
    expect((await told(full)).json.recipients[0]).toMatchObject({
      class: 'full',
      outcome: 'counted',
      rule: 'mailbox full',
    })
    expect((await told(full)).json.recipients[0]).toMatchObject({ outcome: 'repeated' })
    expect(
      (await told({ address: 'jane@example.org', class: 'hard' }, '?dryRun=true')).json.recipients[0],
    ).toMatchObject({
      class: 'hard',
      action: 'suppress',
      outcome: null,
    })
    expect(await statusOf()).toBe('active')
    await told({ address: 'Jane@EXAMPLE.org', class: 'hard', text: 'they said so' })
    expect(await statusOf()).toBe('bounced')
  })

  test('says what is none', async () => {
    expect((await mail('From: joe@example.org\r\nSubject: Hello\r\n\r\nHi\r\n')).json).toEqual({
      kind: 'none',
      by: 'other',
      recipients: [],
    })
  })

  test.each([
    ['an address that is none', { address: 'jane' }],
    ['a class that is none', { address: 'jane@example.org', class: 'fatal' }],
    ['a code that is none', { address: 'jane@example.org', code: '250' }],
    ['more than it knows', { address: 'jane@example.org', more: 1 }],
    ['nothing', {}],
  ])('refuses %s', async (_, body) => {
    expect((await told(body)).status).toBe(400)
  })

  test('refuses other types, too much, and who has no key', async () => {
    const as = (type: string, text = 'x', key?: string) =>
      served.ask('POST', '/api/v1/bounces', text, {
        'content-type': type,
        ...(key !== undefined && { authorization: key }),
      })
    expect((await as('text/plain')).status).toBe(415)
    expect((await as('message/rfc822', 'x'.repeat(12_100_000))).status).toBe(413)
    expect((await as('message/rfc822', 'x', 'Bearer nobody')).status).toBe(401)
  })
})

test('what came back is a metric, without addresses', async () => {
  await mail(dsn(mine()))
  const { text } = await served.ask('GET', '/metrics')
  expect(text).toContain(
    'broadsheet_feedback_total{way="api",kind="bounce",class="hard",outcome="suppressed",provider="other"} 1',
  )
})

test('GET /bounces/rules shows the table', async () => {
  const { json } = await served.ask<{ rules: { name: string; class: string; own: boolean }[] }>(
    'GET',
    '/api/v1/bounces/rules',
  )
  expect(json.rules.length).toBeGreaterThan(15)
  expect(json.rules[0]).toMatchObject({ name: 'mailbox full', class: 'full', own: false })
})
