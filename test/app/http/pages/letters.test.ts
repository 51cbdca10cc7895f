import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import { type Office, openOffice } from './office.ts'

const body = `<html><body><script>window.ran = true</script><h1>Hello {{ subscriber.name | default: 'reader' }}</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a> {{ item.reason }}</p>
{% endfor %}<a href="{{ links.unsubscribe }}">Unsubscribe</a> <a href="{{ links.preferences }}">Settings</a>
<a href="{{ links.web }}">On the web</a></body></html>`
let office: Office
let campaign: Campaign
beforeEach(async () => {
  office = await openOffice({ people: 4, body })
  campaign = await office.house.campaign({ archive: true, subject: 'News & <more>' })
  await office.house.engine.campaigns.start(campaign.id)
  campaign = await office.house.until(campaign, 'finished')
})
afterEach(async () => {
  await office[Symbol.asyncDispose]()
})
const pathOf = async (address: string) => {
  const { id } = (await office.store.subscribers.byAddress(address))!
  return `/v/${office.token(campaign.publicationId!, id)}`
}
const mailedTo = (address: string) =>
  office.house.channel.taken
    .find(({ to }) => to === address)!
    .text.replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

describe('a letter on the web', () => {
  test('is what its reader got, whatever has become of items, interests and template since', async () => {
    const now = office.house.clock.now()
    await office.store.subscribers.upsert(
      [{ address: 'reader2@example.org', topics: { culture: 0, sport: 1 } }],
      {
        lists: [],
        now,
      },
    )
    const { status, text } = await office.visit(await pathOf('reader2@example.org'))
    expect(status).toBe(200)
    const links = [...text.matchAll(/<p>.*<\/p>/g)].map(([line]) => line)
    expect(links).toHaveLength(3)
    expect(links[0]).toContain('because you follow Culture')
    for (const line of links) expect(mailedTo('reader2@example.org')).toContain(line)
    // The letter leads to itself, and to its reader's own pages.
    for (const kind of ['u', 'p', 'v'])
      expect(text).toContain(
        `https://news.example${(await pathOf('reader2@example.org')).replace('/v/', `/${kind}/`)}"`,
      )
  })

  test('is shown in a sandbox without scripts, forms and origin, and is nobody else’s to keep', async () => {
    const { headers } = await office.visit(await pathOf('reader1@example.org'))
    const policy = headers.get('content-security-policy')!
    expect(policy).toMatch(/^sandbox /)
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin|allow-forms|script-src/)
    expect(policy).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('x-robots-tag')).toContain('noindex')
  })

  test('is not there for somebody who did not get it, nor for a link to no letter', async () => {
    const [late] = await office.store.subscribers.upsert([{ address: 'late@example.org' }], {
      lists: [],
      now: office.house.clock.now(),
    })
    for (const publication of [campaign.publicationId!, 0, 99]) {
      const { status, words } = await office.visit(`/v/${office.token(publication, late!.id)}`)
      expect([status, words]).toEqual([404, expect.stringContaining('This letter is not here')])
    }
  })
})

describe('the archive', () => {
  test('lists letters that went out, and shows them as a stranger gets them', async () => {
    const index = await office.visit('/a/')
    expect(index.text).toContain('News &amp; &lt;more&gt;')
    const link = /href="(\/a\/weekly\/\d+)"/.exec(index.text)![1]!
    const { status, text, headers } = await office.visit(link)
    expect(status).toBe(200)
    expect(text).toContain('Hello reader')
    expect(text).not.toMatch(/reader\d@|Reader \d|\/u\//)
    expect(text).toContain(`https://news.example${link}"`)
    expect(headers.get('content-security-policy')).toMatch(/^sandbox (?!.*allow-scripts)/)
    expect((await office.visit('/a/weekly')).text).toContain(link)
    expect((await office.visit('/a')).headers.get('location')).toBe('/a/')
  })

  test('keeps to campaigns that are meant for it', async () => {
    const closed = await office.house.campaign({ name: 'internal', subject: 'For the board' })
    await office.house.engine.campaigns.start(closed.id)
    const { publicationId } = await office.house.until(closed, 'finished')
    const draft = await office.house.campaign({ name: 'draft', archive: true })
    for (const path of ['/a/', '/a/feed.xml', '/a/draft'])
      expect((await office.visit(path)).text).not.toContain('board')
    for (const path of [
      '/a/internal',
      `/a/internal/${publicationId}`,
      `/a/weekly/${publicationId}`,
      `/a/draft/${publicationId}`,
      '/a/weekly/99',
      '/a/weekly/x',
      '/a/..%2f',
    ])
      expect([path, (await office.visit(path)).status]).toEqual([path, 404])
    expect(draft.archive).toBe(true)
  })

  test('has a feed that tells when nothing is new', async () => {
    const { status, text, headers } = await office.visit('/a/feed.xml')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/atom+xml; charset=utf-8'])
    expect(text).toContain('<title>News &amp; &lt;more&gt;</title>')
    expect(text).toContain(`<id>https://news.example/a/weekly/${campaign.publicationId}</id>`)
    expect(text).toMatch(/<updated>2026-11-23T\d\d:/)
    const again = await office.visit('/a/feed.xml', { 'if-none-match': `W/${headers.get('etag')}` })
    expect([again.status, again.text]).toEqual([304, ''])
  })
})
