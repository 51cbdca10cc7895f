import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  exportFormats,
  exportItems,
  exportSubscribers,
  exportSuppressions,
} from '../../../engine/audience/export.ts'
import { guardFormula, unguardFormula } from '../../../engine/audience/files/formula.ts'
import { importItems, importSubscribers, importSuppressions } from '../../../engine/audience/import/import.ts'
import { systemClock as clock } from '../../../engine/clock.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { memberships } from '../../../engine/model/list.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { openStore } from '../../../stores/open.ts'
import { dropFolder, makeFolder } from '../../stores/support/folder.ts'

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      "'",
      '"',
      ',',
      ';',
      '\t',
      '\r',
      '\n',
      ' ',
      'a',
      '|',
      '\ufeff',
      '{',
      '[',
    ),
    maxLength: 8,
  }),
  fc.constantFrom(
    '=1+1',
    "'=1",
    "''@x",
    ' =x',
    '1.50',
    'true',
    'null',
    '{"a":1}',
    '[]',
    '"',
    "'",
    '\u2028',
    '\0',
    'sep=;',
  ),
)
const json = fc.oneof(
  nasty,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(nasty, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('x', 'y z'), nasty, { maxKeys: 2 }),
)
const key = fc.oneof(
  fc.constantFrom(
    'plan',
    'Shoe size',
    'x:json',
    ':json',
    'a.b',
    '=cmd',
    ' padded ',
    'name',
    'email',
    'a,b',
    'first_name',
    'attributes',
    'column 1',
    'json',
  ),
  nasty.filter(
    (text) => text !== '' && text !== '__proto__' && text !== 'constructor' && text !== 'prototype',
  ),
)
const person = fc.record({
  // A name has no blanks at its ends, and an empty one says nothing.
  name: fc.option(nasty.map((text) => text.trim()).filter((text) => text !== '')),
  language: fc.constantFrom('de', 'pt-BR', null),
  timeZone: fc.constantFrom('Europe/Berlin', null),
  status: fc.constantFrom(...subscriberInputSchema.shape.status.unwrap().options),
  attributes: fc.dictionary(key, json, { maxKeys: 5 }),
  topics: fc.dictionary(fc.constantFrom('news', 'a.b', 'c-d'), fc.double({ min: 0, max: 1, noNaN: true }), {
    maxKeys: 3,
  }),
  lists: fc.dictionary(
    fc.constantFrom('daily', 'vip.1'),
    fc.tuple(fc.constantFrom(...memberships), fc.nat(2e12)),
    { maxKeys: 2 },
  ),
  createdAt: fc.nat(2_000_000_000_000),
  updatedAt: fc.nat(2_000_000_000_000),
})

async function* bytes(text: AsyncIterable<string>) {
  for await (const piece of text) yield Buffer.from(piece)
}
const listNames = async (store: Store) =>
  new Map((await store.lists.page({ after: 0, limit: 100 })).rows.map(({ id, name }) => [id, name]))

async function everything(store: Store, address: string) {
  const names = await listNames(store)
  const found = await store.subscribers.byAddress(address)
  if (found === null) throw new Error(`${address} is not there`)
  const { id, ...fields } = found
  const lists = (await store.subscribers.memberships(id)).map(({ listId, ...rest }): [string, object] => [
    names.get(listId) ?? '',
    rest,
  ])
  return { ...fields, lists: lists.sort(([a], [b]) => (a < b ? -1 : 1)) }
}

describe.each(['memory', 'sqlite'] as const)('an export into an empty store of %s', (kind) => {
  let target: Store
  let folder = ''
  beforeAll(async () => {
    folder = makeFolder()
    target = kind === 'memory' ? openMemoryStore() : await openStore(`sqlite:${join(folder, 'store.db')}`)
  })
  afterAll(async () => {
    await target.close()
    dropFolder(folder)
  })

  test.each(exportFormats)('restores every field as %s, whatever is in it', async (format) => {
    let made = 0
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 5 }), async (people) => {
        const source = openMemoryStore()
        const ids = new Map<string, number>()
        for (const name of ['daily', 'vip.1'])
          ids.set(name, (await source.lists.insert({ name, title: name, description: '' }, 1)).id)
        const rows = people.map(({ lists, ...fields }) => ({
          address: `${format}-${kind}-${++made}@example.org`,
          ...fields,
          attributes: JSON.parse(JSON.stringify(fields.attributes)),
          topics: JSON.parse(JSON.stringify(fields.topics)),
          memberships: Object.entries(lists).map(([name, [membership, at]]) => ({
            listId: ids.get(name)! as never,
            membership,
            at,
          })),
        }))
        for (const { memberships: _, createdAt: _c, updatedAt: _u, ...input } of rows)
          fc.pre(subscriberInputSchema.safeParse(input).success)
        await source.subscribers.upsert(rows, { lists: [], now: 1 })
        const file = bytes(exportSubscribers(source, { format }))
        const result = await importSubscribers(file, { store: target, clock, lists: [], createLists: true })
        expect(result.rejects).toEqual([])
        expect(result).toMatchObject({ created: rows.length, preset: null, file: { format } })
        for (const { address } of rows)
          expect(await everything(target, address)).toEqual(await everything(source, address))
      }),
      { numRuns: kind === 'memory' ? 300 : 60 },
    )
  })

  test.each(exportFormats)('restores items and suppressions as %s', async (format) => {
    const source = openMemoryStore()
    const items = ['=1+1', 'a "b", c', 'line\nbreak; and more', "'quoted"].map((title, index) =>
      itemInputSchema.parse({
        title,
        url: `https://example.org/${format}/${index}`,
        key: `${format}-${index}`,
        summary: index % 2 === 0 ? '' : '-- x',
        body: index === 1 ? '<p>\r\n=x</p>' : null,
        topics: index === 2 ? ['news', 'sport'] : [],
        popularity: index / 4,
        publishedAt: 1_700_000_000_000 + index,
      }),
    )
    await source.items.upsert(items, 5)
    expect(await importItems(bytes(exportItems(source, format)), { store: target, clock })).toMatchObject({
      created: 4,
      rejected: 0,
    })
    const keys = items.map((item) => item.key!)
    const bare = async (store: Store) =>
      (await store.items.byKey(keys)).map(({ id: _id, createdAt: _c, updatedAt: _u, ...item }) => item)
    expect(await bare(target)).toEqual(await bare(source))

    const entries = [
      { address: `+a@${format}.example`, reason: 'bounce' as const, detail: '=550 "no"' },
      { address: `@${format}.example`, reason: 'manual' as const, detail: null },
    ]
    await source.suppressions.add(entries, 5)
    expect(
      await importSuppressions(bytes(exportSuppressions(source, format)), { store: target, clock }),
    ).toMatchObject({
      created: 2,
      rejected: 0,
    })
    expect(await target.suppressions.byAddress(entries.map(({ address }) => address))).toMatchObject(entries)
  })
})

test.each(['=1', '+1', '-1', '@a', ' =1', '＝1', '＋1', '－1', '＠a', "'=1"])('%s is guarded', (cell) => {
  expect(guardFormula(cell)).toBe(`'${cell}`)
  expect(unguardFormula(`'${cell}`)).toBe(cell)
})

test('a guarded cell starts no formula and comes back as it was; every other cell stays', () => {
  fc.assert(
    fc.property(nasty, (cell) => {
      const guarded = guardFormula(cell)
      expect(guarded).not.toMatch(/^\s*[=+\-@|＝＋－＠\t\r\n]/)
      expect(unguardFormula(guarded)).toBe(cell)
    }),
    { numRuns: 2000 },
  )
})
