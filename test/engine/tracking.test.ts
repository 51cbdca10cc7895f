import { simpleParser } from 'mailparser'
import { describe, expect, onTestFinished, test } from 'vitest'
import { engineConfigSchema } from '../../engine/config.ts'
import { createLinkBook } from '../../engine/delivery/link-book.ts'
import { type Log, silentLog } from '../../engine/log.ts'
import type { TrackingConsent } from '../../engine/model/consent.ts'
import type { PublicationId, SubscriberId } from '../../engine/model/ids.ts'
import { maxLinks } from '../../engine/model/link.ts'
import type { Store } from '../../engine/ports/store.ts'
import { makePlan, readLinks } from '../../engine/render/plan.ts'
import { openStore } from '../../stores/open.ts'
import { specOf, startRun } from '../contract/store/scene.ts'
import { type House, openHouse } from './support/house.ts'

async function house(options: Parameters<typeof openHouse>[0] = {}) {
  const opened = await openHouse(options)
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

const htmlOf = async (text: string): Promise<string> => {
  const { html } = await simpleParser(text, { skipTextToHtml: true })
  return html || ''
}
const clicks = /https?:\/\/localhost:8025\/c\/([\w-]+)\/([\w-]+)/g
const keysIn = (html: string): string[] => [...html.matchAll(clicks)].map(([, , key]) => key!)
const pixelsIn = (html: string): number => [...html.matchAll(/\/t\/[\w-]+\.gif/g)].length

async function allow({ store, clock }: House, id: number, tracking: TrackingConsent): Promise<void> {
  await store.subscriptions.persist({
    id: id as SubscriberId,
    from: 'active',
    to: 'active',
    settings: { maxPerWeek: null, tracking, pausedUntil: null },
    consents: [],
    now: clock.now(),
  })
}

/** Send a campaign; the letters by reader, and its links. */
async function send(home: House, overrides: object = {}) {
  const campaign = await home.campaign(overrides)
  await home.engine.campaigns.start(campaign.id)
  const { publicationId } = await home.until(campaign, 'finished')
  const letters = new Map<string, string>()
  for (const { to, text } of home.channel.taken.splice(0)) letters.set(to, await htmlOf(text))
  return {
    campaign,
    publicationId: publicationId!,
    letters,
    links: await home.store.links.get(publicationId!),
  }
}

test('a full table is said once, and letters may hold what is in it', async () => {
  const store = await openStore('memory:', {})
  onTestFinished(() => store.close())
  const id = await startRun(store, {})
  const said: unknown[] = []
  const log: Log = { ...silentLog, warn: (fields, event) => said.push([event, fields]) }
  const [one, other] = [createLinkBook(store.links, log, id), createLinkBook(store.links, silentLog, id)]
  const links = Array.from({ length: maxLinks + 1 }, (_, n) => ({
    key: `key-${n}`,
    url: `https://example.org/${n}`,
    itemId: null,
  }))
  expect(await one.keep(links.slice(0, 1000))).toBe(true)
  expect(await other.keep(links.slice(500, 1500))).toBe(true)
  expect(one.only).toBeNull()
  const kept = await Promise.all([one.keep(links.slice(1400)), one.keep(links.slice(1990))])
  expect(kept).toEqual([false, false])
  expect(said).toEqual([['links.full', { publicationId: id, links: maxLinks }]])
  expect(readLinks(one.only!)).toEqual(links.slice(0, -1).map(({ key, url }) => ({ key, url })))
  expect(await one.keep(links.slice(0, maxLinks))).toBe(true)
})

describe('tracked letters', () => {
  test('hold links by way of us and a pixel, where their reader allows it', async () => {
    const home = await house()
    await allow(home, 1, 'denied')
    await allow(home, 2, 'granted')
    const { letters, links } = await send(home)
    const table = new Map(links.map((link) => [link.key, link]))
    const [denied, granted, unknown] = [0, 1, 2].map((n) => letters.get(`reader${n}@example.org`)!)
    for (const html of [granted!, unknown!]) {
      const keys = keysIn(html)
      expect(keys.length).toBeGreaterThan(2)
      for (const key of keys) expect(table.get(key)?.url).toMatch(/^https:\/\/news\.example\/\d+$/)
      expect(html).not.toContain('https://news.example')
      expect(pixelsIn(html)).toBe(1)
      expect(html).toMatch(/href="http:\/\/localhost:8025\/u\//)
    }
    expect(keysIn(denied!)).toEqual([])
    expect(pixelsIn(denied!)).toBe(0)
    expect(denied).toContain('<a href="https://news.example/')
    expect(denied!.match(/localhost:8025/g)).toHaveLength(1)
  })

  test('name the item of each link', async () => {
    const home = await house({
      body: `{% for item in items %}<a href="{{ item.url }}">a</a><a href="{{ item.url }}?utm=1">b</a><a href="{{ item.url }}x">c</a>{% endfor %}<a href="https://other.example/">d</a>`,
    })
    const { links } = await send(home)
    const items = new Map(
      (await home.store.items.page({ after: 0, limit: 100 })).rows.map((item) => [item.id, item.url]),
    )
    expect(links.map(({ index }) => index)).toEqual(links.map((_, index) => index))
    for (const { url, itemId } of links) {
      const item = itemId === null ? null : items.get(itemId)
      if (/^https:\/\/other|x$/.test(url)) expect(item).toBeNull()
      else expect(url).toBe(item + (url.endsWith('?utm=1') ? '?utm=1' : ''))
    }
    expect(links.some(({ url }) => url.endsWith('?utm=1'))).toBe(true)
  })

  test('of those who said nothing are not tracked where that is set', async () => {
    const home = await house({ config: { tracking: { unknown: 'skip', hiddenLink: true } } })
    await allow(home, 2, 'granted')
    const { letters } = await send(home)
    const tracked = [...letters].filter(([, html]) => keysIn(html).length + pixelsIn(html) > 0)
    expect(tracked.map(([to]) => to)).toEqual(['reader1@example.org'])
    expect(keysIn(tracked[0]![1]).at(-1)).toBe('0')
  })

  test('are as the campaign says, or else as the configuration does', async () => {
    const home = await house({ config: { tracking: { links: false } } })
    const look = async (overrides: object) => {
      const { letters } = await send(home, overrides)
      const html = letters.get('reader0@example.org')!
      return [keysIn(html).length > 0, pixelsIn(html)]
    }
    expect(await look({})).toEqual([false, 1])
    expect(await look({ name: 'links', tracking: { links: true, opens: false } })).toEqual([true, 0])
    expect(await look({ name: 'none', tracking: { opens: false } })).toEqual([false, 0])
  })

  test('are sent when their links are kept, and not before', async () => {
    const home = await house()
    const leaving: Promise<void>[] = []
    home.channel.before = async (batch) => {
      const [publication] = (await home.store.publications.page({ after: 0, limit: 1 })).rows
      const table = new Set((await home.store.links.get(publication!.id)).map(({ key }) => key))
      for (const { bytes } of batch)
        leaving.push(
          htmlOf(Buffer.from(bytes).toString()).then((html) => {
            for (const key of keysIn(html)) expect(table).toContain(key)
          }),
        )
    }
    await send(home)
    expect(leaving).toHaveLength(50)
    await Promise.all(leaving)
  })

  test('wait for a store that could not keep their links; each still goes out once', async () => {
    const memory = await openStore('memory:', {})
    let failures = 3
    const store: Store = {
      ...memory,
      links: {
        ...memory.links,
        async put(id, links) {
          if (failures-- > 0) throw new Error('the store is away')
          return memory.links.put(id, links)
        },
      },
    }
    const home = await house({ store })
    const { letters, links } = await send(home)
    const table = new Set(links.map(({ key }) => key))
    expect(failures).toBeLessThan(0)
    expect(letters.size).toBe(50)
    for (const html of letters.values()) for (const key of keysIn(html)) expect(table).toContain(key)
  })

  test('beyond what one publication may have, links are left as they are', async () => {
    const home = await house({
      body: `{% for item in items %}{% for i in (1..200) %}<a href="{{ item.url }}?n={{ i }}">{{ i }}</a>{% endfor %}{% endfor %}`,
    })
    const { letters, links } = await send(home)
    expect(links).toHaveLength(maxLinks)
    const table = new Set(links.map(({ key }) => key))
    let written = 0
    for (const html of letters.values()) {
      for (const key of keysIn(html)) expect(table).toContain(key)
      written += [...html.matchAll(/href="https:\/\/news\.example\/\d+\?n=\d+"/g)].length
      expect(html.match(/<a href/g)).toHaveLength(3 * 200)
    }
    expect(written).toBeGreaterThan(0)
  })

  test('are never those that are only looked at', async () => {
    const home = await house()
    const { campaign, publicationId } = await send(home)
    const preview = await home.engine.campaigns.preview(campaign.id, 'reader0@example.org')
    expect(preview.html).toContain('href="https://news.example/')
    const { renditions } = home.engine
    const web = await renditions.ofReader(publicationId, 1 as SubscriberId)
    const archived = await renditions.ofStranger(publicationId)
    for (const shown of [preview.html, await htmlOf(preview.mime), web!.html, archived!.html]) {
      expect(shown).toContain('<a href="https://news.example/')
      expect(keysIn(shown)).toEqual([])
      expect(pixelsIn(shown)).toBe(0)
    }
    await home.engine.campaigns.test(campaign.id, ['reader0@example.org'])
    const [sent] = home.channel.taken
    const html = await htmlOf(sent!.text)
    expect(html).toContain('href="https://news.example/')
    expect(keysIn(html)).toEqual([])
    expect(pixelsIn(html)).toBe(0)
  })

  test('are none of a publication from before, nor of mail to one person', () => {
    const config = engineConfigSchema.parse({ secrets: ['a secret only for the tests'] })
    const before = specOf({ campaign: { id: 1 as never, name: 'a', title: 'A' } })
    const tracked = { ...before, tracking: { links: true, opens: false } }
    const id = 7 as PublicationId
    expect(makePlan(config, id, before).tracking).toBeNull()
    expect(makePlan(config, id, { ...before, tracking: { links: false, opens: false } }).tracking).toBeNull()
    expect(makePlan(config, id, tracked, true).tracking).toBeNull()
    expect(makePlan(config, 0, tracked).tracking).toBeNull()
    expect(makePlan(config, id, tracked).tracking).toEqual({
      links: true,
      opens: false,
      unknown: true,
      hiddenLink: false,
    })
  })
})
