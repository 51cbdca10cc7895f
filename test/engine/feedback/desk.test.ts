import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Heard } from '../../../engine/engine.ts'
import type { SubscriberId } from '../../../engine/model/ids.ts'
import { type House, openHouse } from '../support/house.ts'

const day = 86_400_000
let house: House

const open = (bounces: object = {}, people = 3) =>
  openHouse({ people, config: { bounces: { address: 'bounce@example.org', ...bounces } } })
beforeEach(async () => {
  house = await open()
})
afterEach(() => house[Symbol.asyncDispose]())

/** Sends a campaign to all, and gives the letter that the first reader got. */
async function sendOne(name = 'weekly') {
  const campaign = await house.campaign({ name })
  await house.engine.campaigns.start(campaign.id)
  await house.until(campaign, 'finished')
  const letter = house.channel.taken.findLast(({ to }) => to === 'reader0@example.org')!
  const row = (await house.store.subscribers.byAddress(letter.to))!
  const { publicationId } = (await house.store.campaigns.get(campaign.id))!
  return { ...letter, id: row.id, publicationId: publicationId! }
}
type Letter = Awaited<ReturnType<typeof sendOne>>

/** What a server writes of a letter that it cannot bring. */
function dsn(parts: {
  readonly to?: string
  readonly address?: string
  readonly answer?: string
  readonly status?: string
  readonly copy?: string
  readonly id?: string
}): Buffer {
  const { to = 'bounce@example.org', address = 'reader0@example.org', copy = '', id = 'r1' } = parts
  const { answer = '550 5.1.1 user unknown', status = '5.1.1' } = parts
  return Buffer.from(
    `Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\nTo: ${to}\r\nSubject: Undelivered Mail\r\nMessage-ID: <${id}@example.org>\r\n` +
      `Date: Mon, 23 Nov 2026 07:59:00 +0000\r\n` +
      'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n' +
      '--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n' +
      `Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; ${address}\r\nAction: failed\r\n` +
      `Status: ${status}\r\nDiagnostic-Code: smtp; ${answer}\r\n` +
      `${copy === '' ? '' : `\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${copy}`}\r\n--b--\r\n`,
  )
}
const take = async (bytes: Buffer): Promise<Heard> =>
  (await house.engine.feedback.take(bytes, 'mail')).heard[0]!
const statusOf = async (id: SubscriberId) => (await house.store.subscribers.get([id]))[0]!.status
const isSuppressed = async (address: string) =>
  (await house.store.suppressions.byAddress([address])).length > 0
const eventsOf = async (id: SubscriberId, type: 'bounced' | 'complained' = 'bounced') =>
  (await house.store.events.page({ subscriberId: id, type, after: 0, limit: 100 })).rows
const header = (letter: Letter, name: string) =>
  new RegExp(`^${name}: .*$`, 'im').exec(letter.text)?.[0] ?? expect.fail(`no ${name}`)

describe('a letter that comes back is found', () => {
  const found: { readonly [way: string]: (letter: Letter) => Buffer } = {
    'by the address that it came back to': ({ from }) => dsn({ to: from }),
    'by that address in lower case': ({ from }) => dsn({ to: from.toLowerCase() }),
    'by the link to unsubscribe in it': (letter) =>
      dsn({ copy: `Subject: x\r\n${header(letter, 'List-Unsubscribe')}\r\n\r\nHello` }),
    'by its Message-ID and the address': (letter) =>
      dsn({ copy: `${header(letter, 'Message-ID')}\r\nSubject: x\r\n\r\nHello` }),
    'with all of it': (letter) => dsn({ copy: letter.text }),
  }
  test.each(Object.keys(found))('%s', async (way) => {
    await sendOne('before')
    const letter = await sendOne()
    await sendOne('after')
    expect(await take(found[way]!(letter))).toMatchObject({
      outcome: 'suppressed',
      class: 'hard',
      subscriberId: letter.id,
      publicationId: letter.publicationId,
    })
    expect(await statusOf(letter.id)).toBe('bounced')
    expect(await isSuppressed(letter.to)).toBe(true)
    expect(await eventsOf(letter.id)).toMatchObject([
      {
        publicationId: letter.publicationId,
        channel: 'smtp',
        code: '5.1.1',
        detail: 'hard: 550 5.1.1 user unknown',
        at: Date.UTC(2026, 10, 23, 7, 59),
      },
    ])
  })

  test('and not where it only names an address, which anybody could', async () => {
    const letter = await sendOne()
    const other = (await house.store.subscribers.byAddress('reader1@example.org'))!
    const stolen = letter.from.replace(/\+.{8}/, '+00000000')
    for (const [n, bytes] of [
      dsn({ id: 'u0' }),
      dsn({ id: 'u1', to: stolen }),
      dsn({ id: 'u2', address: other.address, copy: `${header(letter, 'Message-ID')}\r\n\r\n` }),
      dsn({ id: 'u3', copy: 'Message-ID: <0123456789abcdef0123456789abcdef@example.org>\r\n\r\n' }),
    ].entries())
      expect(await take(bytes), `report ${n}`).toMatchObject({ outcome: 'unproven' })
    expect(await statusOf(letter.id)).toBe('active')
    expect(await statusOf(other.id)).toBe('active')
    expect(await isSuppressed(letter.to)).toBe(false)
  })

  test('though it goes by the name alone where the operator says so', async () => {
    await house[Symbol.asyncDispose]()
    house = await open({ believeUnproven: true })
    await sendOne()
    expect(await take(dsn({}))).toMatchObject({ outcome: 'suppressed', publicationId: null })
  })
})

describe('what comes back', () => {
  test('counts once, however often and by whatever way it is told', async () => {
    const letter = await sendOne()
    const report = dsn({ to: letter.from })
    expect(await take(report)).toMatchObject({ outcome: 'suppressed' })
    expect(await take(report)).toMatchObject({ outcome: 'repeated' })
    expect(await take(dsn({ to: letter.from, id: 'r2' }))).toMatchObject({ outcome: 'repeated' })
    expect(await eventsOf(letter.id)).toHaveLength(1)
  })

  test('from an address that the mail was sent on to does not suppress whoever sent it on', async () => {
    const letter = await sendOne()
    const bytes = dsn({ to: letter.from, address: 'somebody@elsewhere.example' })
    expect(await take(bytes)).toMatchObject({ outcome: 'counted', class: 'soft' })
    expect(await statusOf(letter.id)).toBe('active')
  })

  test.each([
    ['554 5.7.1 blocked using zen.spamhaus.org', 'block'],
    ['550 5.7.1 Relaying denied', 'policy'],
  ])('with "%s" blames nobody', async (answer, given) => {
    const letter = await sendOne()
    expect(await take(dsn({ to: letter.from, answer, status: '5.7.1' }))).toMatchObject({
      outcome: 'noted',
      class: given,
    })
    expect(await statusOf(letter.id)).toBe('active')
    expect(await house.store.softBounces.get(letter.id)).toBeNull()
    expect(await eventsOf(letter.id)).toMatchObject([{ detail: `${given}: ${answer}` }])
  })

  test('of full mailboxes suppresses when it was too often', async () => {
    await house[Symbol.asyncDispose]()
    house = await open({ softLimit: 2 }, 1)
    const outcomes: string[] = []
    for (let n = 0; n < 3; n++) {
      const letter = await sendOne(`n${n}`)
      const at = new Date(house.clock.now()).toUTCString()
      const bytes = Buffer.from(
        dsn({ to: letter.from, answer: '552 5.2.2 mailbox full', status: '5.2.2', id: `full${n}` })
          .toString()
          .replace(/Date: .*/, `Date: ${at}`),
      )
      outcomes.push((await take(bytes)).outcome)
      house.clock.advance(2 * day)
    }
    expect(outcomes).toEqual(['counted', 'counted', 'suppressed'])
    const { id } = (await house.store.subscribers.byAddress('reader0@example.org'))!
    expect(await statusOf(id)).toBe('bounced')
    expect((await house.store.suppressions.byAddress(['reader0@example.org']))[0]!.detail).toMatch(
      /^soft-bounced 2\.\d of 2: full: 552 5\.2\.2 mailbox full$/,
    )
  })

  test('is forgiven once somebody opens a letter', async () => {
    const letter = await sendOne()
    await take(dsn({ to: letter.from, answer: '552 5.2.2 mailbox full', status: '5.2.2' }))
    const before = { subscriberId: letter.id, score: 4.5, at: house.clock.now() - 9 * day }
    await house.store.softBounces.put(before, await house.store.softBounces.get(letter.id))
    const read = { publicationId: letter.publicationId, subscriberId: letter.id, channel: 'smtp' }
    await house.store.events.append([
      { ...read, type: 'opened', at: house.clock.now() - day, code: null, detail: null, class: 'human' },
    ])
    const next = await sendOne('next')
    await take(dsn({ to: next.from, answer: '552 5.2.2 mailbox full', status: '5.2.2', id: 'r9' }))
    expect(await house.store.softBounces.get(letter.id)).toMatchObject({ score: 1 })
  })

  test('of somebody who was erased is not kept', async () => {
    const letter = await sendOne()
    const proof = {
      source: 'api',
      at: house.clock.now(),
      ip: null,
      userAgent: null,
      origin: null,
      words: null,
    } as const
    await house.store.subscriptions.erase({ id: letter.id, remember: true, proof, now: house.clock.now() })
    expect(
      (await house.engine.feedback.take(dsn({ to: letter.from }), 'api', { trusted: true })).heard,
    ).toMatchObject([{ outcome: 'erased' }])
    expect(await isSuppressed(letter.to)).toBe(false)
  })

  test('as a complaint ends the subscription', async () => {
    const letter = await sendOne()
    const bytes = Buffer.from(
      'From: fbl@example.com\r\nTo: abuse@example.org\r\nContent-Type: multipart/report; boundary=b\r\n\r\n' +
        '--b\r\nContent-Type: text/plain\r\n\r\nabuse\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n' +
        'Feedback-Type: abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: redacted\r\n\r\n' +
        `--b\r\nContent-Type: message/rfc822\r\n\r\n${letter.text.replaceAll(letter.to, 'redacted')}\r\n--b--\r\n`,
    )
    expect(await take(bytes)).toMatchObject({ outcome: 'suppressed', subscriberId: letter.id })
    expect(await statusOf(letter.id)).toBe('complained')
    expect(await eventsOf(letter.id, 'complained')).toMatchObject([{ detail: 'abuse' }])
  })
})

test('a campaign pauses when too many of its letters come back', async () => {
  await house[Symbol.asyncDispose]()
  house = await open({}, 60)
  const campaign = await house.campaign({ name: 'blocked', autoPauseShare: 0.1, autoPauseAfter: 10 })
  let batches = 0
  const rest = Promise.withResolvers<void>()
  house.channel.before = async () => {
    batches += 1
    if (batches > 3) await rest.promise
  }
  try {
    await house.engine.campaigns.start(campaign.id)
    const wait = { interval: 5, timeout: 20_000 }
    await expect.poll(() => house.channel.taken.length, wait).toBeGreaterThanOrEqual(20)
    for (const [n, { from, to }] of house.channel.taken.slice(0, 8).entries())
      await take(dsn({ to: from, address: to, answer: '554 5.7.1 blocked using a list', id: `b${n}` }))
    const state = async () => (await house.store.campaigns.get(campaign.id))!.state
    await expect.poll(state, wait).toBe('paused')
  } finally {
    // The letters at hand wait for it, and the house for them.
    rest.resolve()
  }
})

describe('at send time', () => {
  test('the table decides what a refusal says of an address', async () => {
    house.channel.script = ({ to }) => {
      if (to.startsWith('reader0'))
        return { status: 'permanent', code: '550 5.1.1', detail: '5.1.1 user unknown', suppress: false }
      if (to.startsWith('reader1'))
        return { status: 'permanent', code: '550 5.7.1', detail: '5.7.1 blocked as spam', suppress: true }
      return { status: 'permanent', code: '552 5.2.2', detail: '5.2.2 mailbox full', suppress: false }
    }
    const campaign = await house.campaign({ name: 'refused', autoPauseShare: 1 })
    await house.engine.campaigns.start(campaign.id)
    await house.until(campaign, 'finished')
    const [first, second, third] = await Promise.all(
      [0, 1, 2].map((n) => house.store.subscribers.byAddress(`reader${n}@example.org`)),
    )
    expect([first!.status, second!.status, third!.status]).toEqual(['bounced', 'active', 'active'])
    expect(await house.store.softBounces.get(third!.id)).toMatchObject({ score: 1 })
    expect(await house.store.softBounces.get(second!.id)).toBeNull()
  })

  test('letters have their own return address only where somebody said one', async () => {
    expect((await sendOne()).from).toMatch(/^bounce\+[0-9a-v]+@example\.org$/)
    for (const [bounces, from] of [
      [{ verp: false }, 'bounce@example.org'],
      [{ address: null }, 'news@example.org'],
    ] as const) {
      await house[Symbol.asyncDispose]()
      house = await open(bounces)
      expect((await sendOne()).from).toBe(from)
    }
  })
})
