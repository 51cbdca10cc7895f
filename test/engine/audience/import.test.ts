import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  type ImportProgress,
  importItems,
  importSubscribers,
} from '../../../engine/audience/import/import.ts'
import { systemClock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'

const clock = systemClock

async function* bytes(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

const csv = (store: Store, text: string, lists: readonly string[] = []) =>
  importSubscribers(bytes(text), { store, clock, lists, format: 'csv' })
const ndjson = (store: Store, text: string) =>
  importSubscribers(bytes(text), { store, clock, lists: [], format: 'ndjson' })

async function storeWith(...lists: readonly string[]): Promise<Store> {
  const store = openMemoryStore()
  for (const name of lists) await store.lists.insert({ name, title: name, description: '' }, clock.now())
  return store
}

describe('an import of subscribers', () => {
  test('maps the columns it knows, and makes attributes of the others', async () => {
    const store = await storeWith('daily')
    const result = await csv(
      store,
      'E-Mail,First_Name,last name,Locale,Time Zone,topics,lists,attributes.plan,Shoe size\n' +
        'Ada@Example.org,Ada,Lovelace,de-AT,Europe/Vienna,security:0.8;markets,daily,gold,38\n',
    )
    expect(result).toMatchObject({ rows: 1, created: 1, rejected: 0 })
    expect(result.columns).toContainEqual({ column: 'Shoe size', field: 'attributes.Shoe size' })
    expect(result.columns).toContainEqual({ column: 'lists', field: 'lists' })
    expect(await store.subscribers.byAddress('ada@example.org')).toMatchObject({
      language: 'de-AT',
      timeZone: 'Europe/Vienna',
      topics: { security: 0.8, markets: 1 },
      attributes: { plan: 'gold', 'Shoe size': '38' },
    })
  })

  test('makes a name of first_name and last_name where there is no name', async () => {
    const store = await storeWith()
    await csv(store, 'address,first_name,last_name\na@example.org,Ada,Lovelace\nb@example.org,,Byron\n')
    expect(await store.subscribers.byAddress('a@example.org')).toMatchObject({
      name: 'Ada Lovelace',
      attributes: { first_name: 'Ada', last_name: 'Lovelace' },
    })
    expect((await store.subscribers.byAddress('b@example.org'))?.name).toBe('Byron')
  })

  test('tells every bad row by line, column and reason, and takes the others', async () => {
    const result = await csv(
      await storeWith(),
      'E-Mail,language,topics\na@example.org,en,\nnobody,en,\nb@example.org,not a tag,\nc@example.org,en,x:\nd@example.org\n"e@example.org"!,en,\nf@example.org,en,{"a":7}\n,en,\n',
    )
    expect(result).toMatchObject({ rows: 8, created: 1, rejected: 7 })
    expect(result.rejects).toEqual([
      { line: 3, column: 'E-Mail', reason: '"nobody" has no "@"', value: 'nobody' },
      {
        line: 4,
        column: 'language',
        reason: 'must be a BCP 47 language tag, e.g. "de" or "pt-BR"',
        value: 'not a tag',
      },
      {
        line: 5,
        column: 'topics',
        reason: 'has no number behind "x:", e.g. "security:0.8;markets:0.3"',
        value: 'x:',
      },
      { line: 6, reason: 'has 1 cell, the header has 3' },
      { line: 7, reason: 'has text between a closing quote and the next delimiter' },
      { line: 8, column: 'topics', reason: 'Too big: expected number to be <=1', value: '7' },
      { line: 9, column: 'E-Mail', reason: '"" has no "@"', value: '' },
    ])
  })

  test('takes NDJSON as the API takes subscribers, and tells what is no JSON or has unknown fields', async () => {
    const store = await storeWith()
    const result = await ndjson(
      store,
      `{"address":"a@example.org","attributes":{"plan":{"seats":3}}}\n\n{"address":\n{"address":"b@example.org","nmae":"B"}\n7\n{"address":"c@example.org","attributes":{"x":${'['.repeat(40)}${']'.repeat(40)}}}`,
    )
    expect(result).toMatchObject({ rows: 5, created: 1, rejected: 4 })
    expect(result.rejects.map(({ line }) => line)).toEqual([3, 4, 5, 6])
    expect(result.rejects[1]).toMatchObject({ reason: 'Unrecognized key: "nmae"' })
    expect(result.rejects[3]).toMatchObject({ reason: 'is nested more than 32 deep' })
    expect((await store.subscribers.byAddress('a@example.org'))?.attributes).toEqual({ plan: { seats: 3 } })
  })

  test('lets the last of two rows with one address have the last word, and counts both', async () => {
    const store = await storeWith()
    const result = await csv(store, 'address,name\na@example.org,First\nA@EXAMPLE.ORG,Second\n')
    expect(result).toMatchObject({ rows: 2, created: 1, updated: 1 })
    expect((await store.subscribers.byAddress('a@example.org'))?.name).toBe('Second')
  })

  test('changes nothing when it is repeated, and brings nobody back who left', async () => {
    const store = await storeWith('daily')
    const file = 'address,name\na@example.org,A\nb@example.org,B\n'
    await csv(store, file, ['daily'])
    const [daily] = await store.lists.byName(['daily'])
    const gone = await store.subscribers.byAddress('a@example.org')
    await store.subscribers.leave({ id: gone!.id, lists: [daily!.id], publicationId: null, now: clock.now() })
    expect(await csv(store, file, ['daily'])).toMatchObject({ rows: 2, unchanged: 2, created: 0, updated: 0 })
    expect(await store.subscribers.count({ list: daily!.id })).toBe(1)
  })

  test.each([
    [
      'a header without an address',
      'mailbox,name\nx,y\n',
      'E_INPUT',
      /none for address\. Found: "mailbox", "name"/,
    ],
    [
      'two columns for one field',
      'email,address\nx,y\n',
      'E_INPUT',
      /"email" and "address" both fill address/,
    ],
    [
      'an attribute that is no attribute',
      'email,__proto__\nx,y\n',
      'E_INPUT',
      /"__proto__" cannot be an attribute/,
    ],
    ['an empty file', '', 'E_INPUT', /empty/],
  ])('refuses %s, and stores nothing', async (_what, file, code, message) => {
    const store = await storeWith()
    const error = await csv(store, file).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BroadsheetError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(await store.subscribers.count({})).toBe(0)
  })

  test('names every list that does not exist, before it reads anything', async () => {
    const store = await storeWith('daily')
    await expect(csv(store, 'address\na@example.org\n', ['dialy', 'daily', 'wekly'])).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringContaining('"dialy", "wekly"'),
    })
    expect(await store.subscribers.count({})).toBe(0)
  })

  test('says how far it came when the store fails', async () => {
    const store = await storeWith()
    let calls = 0
    const failing: Pick<Store, 'subscribers' | 'lists'> = {
      lists: store.lists,
      subscribers: {
        ...store.subscribers,
        async upsert(rows, options) {
          if (++calls > 2) throw new BroadsheetError('E_STORE_FULL', 'The disk is full.')
          return store.subscribers.upsert(rows, options)
        },
      },
    }
    const file = `address\n${Array.from({ length: 5000 }, (_, index) => `p${index}@example.org`).join('\n')}`
    await expect(
      importSubscribers(bytes(file), { store: failing, clock, lists: [], format: 'csv' }),
    ).rejects.toMatchObject({
      code: 'E_STORE_FULL',
      message: expect.stringContaining('2000 rows were stored'),
    })
  })

  test('stops between batches when it is told to', async () => {
    const store = await storeWith()
    const controller = new AbortController()
    async function* endless() {
      yield Buffer.from('address\n')
      for (let index = 0; ; index++) yield Buffer.from(`p${index}@example.org\n`)
    }
    const running = importSubscribers(endless(), {
      store,
      clock,
      lists: [],
      format: 'csv',
      signal: controller.signal,
      onProgress: ({ rows }) => rows >= 3000 && controller.abort(new Error('enough')),
    })
    await expect(running).rejects.toThrow('enough')
    expect(await store.subscribers.count({})).toBe(3000)
  })

  test('takes 20,000 rows with 1 % broken: accepted + rejected = rows, and progress on the way', async () => {
    const store = await storeWith('daily')
    async function* file() {
      yield Buffer.from('address,name,topics\n')
      let text = ''
      for (let index = 0; index < 20_000; index++) {
        text += index % 100 === 99 ? `broken ${index},x,\n` : `p${index}@example.org,"P ${index}",news:0.5\n`
        if (text.length > 60_000) {
          yield Buffer.from(text)
          text = ''
        }
      }
      yield Buffer.from(text)
    }
    const progress: ImportProgress[] = []
    const result = await importSubscribers(file(), {
      store,
      clock,
      lists: ['daily'],
      format: 'csv',
      onProgress: (step) => progress.push(step),
    })
    expect(result).toMatchObject({ rows: 20_000, created: 19_800, rejected: 200, updated: 0, unchanged: 0 })
    expect(result.rejects).toHaveLength(100)
    expect(result.rejects[0]).toMatchObject({ line: 101, column: 'address' })
    expect(progress.length).toBeGreaterThan(5)
    expect(progress.at(-1)).toMatchObject({ rows: 20_000, rejected: 200 })
  })

  test('needs no more memory for more rows', async () => {
    // A store that keeps nothing: what grows is the importer's.
    let seen = 0
    const forgetful = {
      lists: openMemoryStore().lists,
      subscribers: {
        upsert: async (rows: readonly unknown[]) => {
          seen += rows.length
          return rows.map(() => ({ id: 1, outcome: 'created' }))
        },
      },
    } as unknown as Pick<Store, 'subscribers' | 'lists'>
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const live: number[] = []
    const measure = () => {
      gc()
      const { heapUsed, external } = process.memoryUsage()
      live.push((heapUsed + external) / 1_048_576)
    }
    const piece = Buffer.from(
      Array.from({ length: 1000 }, (_, index) => `person${index}@example.org,Somebody,x\n`).join(''),
    )
    const endless = Buffer.alloc(1_000_000, 'x')
    async function* file() {
      yield Buffer.from('address,name,city\n')
      for (let index = 0; index < 200; index++) yield piece
      // A line without an end, 60 MB long.
      for (let index = 0; index < 60; index++) {
        yield endless
        if (index % 20 === 19) measure()
      }
    }
    const result = await importSubscribers(file(), {
      store: forgetful,
      clock,
      lists: [],
      format: 'csv',
      onProgress({ rows }) {
        if (rows % 20_000 < 2000) measure()
      },
    })
    expect(seen).toBe(200_000)
    expect(result).toMatchObject({ rows: 200_001, rejected: 1 })
    expect(live.length).toBeGreaterThan(8)
    expect(Math.max(...live) - live[0]!).toBeLessThan(6)
  })
})

describe('an import of items', () => {
  test('reads topics, numbers and times from CSV, and knows items by key or URL', async () => {
    const store = await storeWith()
    const file =
      'title,link,description,topics,popularity,published_at,source\n' +
      'One,https://example.org/1,Short,security;markets,0.9,2026-05-01T08:00:00Z,wire\n' +
      'Two,https://example.org/2,,,,1777622400000,\n' +
      'Three,ftp://example.org/3,,,,,\n' +
      'Four,https://example.org/4,,,much,,\n' +
      'Five,https://example.org/5,,,,yesterday,\n'
    const options = { store, clock, format: 'csv' as const }
    const result = await importItems(bytes(file), options)
    expect(result).toMatchObject({ rows: 5, created: 2, rejected: 3 })
    expect(result.columns).toContainEqual({ column: 'source', field: 'ignored' })
    expect(result.rejects.map(({ line, column }) => [line, column])).toEqual([
      [4, 'link'],
      [5, 'popularity'],
      [6, 'published_at'],
    ])
    const [one] = await store.items.byKey(['https://example.org/1'])
    expect(one).toMatchObject({
      topics: ['security', 'markets'],
      popularity: 0.9,
      publishedAt: 1777622400000,
    })
    expect(await importItems(bytes(file), options)).toMatchObject({ unchanged: 2, created: 0 })
  })
})
