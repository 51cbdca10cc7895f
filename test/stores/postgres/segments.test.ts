import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isoTime } from '../../../engine/model/segment.ts'
import { openStore } from '../../../stores/open.ts'
import { testSegments } from '../../contract/store/people/segments.ts'
import { newPeople } from '../../contract/store/scene.ts'
import { makeDatabase } from './database.ts'

/** A store on a database whose planner believes that a row takes so long to look at. */
async function openWith(cpuTupleCost: number) {
  const database = await makeDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`ALTER DATABASE ${client.database} SET cpu_tuple_cost = ${cpuTupleCost}`)
  await client.end()
  const store = await openStore(database.url)
  return {
    store,
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

// In small tables everything is quick, and one statement finds all.
describe('where nothing is believed to be quick, each is looked at, and', () => {
  testSegments(() => openWith(1e9))
})

test('a count that the planner was wrong about is stopped, and estimated', async () => {
  const { store, close } = await openWith(0)
  for (let to = 0; to < 9000; to += 1000) await newPeople(store, 1000, [])
  const slow = {
    is: 'or' as const,
    rules: Array.from({ length: 40 }, (_, i) => ({
      is: 'match' as const,
      field: 'address' as const,
      how: 'contains' as const,
      text: `nobody ${i}`,
    })),
  }
  const audience = { lists: [], excludeLists: [], segments: [slow] }
  expect(await store.deliveries.count(audience, { budgetMs: 600_000 })).toEqual({
    count: 0,
    exact: true,
    margin: 0,
  })
  // A millisecond is no time for 360,000 comparisons, nor are two for more than the ranges that are always taken.
  expect(await store.deliveries.count(audience, { budgetMs: 2 })).toMatchObject({ count: 0, exact: false })
  await close()
})

describe('segments in Postgres', () => {
  let database: Awaited<ReturnType<typeof makeDatabase>>
  let client: Client
  beforeAll(async () => {
    database = await makeDatabase()
    client = new Client(database.url)
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await database.drop()
  })

  test('a text is a time exactly where JavaScript says so, and the same one', async () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
    const date = fc.tuple(
      fc.constantFrom('0000', '0004', '0100', '1582', '1900', '1969', '1970', '2000', '2024', '2027', '9999'),
      fc.oneof(fc.constantFrom('01', '02', '12'), two(14)),
      fc.oneof(fc.constantFrom('01', '28', '29', '30', '31'), two(33)),
    )
    const clock = fc.tuple(
      fc.oneof(fc.constantFrom('00', '23', '24'), two(26)),
      fc.oneof(fc.constantFrom('00', '59'), two(62)),
      fc.option(fc.oneof(fc.constantFrom('00', '59'), two(62)), { nil: '' }),
      fc.oneof(fc.constant(''), fc.stringMatching(/^[.][0-9]{1,10}$/), fc.stringMatching(/^[.]0{1,9}$/)),
      fc.oneof(
        fc.constantFrom(
          'Z',
          '',
          'z',
          ' ',
          '+00:00',
          '-00:00',
          '+14:00',
          '-15:59',
          '+16:00',
          '-23:59',
          '+24:00',
        ),
        fc.tuple(fc.constantFrom('+', '-'), two(25), two(61)).map(([sign, h, m]) => `${sign}${h}:${m}`),
      ),
    )
    const said = fc.oneof(
      date.map((parts) => parts.join('-')),
      fc
        .tuple(date, clock, fc.constantFrom('T', 'T', 'T', ' ', 't'))
        .map(
          ([day, [h, m, s, rest, zone], mark]) =>
            `${day.join('-')}${mark}${h}:${m}${s === '' ? '' : `:${s}`}${rest}${zone}`,
        ),
      fc.constantFrom('', 'soon', '٢٠٢٦-٠١-٠١', '2026-01-01\n', ' 2026-01-01', '+002026-01-01', '2026-1-1'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 50, maxLength: 100 }), async (texts) => {
        const { rows } = await client.query<{ ms: string | null }>(
          'SELECT iso_ms(said) AS ms FROM unnest($1::text[]) WITH ORDINALITY t (said, nth) ORDER BY nth',
          [texts],
        )
        const found = rows.map(({ ms }, index) => [texts[index], ms === null ? null : Number(ms)])
        expect(found).toEqual(texts.map((text) => [text, isoTime(text)]))
      }),
      { numRuns: 100 },
    )
  })
})
