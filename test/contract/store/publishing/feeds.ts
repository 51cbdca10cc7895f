import { describe, expect, test } from 'vitest'
import type { Feed, FeedState } from '../../../../engine/model/feed.ts'
import { feedInputSchema } from '../../../../engine/model/feed.ts'
import type { FeedId } from '../../../../engine/model/ids.ts'
import { fresh, itemInput, now, type OpenStore, useStore } from '../fixtures.ts'

export function testFeeds(open: OpenStore): void {
  describe('feeds', () => {
    const store = useStore(open)
    const later = now + 300_000
    const add = (overrides: object = {}) =>
      store().feeds.insert(
        feedInputSchema.parse({ name: fresh('feed'), url: 'https://site.example/feed', ...overrides }),
        now,
      )
    const stateOf = (feed: Feed, overrides: Partial<FeedState> = {}): FeedState => ({
      feedId: feed.id,
      url: feed.url,
      etag: '"a"',
      lastModified: 'Tue, 03 Nov 2026 10:00:00 GMT',
      nextAt: now + 1000,
      intervalMs: 900_000,
      lastFetchedAt: now,
      failures: 2,
      lastError: 'answered 500',
      lastItemAt: now - 5,
      movedTo: 'https://site.example/new',
      itemsSeen: 12,
      ...overrides,
    })
    /** Only those of the test: others may be due as well. */
    const claim = async (feeds: readonly Feed[], at: number, limit = 1000) => {
      const claimed = await store().feedStates.claim({ now: at, until: at + 300_000, limit })
      return claimed.filter(({ feedId }) => feeds.some(({ id }) => id === feedId))
    }

    test('keeps a feed with all its rules', async () => {
      const feed = await add({
        categoryMap: { 'IT-Sicherheit': 'security' },
        keywordRules: [{ topic: 'sea', words: ['Hafen'], in: 'title' }],
        topics: ['news'],
        minIntervalMs: 60_000,
      })
      expect(await store().feeds.get(feed.id)).toEqual(feed)
      expect(feed).toMatchObject({ categoryMap: { 'IT-Sicherheit': 'security' }, enabled: true })
    })

    test('keeps a state whole, one a feed', async () => {
      const feed = await add()
      await store().feedStates.put(stateOf(feed))
      const next = stateOf(feed, { failures: 0, lastError: null, etag: null, nextAt: null })
      await store().feedStates.put(next)
      expect(await store().feedStates.get([feed.id, (feed.id + 1000) as FeedId])).toEqual([next])
    })

    test('a feed that was never read is due, and is claimed once', async () => {
      const feed = await add()
      expect(await claim([feed], now)).toEqual([{ feedId: feed.id, state: null }])
      expect(await claim([feed], now)).toEqual([])
      // Whoever took it died.
      expect((await claim([feed], later)).map(({ feedId }) => feedId)).toEqual([feed.id])
    })

    test('of two claims at once one gets it', async () => {
      const feed = await add()
      const both = await Promise.all([claim([feed], now), claim([feed], now)])
      expect(both.flat()).toHaveLength(1)
    })

    test('is due at its time and not before, with the state as it was', async () => {
      const feed = await add()
      await store().feedStates.put(stateOf(feed))
      expect(await claim([feed], now + 999)).toEqual([])
      expect(await claim([feed], now + 1000)).toEqual([{ feedId: feed.id, state: stateOf(feed) }])
    })

    test('one that is gone or not enabled is never due', async () => {
      const gone = await add()
      await store().feedStates.put(stateOf(gone, { nextAt: null }))
      const off = await add({ enabled: false })
      expect(await claim([gone, off], now + 1e12)).toEqual([])
    })

    test('a new address is due at once, and nothing that was known of the old one holds', async () => {
      const { id, version, createdAt: _c, updatedAt: _u, ...doc } = await add()
      const before = await store().feeds.get(id)
      await store().feedStates.put(stateOf(before!, { nextAt: null }))
      const moved = await store().feeds.update(
        id,
        version,
        { ...doc, url: 'https://site.example/other' },
        now,
      )
      expect(await claim([moved], now)).toEqual([{ feedId: id, state: null }])
      expect(await claim([moved], now)).toEqual([])
    })

    test('the longest overdue come first', async () => {
      const feeds = [await add(), await add(), await add()]
      const at = [now + 30, now + 10, now + 20]
      for (const [index, feed] of feeds.entries())
        await store().feedStates.put(stateOf(feed, { nextAt: at[index]! - 1e9 }))
      const claimed = await claim(feeds, now)
      expect(claimed.map(({ feedId }) => feedId)).toEqual([feeds[1]!.id, feeds[2]!.id, feeds[0]!.id])
    })

    test('takes no more than it is asked to', async () => {
      for (let i = 0; i < 3; i++) await add()
      expect(await store().feedStates.claim({ now, until: later, limit: 2 })).toHaveLength(2)
    })

    test('the state goes with its feed, and none is kept of one that is not there', async () => {
      const feed = await add()
      await store().feedStates.put(stateOf(feed))
      await store().feeds.remove(feed.id)
      expect(await store().feedStates.get([feed.id])).toEqual([])
      await store().feedStates.put(stateOf(feed))
      expect(await store().feedStates.get([feed.id])).toEqual([])
    })

    test('finds items by address, the newest of each', async () => {
      const url = `https://site.example/${fresh('item')}`
      const [, second] = await store().items.upsert(
        [itemInput({ key: fresh('k'), url }), itemInput({ key: fresh('k'), url })],
        now,
      )
      const found = await store().items.byUrl([url, 'https://site.example/none', url])
      expect(found.map(({ id }) => id)).toEqual([second?.id])
    })
  })
}
