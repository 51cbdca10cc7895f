import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { ListId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../../engine/model/publication.ts'
import { openMemoryStore } from '../../../../stores/memory/open.ts'
import { type Office, openOffice } from './office.ts'

type Body = string | URLSearchParams | Uint8Array<ArrayBuffer> | undefined
let office: Office
let lists: ListId[]
let subscriber: SubscriberId
let path: string

beforeEach(async () => {
  office = await openOffice()
  const { store, house } = office
  const now = house.clock.now()
  lists = [
    (await office.list('daily', 'The <Daily> Sheet')) as ListId,
    (await office.list('weekly', 'Weekly')) as ListId,
  ]
  const [outcome] = await store.subscribers.upsert([{ address: 'ada@example.org' }], { lists, now })
  subscriber = outcome!.id
  const campaign = await house.campaign({ name: 'monday', lists: ['daily'] })
  const spec = {
    campaign: { id: campaign.id, name: campaign.name, title: campaign.title },
    listIds: [lists[0]],
    list: { name: 'daily', title: 'The <Daily> Sheet' },
  } as unknown as PublicationSpec
  const { publication } = await store.campaigns.start(
    campaign.id,
    campaign.version,
    { spec, month: 202701 },
    now,
  )
  path = `/u/${office.token(publication.id, subscriber)}`
})
afterEach(async () => {
  await office[Symbol.asyncDispose]()
})

const standing = async () => {
  const [row] = await office.store.subscribers.get([subscriber])
  const memberships = await office.store.subscribers.memberships(subscriber)
  return {
    status: row!.status,
    on: memberships.filter((each) => each.membership === 'active').map((each) => each.listId),
  }
}
const send = (body: Body, headers: Record<string, string> = {}) =>
  fetch(office.url + path, { method: 'POST', headers, ...(body !== undefined && { body }) })
const data = async () => JSON.stringify(await office.house.engine.subscriptions.dataOf(subscriber))

describe('one-click unsubscribe (RFC 8058)', () => {
  test.each<[string, Body, Record<string, string>]>([
    ['form-encoded', 'List-Unsubscribe=One-Click', { 'content-type': 'application/x-www-form-urlencoded' }],
    [
      'multipart',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
      { 'content-type': 'multipart/form-data; boundary=x' },
    ],
    ['without a type', new TextEncoder().encode('List-Unsubscribe=One-Click'), {}],
    ['without a body', undefined, {}],
    [
      'from the page of a mail program',
      'List-Unsubscribe=One-Click',
      { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    ],
  ])('%s: leaves the lists of the publication, and no others', async (_what, body, headers) => {
    const answer = await send(body, headers)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('will not receive “The &lt;Daily&gt; Sheet” any more')
    expect(await standing()).toEqual({ status: 'active', on: [lists[1]] })
  })

  test('repeating it changes nothing more', async () => {
    await office.post(path, { 'List-Unsubscribe': 'One-Click' })
    await office.post(path, { 'List-Unsubscribe': 'One-Click' })
    const { rows } = await office.store.events.page({ after: 0, limit: 10, type: 'unsubscribed' })
    expect(rows).toHaveLength(1)
  })
})

describe('the unsubscribe page', () => {
  test('changes nothing by being opened, however often', async () => {
    for (let index = 0; index < 3; index++) {
      const { status, text } = await office.visit(path)
      expect(status).toBe(200)
      expect(text).toContain('a•••@example.org receives “The &lt;Daily&gt; Sheet”')
      expect(text).not.toContain('ada@')
      expect(text).not.toContain('<Daily>')
      expect(text).not.toContain('Weekly')
    }
    await fetch(office.url + path, { method: 'HEAD' })
    expect(await standing()).toEqual({ status: 'active', on: lists })
  })

  test('leaves this list or everything, and then says how it stands', async () => {
    expect((await office.post(path, { choice: 'list' })).text).toContain('Other newsletters from us go on')
    expect((await office.visit(path)).text).toContain('does not receive “The &lt;Daily&gt; Sheet” any more')
    expect((await office.post(path, { choice: 'all' })).text).toContain('will not receive anything from us')
    expect((await standing()).status).toBe('unsubscribed')
    expect((await office.visit(path)).text).toContain('will not receive anything from us')
  })

  test('keeps a reason with it, in people’s own words', async () => {
    await office.post(path, { choice: 'list', reason: 'too_many', more: 'Every\r\nday "is" <too> much' })
    expect(await data()).toContain('too_many: Every day \\"is\\" <too> much')
    await office.post(path, { choice: 'all', reason: 'made_up', more: '' })
    expect(await data()).not.toContain('made_up')
  })

  test('offers fewer letters instead, on the page of the same link', async () => {
    const { text } = await office.visit(path)
    const preferences = /href="(\/p\/[^"]+)"/.exec(text)?.[1]
    expect((await office.visit(preferences!)).words).toContain('Your settings')
  })

  test('has no script, loads nothing, is not indexed, cached, framed or told to others', async () => {
    const { headers, text } = await office.visit(path)
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(headers.get('x-robots-tag')).toContain('noindex')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(text).not.toMatch(/<script|https?:|\son\w+=|style=/i)
  })

  test('speaks the language of the subscriber, else of the browser, else English', async () => {
    const browser = async (language: string) =>
      (await office.visit(path, { 'accept-language': language })).text
    expect(await browser('fr, de-CH;q=0.7, en;q=0.3')).toContain('<html lang="de">')
    expect(await browser('fr')).toContain('<html lang="en">')
    await office.store.subscribers.upsert([{ address: 'ada@example.org', language: 'de-AT' }], {
      lists: [],
      now: office.house.clock.now(),
    })
    expect(await browser('en')).toContain('Abmelden')
  })

  test.each(['abc', '1.1~AAAA', '%00', 'x'.repeat(600)])(
    'a link that we did not make is not valid: %s',
    async (token) => {
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${office.url}/u/${token}`, { method })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
        expect(await answer.text()).toContain('This link is not valid')
      }
      expect((await standing()).on).toEqual(lists)
    },
  )

  test('says so when the store fails, and a large body is refused', async () => {
    const store = openMemoryStore()
    const failing = {
      ...store,
      subscribers: {
        ...store.subscribers,
        get: async () => {
          throw new BroadsheetError('E_STORE_BUSY', 'Busy.')
        },
      },
    }
    await using other = await openOffice({ store: failing })
    const answer = await other.post(path, { x: 'x' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(answer.words).toContain('Please try again')
    expect((await send('x'.repeat(40_000))).status).toBe(413)
  })
})
