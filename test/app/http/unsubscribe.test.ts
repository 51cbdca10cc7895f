import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unsubscribePage } from '../../../app/http/unsubscribe-page.ts'
import { chooseWords } from '../../../app/http/unsubscribe-words.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../engine/model/publication.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { type Served, serve } from './serve.ts'

const now = 1_800_000_000_000
type Body = string | URLSearchParams | Uint8Array<ArrayBuffer> | undefined
let served: Served
let lists: ListId[]
let subscriber: SubscriberId
let url: string

beforeEach(async () => {
  const store = openMemoryStore()
  served = await serve({ store })
  lists = []
  for (const [name, title] of [
    ['daily', 'The <Daily> Sheet'],
    ['weekly', 'Weekly'],
  ] as const)
    lists.push((await store.lists.insert({ name, title, description: '' }, now)).id)
  const [outcome] = await store.subscribers.upsert([{ address: 'ada@example.org' }], { lists, now })
  subscriber = outcome!.id
  const campaign = await store.campaigns.insert(
    campaignInputSchema.parse({
      name: 'monday',
      title: 'Monday',
      template: 'plain',
      sender: { address: 'news@example.org' },
      lists: ['daily'],
    }),
    now,
  )
  const spec = {
    listIds: [lists[0]],
    list: { name: 'daily', title: 'The <Daily> Sheet' },
  } as unknown as PublicationSpec
  const { publication } = await store.campaigns.start(
    campaign.id,
    campaign.version,
    { spec, month: 202701 },
    now,
  )
  url = `${served.url}/u/${served.engine.linkToken(publication.id, subscriber)}`
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const standing = async () => {
  const [row] = await served.store.subscribers.get([subscriber])
  const memberships = await served.store.subscribers.memberships(subscriber)
  return {
    status: row!.status,
    on: memberships.filter((each) => each.membership === 'active').map((each) => each.listId),
  }
}
const post = (body: Body, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, ...(body !== undefined && { body }) })
const form = (fields: Record<string, string>) => post(new URLSearchParams(fields))

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
  ])('%s: leaves the lists of the publication, and no others', async (_what, body, headers) => {
    const answer = await post(body, headers)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('will not receive “The &lt;Daily&gt; Sheet” any more')
    expect(await standing()).toEqual({ status: 'active', on: [lists[1]] })
  })

  test('repeating it changes nothing more', async () => {
    await form({ 'List-Unsubscribe': 'One-Click' })
    await form({ 'List-Unsubscribe': 'One-Click' })
    const { rows } = await served.store.events.page({ after: 0, limit: 10, type: 'unsubscribed' })
    expect(rows).toHaveLength(1)
  })
})

describe('the unsubscribe page', () => {
  test('changes nothing by being opened, however often', async () => {
    for (let index = 0; index < 3; index++) {
      const answer = await fetch(url)
      expect(answer.status).toBe(200)
      const html = await answer.text()
      expect(html).toContain('a…@example.org receives “The &lt;Daily&gt; Sheet”')
      expect(html).not.toContain('ada@')
      expect(html).not.toContain('<Daily>')
      expect(html).not.toContain('Weekly')
    }
    await fetch(url, { method: 'HEAD' })
    expect(await standing()).toEqual({ status: 'active', on: lists })
  })

  test('leaves this list or everything, and then says how it stands', async () => {
    expect(await (await form({ choice: 'list' })).text()).toContain('Other newsletters from us go on')
    expect(await (await fetch(url)).text()).toContain('does not receive “The &lt;Daily&gt; Sheet” any more')
    expect(await (await form({ choice: 'all' })).text()).toContain('will not receive anything from us')
    expect((await standing()).status).toBe('unsubscribed')
    expect(await (await fetch(url)).text()).toContain('will not receive anything from us')
  })

  test('has no script, loads nothing, is not indexed, cached, framed or told to others', async () => {
    const answer = await fetch(url)
    const html = await answer.text()
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(answer.headers.get('x-robots-tag')).toContain('noindex')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(html).not.toMatch(/<script|https?:|\son\w+=|style=/i)
  })

  test('speaks the language of the subscriber, else of the browser, else English', async () => {
    const browser = (language: string) =>
      fetch(url, { headers: { 'accept-language': language } }).then((answer) => answer.text())
    expect(await browser('fr, de-CH;q=0.7, en;q=0.3')).toContain('<html lang="de">')
    expect(await browser('fr')).toContain('<html lang="en">')
    await served.store.subscribers.upsert([{ address: 'ada@example.org', language: 'de-AT' }], {
      lists: [],
      now,
    })
    expect(await browser('en')).toContain('Abmelden')
    expect(chooseWords('pt-BR', 'en;q=0, de').language).toBe('de')
  })

  test.each(['abc', '1.1~AAAA', '%00', 'x'.repeat(600)])(
    'a link that we did not make is not valid: %s',
    async (token) => {
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${served.url}/u/${token}`, { method })
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
    await using other = await serve({ store: failing })
    const answer = await fetch(url.replace(served.url, other.url), { method: 'POST', body: 'x' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await answer.text()).toContain('Please try again')
    expect((await post('x'.repeat(20_000))).status).toBe(413)
  })

  test('escapes what it is given', () => {
    const html = unsubscribePage(
      { kind: 'ask', who: '"><script>', lists: ["<img onerror='x'>", 'B', 'C'] },
      chooseWords('en', undefined),
    )
    expect(html).not.toContain('<script>')
    expect(html).not.toContain('<img')
    expect(html).toContain('“B” and “C”')
  })
})
