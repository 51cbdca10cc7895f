import { describe, expect, test } from 'vitest'
import type { ItemId } from '../../../../engine/model/ids.ts'
import { fresh, itemInput, now, type OpenStore, useStore } from '../fixtures.ts'

export function testItems(open: OpenStore): void {
  describe('items', () => {
    const store = useStore(open)

    test('keeps every field; the key defaults to the URL, the date to now', async () => {
      const bare = itemInput()
      const full = itemInput({
        key: fresh('key'),
        summary: 'Short',
        body: '<p>Löng</p>',
        imageUrl: 'https://example.org/i.png',
        author: 'A',
        language: 'de',
        topics: ['b', 'a'],
        popularity: 0.75,
        publishedAt: 5,
      })
      const [a, b] = await store().items.upsert([bare, full], now)
      const ids = [b?.id, a?.id] as ItemId[]
      expect(await store().items.get(ids)).toEqual([
        { ...full, id: b?.id, createdAt: now, updatedAt: now },
        { ...bare, id: a?.id, key: bare.url, publishedAt: now, createdAt: now, updatedAt: now },
      ])
    })

    test('knows an item by its key: created, unchanged, updated', async () => {
      const input = itemInput({ topics: ['x'] })
      const outcomes = await store().items.upsert(
        [input, input, { ...input, title: 'New', topics: ['y'] }],
        now,
      )
      expect(outcomes.map((row) => row.outcome)).toEqual(['created', 'unchanged', 'updated'])
      expect(new Set(outcomes.map((row) => row.id)).size).toBe(1)
      expect(await store().items.byKey([input.url])).toMatchObject([{ title: 'New', topics: ['y'] }])
    })

    test('an item without a date keeps the one it was given first', async () => {
      const input = itemInput()
      await store().items.upsert([input], now)
      const [again] = await store().items.upsert([input], now + 1000)
      expect(again?.outcome).toBe('unchanged')
      expect((await store().items.byKey([input.url]))[0]?.publishedAt).toBe(now)
    })

    test('gets in the order asked for, unknown ones left out', async () => {
      const [a, b] = [itemInput(), itemInput()]
      const ids = (await store().items.upsert([a, b], now)).map((row) => row.id)
      const got = await store().items.get([ids[1], 999_999, ids[0]] as ItemId[])
      expect(got.map((item) => item.id)).toEqual([ids[1], ids[0]])
      const byKey = await store().items.byKey([b.url, 'nothing', a.url])
      expect(byKey.map((item) => item.id)).toEqual([ids[1], ids[0]])
    })

    test('pages in id order, by topic', async () => {
      const topic = fresh('topic')
      const rows = [itemInput({ topics: [topic] }), itemInput(), itemInput({ topics: ['z', topic] })]
      const [a, , c] = await store().items.upsert(rows, now)
      const page = await store().items.page({ after: 0, limit: 1, topic })
      expect(page).toMatchObject({ rows: [{ id: a?.id }], next: a?.id })
      const rest = await store().items.page({ after: a?.id ?? 0, limit: 1, topic })
      expect(rest).toMatchObject({ rows: [{ id: c?.id }], next: null })
    })

    test('pages newest first, by part of the title or the URL, in any case', async () => {
      const word = fresh('Word')
      const rows = [
        itemInput({ title: `A ${word}` }),
        itemInput({ title: 'ÜBER 100 %' }),
        itemInput({ url: `https://example.org/${word}/b` }),
      ]
      const [a, percent, b] = await store().items.upsert(rows, now)
      const page = (query: object) =>
        store().items.page({ after: 0, limit: 1, newestFirst: true, search: word.toUpperCase(), ...query })
      expect(await page({})).toMatchObject({ rows: [{ id: b?.id }], next: b?.id })
      expect(await page({ after: b?.id })).toMatchObject({ rows: [{ id: a?.id }], next: null })
      expect((await page({ search: 'über 100 %', limit: 50 })).rows.map(({ id }) => id)).toContain(
        percent?.id,
      )
      expect((await page({ search: `${word}%`, limit: 50 })).rows).toEqual([])
      expect((await page({ newestFirst: false, limit: 5 })).rows.map(({ id }) => id)).toEqual([a?.id, b?.id])
    })

    test('counts the items of each topic', async () => {
      const [x, y] = [fresh('topic'), fresh('topic')]
      const [gone] = await store().items.upsert(
        [itemInput({ topics: [x] }), itemInput({ topics: [x, y] }), itemInput({ topics: [y, y] })],
        now,
      )
      const count = async () =>
        (await store().items.topics()).filter(({ topic }) => topic === x || topic === y)
      const sorted = [x, y].sort()
      expect(await count()).toEqual(sorted.map((topic) => ({ topic, items: 2 })))
      await store().items.remove(gone!.id)
      expect(await count()).toEqual(sorted.map((topic) => ({ topic, items: topic === x ? 1 : 2 })))
    })

    test('candidates: the newest within the time that carry one of the topics', async () => {
      const [x, y] = [fresh('topic'), fresh('topic')]
      const at = (publishedAt: number, ...topics: string[]) => itemInput({ publishedAt, topics })
      const rows = [at(10, x), at(20, y), at(30, x, y), at(30, x), at(40, 'other'), at(50, x)]
      const ids = (await store().items.upsert(rows, now)).map((row) => row.id)
      const find = async (topics: readonly string[], since: number, until: number, limit = 10) =>
        (await store().items.candidates({ topics, since, until, limit })).map((item) => ids.indexOf(item.id))
      expect(await find([x, y], 10, 30)).toEqual([3, 2, 1, 0])
      expect(await find([x], 11, 50)).toEqual([5, 3, 2])
      expect(await find([x, y], 10, 50, 2)).toEqual([5, 3])
      expect(await find([], 40, 50)).toEqual([5, 4])
      expect(await find([fresh('none')], 0, now)).toEqual([])
    })

    test('a topic that an item lost no longer finds it', async () => {
      const topic = fresh('topic')
      const input = itemInput({ topics: [topic], publishedAt: 7 })
      await store().items.upsert([input], now)
      await store().items.upsert([{ ...input, topics: [] }], now)
      expect(await store().items.candidates({ topics: [topic], since: 0, until: now, limit: 5 })).toEqual([])
      expect((await store().items.page({ after: 0, limit: 5, topic })).rows).toEqual([])
    })

    test('removes; the key may come again as a new item', async () => {
      const topic = fresh('topic')
      const input = itemInput({ topics: [topic] })
      const [a] = await store().items.upsert([input], now)
      const id = a?.id ?? (0 as ItemId)
      expect(await store().items.remove(id)).toBe(true)
      expect(await store().items.remove(id)).toBe(false)
      expect(await store().items.get([id])).toEqual([])
      expect((await store().items.page({ after: 0, limit: 5, topic })).rows).toEqual([])
      const [b] = await store().items.upsert([input], now)
      expect(b).toMatchObject({ outcome: 'created' })
      expect(b?.id).toBeGreaterThan(id)
    })
  })
}
