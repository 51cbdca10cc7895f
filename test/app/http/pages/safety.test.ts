import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { SubscriberId } from '../../../../engine/model/ids.ts'
import { type Office, openOffice } from './office.ts'

let office: Office
let campaign: Campaign
let ada: SubscriberId
let own: string
let letter: string
beforeAll(async () => {
  office = await openOffice({
    people: 2,
    // The rates are those of other tests; here one machine asks for everything.
    pages: { lists: ['daily', 'weekly'], limits: { address: { perHour: 1e6, burst: 1000 } } },
  })
  await office.list('daily', 'Daily', { optIn: 'double' })
  await office.list('weekly', 'Weekly')
  campaign = await office.house.campaign({ archive: true })
  await office.house.engine.campaigns.start(campaign.id)
  campaign = await office.house.until(campaign, 'finished')
  ada = (await office.store.subscribers.byAddress('reader0@example.org'))!.id
  own = office.token(0, ada)
  letter = office.token(campaign.publicationId!, ada)
})
afterAll(async () => {
  await office[Symbol.asyncDispose]()
})
beforeEach(() => office.house.clock.advance(60_000))

const paths = () => [
  '/s',
  '/s/daily',
  '/s/nothing',
  '/s/confirm/nothing',
  '/p',
  `/p/${own}`,
  `/p/${own}/erase`,
  `/u/${letter}`,
  '/u/nothing',
  '/v/nothing',
  '/a/',
  `/a/${campaign.name}`,
  '/a/nothing',
]

/** With headers that `fetch` does not let go. */
const asHost = (path: string, headers: Record<string, string>) =>
  new Promise<{ status: number; location: string | undefined; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(office.url)
    request({ hostname, port, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, location: answer.headers.location, text }))
    })
      .on('error', reject)
      .end()
  })

describe('every page', () => {
  test('lets nothing run and nothing load, is framed by nobody, sets no cookie, and tells nobody who came', async () => {
    for (const path of paths()) {
      const { headers, text } = await office.visit(path)
      expect(headers.get('content-security-policy'), path).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      )
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('referrer-policy'), path).toBe('no-referrer')
      expect(headers.get('set-cookie'), path).toBeNull()
      expect(text, path).not.toMatch(/<script|<iframe|javascript:|\son\w+=|\sstyle=/i)
    }
  })

  test('is kept by no cache where it is somebody’s, and found by no search engine', async () => {
    for (const path of paths().filter((one) => /^\/(p|u)\/./.test(one) || one.includes('confirm'))) {
      const { headers } = await office.visit(path)
      expect([path, headers.get('cache-control')]).toEqual([path, 'no-store'])
      expect(headers.get('x-robots-tag'), path).toContain('noindex')
    }
  })

  test('leads nowhere that a request names: no host, no parameter, no field', async () => {
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' }
    for (const path of [...paths(), '/a', '/a/feed.xml', `/v/${letter}`]) {
      const { location, text } = await asHost(`${path}?next=//evil.example&return=https://evil.example`, evil)
      expect([path, location]).toEqual([path, path === '/a' ? '/a/' : undefined])
      expect(text, path).not.toContain('evil.example')
    }
    for (const path of ['//evil.example/a', '/%2f%2fevil.example', '/a//evil.example', '/\\evil.example/a'])
      expect((await asHost(path, {})).location ?? '', path).not.toContain('evil')
    const fields = { address: 'new@example.org', next: 'https://evil.example', redirect: '//evil.example' }
    for (const path of ['/s/weekly', '/p']) {
      const { status, headers, text } = await office.fill(path, fields)
      expect([status, headers.get('location')]).toEqual([200, null])
      expect(text).not.toContain('evil.example')
    }
  })

  test.each(['__proto__', 'constructor', 'toString', '<script>', '%00'])(
    'takes ?lang=%s for no language',
    async (lang) => {
      const { status, text } = await office.visit(`/s/daily?lang=${encodeURIComponent(lang)}`)
      expect([status, text]).toEqual([200, expect.stringContaining('<html lang="en">')])
    },
  )
})

describe('a form', () => {
  test('puts nothing into the head of a mail', async () => {
    await office.fill('/s/daily', {
      address: 'eve@example.org',
      name: 'Eve\r\nBcc: all@example.org\r\n\r\nBuy!',
    })
    await office.mailed('eve@example.org', '/s/confirm/')
    const { text } = office.house.channel.taken.findLast(({ to }) => to === 'eve@example.org')!
    const [head] = text.split('\r\n\r\n')
    expect(head).not.toMatch(/^bcc:/im)
    for (const address of [
      'a@example.org\r\nBcc: b@example.org',
      'a@example.org, b@example.org',
      '<a@example.org>',
    ])
      expect([address, (await office.fill('/s/daily', { address })).status]).toEqual([address, 400])
  })

  test('with fields that are names of an object’s own is a form like others', async () => {
    const { status } = await office.fill('/s', {
      address: 'fay@example.org',
      list: ['__proto__', 'constructor', 'weekly'],
      __proto__x: '1',
      constructor: '1',
    })
    expect(status).toBe(200)
    const fay = (await office.store.subscribers.byAddress('fay@example.org'))!
    expect(await office.store.subscribers.memberships(fay.id)).toHaveLength(1)
  })

  test('for the link by mail has a trap, a limit a mailbox, and a limit a visitor', async () => {
    const mails = () => office.house.channel.taken.filter(({ to }) => to === 'reader1@example.org').length
    const before = mails()
    const trapped = await office.fill('/p', { address: 'reader1@example.org', website: 'x' })
    const asked = await office.fill('/p', { address: 'reader1@example.org' })
    expect([trapped.status, trapped.words]).toEqual([asked.status, asked.words])
    await office.mailed('reader1@example.org', '/p/')
    for (let times = 0; times < 5; times++)
      expect((await office.fill('/p', { address: 'reader1@example.org' })).words).toBe(asked.words)
    expect(mails() - before).toBeLessThanOrEqual(3)

    await using busy = await openOffice({ pages: { limits: { address: { perHour: 3600, burst: 1 } } } })
    expect((await busy.post('/p', { address: 'x' })).status).toBe(400)
    const { status, headers } = await busy.post('/p', { address: 'x' })
    expect([status, headers.get('retry-after')]).toEqual([429, '1'])
  })
})

describe('a token', () => {
  test('serves one purpose, one person and only whole', async () => {
    await office.fill('/s/daily', { address: 'gil@example.org' })
    const confirm = (await office.mailed('gil@example.org', '/s/confirm/')).replace('/s/confirm/', '')
    // 405: what is only read.
    for (const path of [`/p/${confirm}`, `/p/${confirm}/data.json`, `/u/${confirm}`, `/v/${confirm}`])
      for (const ask of [() => office.visit(path), () => office.post(path, { choice: 'all' })])
        expect([404, 405], path).toContain((await ask()).status)
    for (const token of [own, letter])
      for (const ask of [
        () => office.visit(`/s/confirm/${token}`),
        () => office.post(`/s/confirm/${token}`, {}),
      ])
        expect((await ask()).status).toBe(404)
    for (const token of [own, letter, confirm])
      for (let at = 0; at < token.length; at++) {
        const other = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
        expect(office.house.engine.subscriptions.readToken(other), other).toBeNull()
        expect(office.house.engine.subscriptions.readToken(token.slice(0, at))).toBeNull()
      }
    expect((await office.store.subscribers.byAddress('gil@example.org'))!.status).toBe('unconfirmed')
  })
})
