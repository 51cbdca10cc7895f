import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMailboxReader } from '../../../app/feedback/mailbox.ts'
import { mailboxSchema } from '../../../app/feedback/settings.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import type { Log } from '../../../engine/log.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { type Dovecot, hasDovecot, startDovecot } from '../../servers/dovecot.ts'
import { engineDouble } from '../http/engine-double.ts'

const clock = createTestClock()
const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
const warnings: string[] = []
const log: Log = {
  debug() {},
  info() {},
  warn: (fields, event) => warnings.push(`${event} ${JSON.stringify(fields)}`),
  error() {},
  child: () => log,
}

let store: Store
let engine: ReturnType<typeof engineDouble>
let id: SubscriberId
beforeEach(async () => {
  warnings.length = 0
  store = openMemoryStore()
  engine = engineDouble(store, clock)
  const rows = [{ address: 'jane@example.org' }]
  id = (await store.subscribers.upsert(rows, { lists: [], now: clock.now() }))[0]!.id
})

const report = (subject = 'Undelivered Mail') =>
  `From: MAILER-DAEMON@example.org\r\nTo: bounce@example.org\r\nSubject: ${subject}\r\n` +
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n' +
  '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; jane@example.org\r\n' +
  'Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n' +
  `List-Unsubscribe: <${links.unsubscribeUrl(7 as PublicationId, id)}>\r\n\r\nHello\r\n--b--\r\n`
const question =
  'From: joe@example.org\r\nTo: bounce@example.org\r\nSubject: A question\r\n\r\nWho are you?\r\n'
const statusOf = async () => (await store.subscribers.byAddress('jane@example.org'))!.status

describe.skipIf(!hasDovecot)('a mailbox', () => {
  let dovecot: Dovecot
  beforeAll(async () => {
    dovecot = await startDovecot()
  })
  afterAll(() => dovecot[Symbol.asyncDispose]())

  const readerOf = (change: object = {}, parts: { engine?: typeof engine } = {}) => {
    const { port, user, password } = dovecot
    const settings = mailboxSchema.parse({ host: '127.0.0.1', port, tls: 'none', user, password, ...change })
    return createMailboxReader({ settings, engine: parts.engine ?? engine, clock, log })
  }
  const empty = async () => {
    const reader = readerOf()
    await reader.look()
    await reader.stop()
  }

  test('is read: reports are heard and go, other mail stays and is seen', async () => {
    await empty()
    await dovecot.deliver(report())
    await dovecot.deliver(question)
    const reader = readerOf()
    expect(await reader.look()).toBe(2)
    expect(await statusOf()).toBe('bounced')
    expect(await dovecot.mails()).toEqual([{ subject: 'A question', flags: ['\\Seen'] }])
    expect(await reader.look()).toBe(0)
    await reader.stop()
    expect(warnings).toEqual([])
  })

  test('keeps reports in a folder where that is wanted', async () => {
    await empty()
    await dovecot.deliver(report('To be kept'))
    const reader = readerOf({ done: 'move', doneFolder: 'Bounces/2026' })
    expect(await reader.look()).toBe(1)
    await reader.stop()
    expect((await dovecot.mails('Bounces.2026')).map(({ subject }) => subject)).toEqual(['To be kept'])
    expect((await dovecot.mails()).map(({ subject }) => subject)).not.toContain('To be kept')
  })

  test('keeps a report that could not be heard, unseen, until it can', async () => {
    await empty()
    await dovecot.deliver(report('Kept'))
    const broken = engineDouble(
      {
        ...store,
        replies: { ...store.replies, claim: () => Promise.reject(new Error('the store is away')) },
      },
      clock,
    )
    const first = readerOf({}, { engine: broken })
    expect(await first.look()).toBe(0)
    await first.stop()
    expect(warnings.join()).toContain('the store is away')
    expect((await dovecot.mails()).find(({ subject }) => subject === 'Kept')).toEqual({
      subject: 'Kept',
      flags: expect.not.arrayContaining(['\\Seen']),
    })
    const second = readerOf()
    expect(await second.look()).toBe(1)
    await second.stop()
    expect(await statusOf()).toBe('bounced')
  })

  test('is read by one node at a time', async () => {
    await empty()
    const first = readerOf()
    const second = readerOf()
    await first.look()
    await dovecot.deliver(report())
    expect(await second.look()).toBe(0)
    expect(await first.look()).toBe(1)
    await first.stop()
    await dovecot.deliver(question)
    expect(await second.look()).toBe(1)
    await second.stop()
  })

  test('is looked into every so often', async () => {
    await empty()
    const reader = readerOf({ pollMs: 60_000 })
    reader.start()
    await dovecot.deliver(report('Later'))
    clock.advance(60_000)
    await expect.poll(statusOf, { interval: 5, timeout: 20_000 }).toBe('bounced')
    await reader.stop()
  })

  test('whose password is wrong is a warning, with the server’s words and without the password', async () => {
    const reader = readerOf({ password: 'not the password' })
    expect(await reader.look()).toBe(0)
    await reader.stop()
    expect(warnings.join()).toMatch(/mailbox\.not_read.*[Aa]uthentication failed/)
    expect(warnings.join()).not.toContain('not the password')
  })

  test('that offers no TLS gets no password where TLS is wanted', async () => {
    const reader = readerOf({ tls: 'starttls' })
    expect(await reader.look()).toBe(0)
    await reader.stop()
    expect(warnings.join()).toMatch(/STARTTLS/i)
  })
})

test('a server that says nothing does not hold up the end', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  const connected = new Promise<void>((resolve) => silent.once('connection', () => resolve()))
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  const settings = mailboxSchema.parse({ host: '127.0.0.1', port, tls: 'none', user: 'u', password: 'p' })
  const reader = createMailboxReader({ settings, engine, clock, log })
  reader.start()
  await connected
  const stopped = reader.stop()
  clock.advance(5000)
  await stopped
  silent.close()
})

test('a password in the clear goes to this machine alone', () => {
  const of = (host: string) =>
    mailboxSchema.safeParse({ host, tls: 'none', user: 'u', password: 'p' }).success
  expect([of('127.0.0.1'), of('localhost'), of('mail.example.org')]).toEqual([true, true, false])
})
