import { describe, expect, test } from 'vitest'
import { createAddressChecker } from '../../../engine/audience/address-check.ts'
import type { RejectedRow } from '../../../engine/audience/import/import.ts'
import { createImporter } from '../../../engine/audience/import/importer.ts'
import { rejectText } from '../../../engine/audience/import/reject-file.ts'
import { systemClock as clock } from '../../../engine/clock.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'

const checker = createAddressChecker()
const importerOf = (store: Store) => createImporter({ store, clock, checker })
async function* bytes(text: string | Buffer, size = 16_384) {
  const file = Buffer.from(text as string)
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
}
/** 1 % broken. */
const people = (count: number, from = 0) =>
  `address,name\n${Array.from({ length: count }, (_, i) =>
    i % 100 === 50 ? `broken ${i + from},=x\n` : `p${i + from}@example.org,P ${i}\n`,
  ).join('')}`

/** A source that is lost behind so many bytes, as when its sender dies. */
async function* lost(text: string, after: number) {
  for await (const piece of bytes(text.slice(0, after))) yield piece
  throw new Error('The client went away.')
}

describe('a dry run', () => {
  test('says of every row what an import does then, and writes nothing', async () => {
    const store = openMemoryStore()
    await store.lists.insert({ name: 'daily', title: 'Daily', description: '' }, 1)
    const importer = importerOf(store)
    await importer.run('subscribers', bytes('address,name\np1@example.org,P 1\np2@example.org,Other\n'), {
      settings: { lists: ['daily'] },
    })
    const settings = { lists: ['daily'], createLists: true }
    const file = `${people(3500).replaceAll('\n', ',new-list\n').replace('name,new-list', 'name,lists')}`
    const before = await store.subscribers.count({})
    const dry = await importer.run('subscribers', bytes(file), { settings, dryRun: true })
    expect(await store.subscribers.count({})).toBe(before)
    expect(await store.lists.byName(['new-list'])).toEqual([])
    expect((await importer.page({ after: 0, limit: 10 })).rows).toHaveLength(1)
    expect(dry.first[0]).toMatchObject({ address: 'p0@example.org', outcome: 'created', name: 'P 0' })
    expect(dry.columns).toContainEqual({ column: 'address', field: 'address' })
    const { created, updated, unchanged, rejected, rows } = await importer.run('subscribers', bytes(file), {
      settings,
    })
    expect(dry).toMatchObject({ id: null, dryRun: true, created, updated, unchanged, rejected, rows })
    expect({ rows, rejected }).toEqual({ rows: 3500, rejected: 35 })
  })

  test('counts an address that comes twice as new once', async () => {
    const importer = importerOf(openMemoryStore())
    const file = `${people(1500)}p3@example.org,Again\n`
    const dry = await importer.run('subscribers', bytes(file), { settings: {}, dryRun: true })
    expect(dry).toMatchObject({ created: 1485, updated: 1 })
  })

  test('of items and suppressions, too', async () => {
    const store = openMemoryStore()
    const importer = importerOf(store)
    const items = 'title,url\nOne,https://example.org/1\nTwo,https://example.org/2\n'
    await importer.run('items', bytes('title,url\nOne,https://example.org/1\nZwei,https://example.org/2\n'), {
      settings: {},
    })
    expect(await importer.run('items', bytes(items), { settings: {}, dryRun: true })).toMatchObject({
      created: 0,
      updated: 1,
      unchanged: 1,
    })
    await importer.run('suppressions', bytes('a@example.org\n'), { settings: {} })
    const dry = await importer.run('suppressions', bytes('a@example.org\nB.example\n'), {
      settings: {},
      dryRun: true,
    })
    expect(dry).toMatchObject({ created: 1, unchanged: 1 })
    expect(await store.suppressions.byAddress(['@b.example'])).toEqual([])
  })
})

describe('a mapping', () => {
  const load = (file: string, settings: object) =>
    importerOf(openMemoryStore()).run('subscribers', bytes(file), { settings, dryRun: true })

  test('that is said goes before the one that is guessed', async () => {
    const { columns, first } = await load('E-Mail;Kontakt;Land;Notiz\na@example.org;b@example.org;DE;x\n', {
      map: { Kontakt: 'address', Land: 'attributes.country', notiz: 'ignored' },
    })
    expect(columns.map(({ field }) => field)).toEqual([
      'attributes.E-Mail',
      'address',
      'attributes.country',
      'ignored',
    ])
    expect(first[0]).toMatchObject({ address: 'b@example.org', attributes: { country: 'DE' } })
  })

  test('comes from German names, and from the cells where the names say nothing', async () => {
    const german = await load(
      'Vorname;Nachname;E-Mail-Adresse;Sprache;Anmeldedatum;Status\nAda;L;a@x.org;de;31.12.2023 10:00;abgemeldet\n',
      {},
    )
    expect(german.first[0]).toMatchObject({ name: 'Ada L', language: 'de', status: 'unsubscribed' })
    const cells = await load('Kontakt,Ort\na@x.org,Bonn\nb@x.org,Ulm\n', {})
    expect(cells.columns[0]).toEqual({ column: 'Kontakt', field: 'address' })
    const postal = await load('Address,E-Mail\n"1 Main St",a@x.org\n', {})
    expect(postal.columns.map(({ field }) => field)).toEqual(['attributes.Address', 'address'])
    const headerless = await load('a@x.org,Ada\nb@x.org,Bob\n', {})
    expect(headerless).toMatchObject({ rows: 2, created: 2 })
  })

  test.each([
    ['a column that is not there', { map: { Nope: 'name' } }, /column "Nope" that the file has not/],
    ['a field that is none', { map: { name: 'nmae' } }, /field "nmae"/],
    ['an attribute that is none', { map: { name: 'attributes.__proto__' } }, /cannot be an attribute/],
  ])('of %s is refused', async (_what, settings, message) => {
    await expect(load('address,name\na@x.org,A\n', settings)).rejects.toMatchObject({
      code: 'E_INPUT',
      message: expect.stringMatching(message),
    })
  })

  test('of lists needs lists that are there, or leave to make them', async () => {
    const file = 'address,lists\na@x.org,"here;gone:unsubscribed"\n'
    const store = openMemoryStore()
    await store.lists.insert({ name: 'here', title: 'Here', description: '' }, 1)
    const refused = await importerOf(store).run('subscribers', bytes(file), { settings: {} })
    expect(refused.rejects).toEqual([
      { line: 2, column: 'lists', reason: expect.stringContaining('no list "gone"') },
    ])
    await importerOf(store).run('subscribers', bytes(file), { settings: { createLists: true } })
    const [gone] = await store.lists.byName(['gone'])
    const { id } = (await store.subscribers.byAddress('a@x.org'))!
    expect(await store.subscribers.memberships(id)).toContainEqual(
      expect.objectContaining({ listId: gone!.id, membership: 'unsubscribed' }),
    )
  })
})

describe('an import job', () => {
  test('that lost its sender goes on where it stood, and ends as one that did not', async () => {
    const store = openMemoryStore()
    const importer = importerOf(store)
    const file = people(5000)
    await expect(
      importer.run('subscribers', lost(file, 60_000), { settings: {}, name: 'people.csv' }),
    ).rejects.toThrow('went away')
    const [job] = (await importer.page({ after: 0, limit: 10 })).rows
    expect(job).toMatchObject({ state: 'interrupted', name: 'people.csv', detail: 'The client went away.' })
    expect(job!.rows).toBeGreaterThanOrEqual(1000)
    expect(job!.rows).toBeLessThan(5000)
    const rejected: RejectedRow[] = []
    const result = await importer.run('subscribers', bytes(file), {
      settings: {},
      resume: job!.id,
      onRejects: (rows) => rejected.push(...rows),
    })
    expect(result).toMatchObject({
      id: job!.id,
      rows: 5000,
      created: 4950,
      updated: 0,
      unchanged: 0,
      rejected: 50,
    })
    expect(await store.subscribers.count({})).toBe(4950)
    // The reject file of a resumed import is whole.
    expect(rejected.map(({ line }) => line)).toEqual(Array.from({ length: 50 }, (_, i) => i * 100 + 52))
    expect(await importer.get(job!.id)).toMatchObject({
      state: 'finished',
      rows: 5000,
      created: 4950,
      rejected: 50,
    })
  })

  test('does not go on with another file, wherever it differs', async () => {
    const store = openMemoryStore()
    const importer = importerOf(store)
    const file = people(5000)
    await importer.run('subscribers', lost(file, 60_000), { settings: {} }).catch(() => {})
    const [job] = (await importer.page({ after: 0, limit: 10 })).rows
    const stored = await store.subscribers.count({})
    const others = [
      file.replace('p7@', 'q7@'),
      file.replace('P 4000', 'P 400'.padEnd(6, 'x')).slice(0, 30_000),
      people(5000, 9000),
    ]
    for (const other of others)
      await expect(
        importer.run('subscribers', bytes(other), { settings: {}, resume: job!.id }),
      ).rejects.toMatchObject({ code: 'E_CONFLICT' })
    expect(await store.subscribers.count({})).toBe(stored)
    // And it can still go on with its own.
    expect(await importer.run('subscribers', bytes(file), { settings: {}, resume: job!.id })).toMatchObject({
      rows: 5000,
      created: 4950,
    })
  })

  test('does what it was begun with, whatever the resuming call says', async () => {
    const store = openMemoryStore()
    const importer = importerOf(store)
    await store.lists.insert({ name: 'daily', title: 'Daily', description: '' }, 1)
    await importer
      .run('subscribers', lost(people(3000), 30_000), { settings: { lists: ['daily'] } })
      .catch(() => {})
    const [job] = (await importer.page({ after: 0, limit: 10 })).rows
    await importer.run('subscribers', bytes(people(3000)), { settings: { lists: [] }, resume: job!.id })
    const [daily] = await store.lists.byName(['daily'])
    expect(await store.subscribers.count({ list: daily!.id })).toBe(2970)
  })

  test('is resumed once, not while it runs, not when it is finished, not as another kind', async () => {
    const store = openMemoryStore()
    const importer = importerOf(store)
    let go = () => {}
    async function* waiting() {
      yield Buffer.from(people(2000))
      await new Promise<void>((resolve) => {
        go = resolve
      })
    }
    let id = 0
    const running = importer.run('subscribers', waiting(), { settings: {}, onBegin: (job) => (id = job) })
    await expect.poll(() => id).toBeGreaterThan(0)
    const resume = (kind: 'subscribers' | 'items', job = id) =>
      importer.run(kind, bytes(people(2000)), { settings: {}, resume: job as never })
    await expect(resume('subscribers')).rejects.toMatchObject({ code: 'E_STATE' })
    await expect(resume('items')).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    await expect.poll(() => go.length + Number(go.toString() !== '() => {}')).toBeGreaterThan(0)
    go()
    await running
    await expect(resume('subscribers')).rejects.toMatchObject({ code: 'E_STATE' })
    await expect(resume('subscribers', 99)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test('whose daemon died says that it was interrupted', async () => {
    const store = openMemoryStore()
    const job = await store.imports.begin({ kind: 'items', name: null, settings: {}, now: 1 })
    expect(await importerOf(store).get(job.id)).toMatchObject({ state: 'interrupted' })
  })

  test('that is refused says why', async () => {
    const importer = importerOf(openMemoryStore())
    await expect(importer.run('subscribers', bytes('mailbox\nx\n'), { settings: {} })).rejects.toBeInstanceOf(
      BroadsheetError,
    )
    expect((await importer.page({ after: 0, limit: 1 })).rows[0]).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('address'),
    })
    await expect(
      importer.run('subscribers', bytes('address\n'), { settings: { lists: ['nope'] } }),
    ).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    expect((await importer.page({ after: 0, limit: 5 })).rows).toHaveLength(1)
  })
})

test('rejected rows are told with line, column, reason and what stood there; a reject file is read again', async () => {
  const store = openMemoryStore()
  const file = 'address,name\nnope,=1\n"a@x.org"z,B\nc@x.org\nd@x.org,D\n'
  const told: { rows: readonly RejectedRow[]; header: readonly string[] | null }[] = []
  const result = await importerOf(store).run('subscribers', bytes(file), {
    settings: {},
    onRejects: (rows, header) => told.push({ rows, header }),
  })
  expect(result).toMatchObject({ rows: 4, created: 1, rejected: 3 })
  const text = told
    .map(({ rows, header }, index) => rejectText(rows, header, { first: index === 0 }))
    .join('')
  expect(text.split('\r\n')).toEqual([
    'line,column,reason,value,address,name',
    `2,address,"""nope"" has no ""@""",nope,nope,'=1`,
    '3,,has text between a closing quote and the next delimiter,,"""a@x.org""z,B"',
    '4,,"has 1 cell, the header has 2",,c@x.org',
    '',
  ])
  const json: string[] = []
  await importerOf(store).run('subscribers', bytes('{"address":"x"}\n{"address":\n'), {
    settings: {},
    onRejects: (rows, header) => json.push(rejectText(rows, header, { first: true })),
  })
  expect(
    json
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { line: 1, column: 'address', row: '{"address":"x"}' },
    { line: 2, row: '{"address":' },
  ])
})

test('two imports of one file at once give each person once', async () => {
  const store = openMemoryStore()
  const importer = importerOf(store)
  const results = await Promise.all(
    [1, 2].map(() => importer.run('subscribers', bytes(people(3000)), { settings: {} })),
  )
  expect(await store.subscribers.count({})).toBe(2970)
  expect(results.reduce((sum, { created }) => sum + created, 0)).toBe(2970)
  for (const { rows, created, updated, unchanged, rejected } of results)
    expect(created + updated + unchanged + rejected).toBe(rows)
})
