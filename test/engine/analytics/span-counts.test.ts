import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SpanRow, spanCounts } from '../../../engine/analytics/queries/span-counts.ts'
import { spansOf } from '../../../engine/analytics/queries/spans.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import { type CountRow, dayOf, quarterOf } from '../../../engine/model/rollup.ts'
import type { CountStep } from '../../../engine/ports/rollups.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kathmandu',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'America/Havana',
]
const dayMs = 86_400_000
const begin = Date.UTC(2026, 9, 1)

test('by days, weeks and months of any zone are the events between their beginnings', async () => {
  const event = fc.record({
    at: fc.integer({ min: begin - 5 * dayMs, max: begin + 75 * dayMs }),
    publicationId: fc.constantFrom(1, 2) as fc.Arbitrary<PublicationId>,
    type: fc.constantFrom('sent', 'opened'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(...zones),
      fc.constantFrom('hour', 'day', 'week', 'month'),
      fc.integer({ min: 0, max: 40 * dayMs }),
      fc.integer({ min: 1, max: 30 * dayMs }),
      fc.boolean(),
      async (events, timeZone, unit, shift, length, all) => {
        const store = openMemoryStore()
        for (const [i, { at, publicationId, type }] of events.entries()) {
          const common = {
            publicationId,
            type,
            class: type === 'opened' ? ('human' as const) : ('' as const),
            n: 1,
          }
          const counts: CountRow[] = [{ ...common, dimension: 'all', value: '', day: dayOf(at) }]
          await store.rollups.apply({
            ...nothing,
            from: i,
            to: i + 1,
            counts,
            quarters: [{ ...common, quarter: quarterOf(at) }],
          })
        }
        const spans = spansOf({ from: begin + shift, to: begin + shift + length, unit, timeZone })
        const ids = all ? null : ([1, 2] as PublicationId[])
        const rows = await spanCounts(store.analytics, ids, spans, unit === 'hour' ? 'hours' : 'days')
        const sum = (some: readonly SpanRow[]) => some.reduce((total, { n }) => total + n, 0)
        for (const [i, { from, to }] of spans.entries())
          for (const type of ['sent', 'opened'])
            for (const id of ids ?? [0]) {
              const of = rows.filter((row) => row.span === i && row.type === type && row.publicationId === id)
              const there = events.filter(
                (one) =>
                  one.type === type && one.at >= from && one.at < to && (all || one.publicationId === id),
              )
              expect([i, type, id, sum(of)]).toEqual([i, type, id, there.length])
            }
        await store.close()
      },
    ),
    { numRuns: 120 },
  )
})

const nothing: CountStep = {
  from: 0,
  to: 0,
  touches: [],
  scores: [],
  active: [],
  counts: [],
  people: [],
  quarters: [],
  bins: [],
  cohorts: [],
}
