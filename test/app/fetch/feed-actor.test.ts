import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetcher } from '../../../app/fetch/fetcher.ts'
import { createFeedActor, type FeedActor } from '../../../engine/actors/feeds.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { silentLog } from '../../../engine/log.ts'
import { type Feed, type FeedState, feedInputSchema } from '../../../engine/model/feed.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock, type TestClock } from '../../engine/support/clock.ts'
import { waitFor } from '../../engine/support/wait.ts'
import { openWeb, type Web } from './web.ts'

const minute = 60_000
const config = engineConfigSchema.shape.feeds.parse({
  minIntervalMs: 10 * minute,
  maxIntervalMs: 100 * minute,
  sweepMs: 15_000,
})

let web: Web
let store: Store
let clock: TestClock
let actor: FeedActor
/** 0.5 is the middle of every spread: intervals are exact. */
const open = () =>
  createFeedActor({
    config,
    store,
    clock,
    random: () => 0.5,
    log: silentLog,
    fetcher: createFetcher({ egress: { allow: ['127.0.0.1'], ports: [80] }, userAgent: 'test' }),
  })
beforeEach(async () => {
  web = await openWeb()
  store = openMemoryStore()
  clock = createTestClock()
  actor = open()
})
afterEach(async () => {
  await actor.stop()
  await store.close()
  await web[Symbol.asyncDispose]()
})

const entry = (id: string, title: string, more = '') =>
  `<item><guid isPermaLink="false">${id}</guid><title>${title}</title><link>https://site.example/${id}</link>${more}</item>`
const rss = (...items: string[]) =>
  `<rss version="2.0"><channel><title>Site</title>${items.join('')}</channel></rss>`
const add = (path = '/feed', more: object = {}): Promise<Feed> =>
  actor.add(feedInputSchema.parse({ name: 'site', url: web.url + path, ...more }))
const stateOf = async (feed: Feed) => (await store.feedStates.get([feed.id]))[0]
const titles = async () =>
  (await store.items.page({ after: 0, limit: 100 })).rows.map(({ title }) => title).sort()
const asked = (path = '/feed') => web.requests.filter(({ url }) => url === path)
/** The state after the next reading; time goes on until then. */
const nextReading = async (feed: Feed, after: FeedState | null = null) =>
  waitFor(
    'a reading',
    async () => {
      const state = await stateOf(feed)
      const at = state?.lastFetchedAt ?? null
      return at !== null && at !== (after?.lastFetchedAt ?? null) && state
    },
    () => clock.advance(1000),
  )

describe('reading a feed', () => {
  test('at once, then not before its time, and then only what changed', async () => {
    web.serve('/feed', rss(entry('1', 'One')), { etag: '"a"' })
    actor.start()
    const feed = await add()
    const first = await nextReading(feed)
    expect(first).toMatchObject({
      etag: '"a"',
      intervalMs: 10 * minute,
      nextAt: first.lastFetchedAt! + 10 * minute,
      itemsSeen: 1,
    })
    expect(await titles()).toEqual(['One'])

    web.serve('/feed', '', {}, 304)
    clock.advance(9 * minute)
    const second = await nextReading(feed, first)
    expect(second.lastFetchedAt! - first.lastFetchedAt!).toBeGreaterThanOrEqual(10 * minute)
    expect(asked()).toHaveLength(2)
    expect(asked()[1]!.headers['if-none-match']).toBe('"a"')
    // Half as long again after nothing.
    expect(second).toMatchObject({ etag: '"a"', intervalMs: 15 * minute, failures: 0, itemsSeen: 1 })
  })

  test('an item that changed is updated; what readers did with it stays', async () => {
    web.serve('/feed', rss(entry('1', 'One'), entry('2', 'Two')))
    const feed = await add()
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({ created: 2, updated: 0, unchanged: 0 })
    const [one] = await store.items.byUrl(['https://site.example/1'])
    web.serve('/feed', rss(entry('1', 'One, corrected'), entry('2', 'Two'), entry('3', 'Three')))
    clock.advance(minute)
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({ created: 1, updated: 1, unchanged: 1 })
    const [again] = await store.items.byUrl(['https://site.example/1'])
    expect(again).toMatchObject({ id: one!.id, title: 'One, corrected', popularity: one!.popularity })
  })

  test('an item is known by its id, and by its address and title', async () => {
    web.serve('/feed', rss(entry('1', 'One'), entry('1', 'One, again')))
    const feed = await add()
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({
      created: 1,
      warnings: ['1 entry: there more than once'],
    })
    // The site changed its software: every id is a new one.
    const moved = entry('1', 'One').replace(
      '<guid isPermaLink="false">1<',
      '<guid isPermaLink="false">urn:x:1<',
    )
    web.serve('/feed', rss(moved))
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({ created: 0, unchanged: 1 })
    expect(await titles()).toEqual(['One'])
  })

  test('topics come with the items', async () => {
    web.serve('/feed', rss(entry('1', 'A port', '<category>IT-Sicherheit</category>')))
    const feed = await add('/feed', {
      topics: ['news'],
      categoryMap: { 'it-sicherheit': 'security' },
      keywordRules: [{ topic: 'harbour', words: ['port'] }],
    })
    await actor.fetch(feed.id)
    const [item] = await store.items.byUrl(['https://site.example/1'])
    expect(item!.topics).toEqual(['news', 'security', 'harbour'])
  })

  test('two who ask at the same time share one reading', async () => {
    web.serve('/feed', rss(entry('1', 'One')))
    const feed = await add()
    const [a, b] = await Promise.all([actor.fetch(feed.id), actor.fetch(feed.id)])
    expect(a).toBe(b)
    expect(asked()).toHaveLength(1)
  })
})

describe('a feed that', () => {
  test('moved for good is kept at its new address', async () => {
    web.serve('/feed', '', { location: '/new' }, 301)
    web.serve('/new', rss(entry('1', 'One')))
    const feed = await add()
    const { state } = await actor.fetch(feed.id)
    expect(state).toMatchObject({ url: `${web.url}/new`, movedTo: `${web.url}/new` })
    expect((await store.feeds.get(feed.id))!.url).toBe(`${web.url}/new`)
    await actor.fetch(feed.id)
    expect(asked('/feed')).toHaveLength(1)
    expect(asked('/new')).toHaveLength(2)
  })

  test('moved for a while, or to a page, is kept where it is', async () => {
    web.serve('/feed', '', { location: '/new' }, 302)
    web.serve('/new', rss(entry('1', 'One')))
    const feed = await add()
    await actor.fetch(feed.id)
    web.serve('/feed', '', { location: '/page' }, 301)
    web.serve('/page', '<html><body>Gone fishing</body></html>')
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({
      kind: 'failed',
      code: 'content',
      detail: 'is a web page, not a feed',
    })
    expect((await store.feeds.get(feed.id))!.url).toBe(`${web.url}/feed`)
  })

  test('is gone is asked no more, until somebody wants it read', async () => {
    web.serve('/feed', '', {}, 410)
    actor.start()
    const feed = await add()
    const state = await nextReading(feed)
    expect(state).toMatchObject({ nextAt: null, lastError: 'answered 410: it is gone for good' })
    clock.advance(1000 * minute)
    expect(asked()).toHaveLength(1)
    web.serve('/feed', rss(entry('1', 'One')))
    expect((await actor.fetch(feed.id)).outcome).toMatchObject({ kind: 'read', created: 1 })
    expect((await stateOf(feed))!.nextAt).not.toBeNull()
  })

  test('fails is asked less and less often, and forgiven at once', async () => {
    web.serve('/feed', '', {}, 500)
    const feed = await add()
    const waits: number[] = []
    for (let n = 0; n < 5; n++) waits.push((await actor.fetch(feed.id)).state.nextAt! - clock.now())
    expect(waits.map((ms) => ms / minute)).toEqual([10, 20, 40, 80, 100])
    expect(await stateOf(feed)).toMatchObject({ failures: 5, lastError: expect.stringContaining('500') })
    web.serve('/feed', rss(entry('1', 'One')))
    expect((await actor.fetch(feed.id)).state).toMatchObject({ failures: 0, lastError: null })
  })

  test.each([429, 503])('answers %i is left alone as long as it asks, a week at most', async (status) => {
    web.serve('/feed', '', { 'retry-after': '7200' }, status)
    const feed = await add()
    expect((await actor.fetch(feed.id)).state.nextAt).toBe(clock.now() + 120 * minute)
    web.serve('/feed', '', { 'retry-after': '99999999' }, status)
    expect((await actor.fetch(feed.id)).state.nextAt).toBe(clock.now() + 7 * 24 * 60 * minute)
  })

  test('is paused is not read', async () => {
    web.serve('/feed', rss(entry('1', 'One')))
    actor.start()
    await add('/feed', { enabled: false })
    web.serve('/other', rss(entry('2', 'Two')))
    const other = await actor.add(feedInputSchema.parse({ name: 'other', url: `${web.url}/other` }))
    await waitFor('the other feed', () => stateOf(other))
    expect(asked('/feed')).toHaveLength(0)
  })
})

describe('an engine that starts again', () => {
  test('goes on where it was', async () => {
    web.serve('/feed', rss(entry('1', 'One')), { etag: '"a"' })
    actor.start()
    const feed = await add()
    const first = await nextReading(feed)
    await actor.stop()

    actor = open()
    actor.start()
    web.serve('/feed', '', {}, 304)
    clock.advance(9 * minute)
    const second = await nextReading(feed, first)
    expect(second.lastFetchedAt! - first.lastFetchedAt!).toBeGreaterThanOrEqual(10 * minute)
    expect(asked()[1]!.headers['if-none-match']).toBe('"a"')
  })

  test('reads again what the stop broke off, which counts as no failure', async () => {
    web.pages.set('/feed', () => {
      // Never answers.
    })
    actor.start()
    const feed = await add()
    await waitFor('the request', () => asked().length === 1)
    await actor.stop()
    expect((await stateOf(feed))?.failures ?? 0).toBe(0)

    web.serve('/feed', rss(entry('1', 'One')))
    actor = open()
    // The claim of the one before has to run out first.
    clock.advance(6 * minute)
    actor.start()
    expect(await nextReading(feed)).toMatchObject({ failures: 0, itemsSeen: 1 })
  })
})
