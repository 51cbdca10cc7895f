import { expect, test } from 'vitest'
import { createAnalytics } from '../../../engine/analytics/analytics.ts'
import { createCounter } from '../../../engine/analytics/counter.ts'
import { createCaches } from '../../../engine/cache/caches.ts'
import { silentLog } from '../../../engine/log.ts'
import { readClasses } from '../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { AnalyticsStore } from '../../../engine/ports/rollups.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'

const ids = [1, 2, 3] as PublicationId[]
const minuteMs = 60_000

/** Analytics over a store that says what it was asked. */
async function open() {
  const clock = createTestClock()
  const kept = openMemoryStore()
  const asked: [name: string, query?: { readonly publicationIds?: readonly PublicationId[] | null }][] = []
  const heard = <K extends keyof AnalyticsStore>(name: K): AnalyticsStore[K] =>
    ((query: never) => {
      asked.push([name, query])
      return (kept.reports.analytics[name] as (query: never) => unknown)(query)
    }) as AnalyticsStore[K]
  const analytics = {
    ...kept.reports.analytics,
    counts: heard('counts'),
    people: heard('people'),
    quarters: heard('quarters'),
    scores: heard('scores'),
  }
  const store = { ...kept, reports: { ...kept.reports, analytics } }
  const caches = createCaches({
    tier: null,
    bus: null,
    alone: true,
    owner: 'one',
    clock,
    random: () => 0.5,
    log: silentLog,
  })
  await kept.events.append(
    ids.map((publicationId) => ({
      publicationId,
      subscriberId: 1 as SubscriberId,
      channel: 'smtp',
      type: 'opened' as const,
      at: clock.now(),
      code: null,
      detail: null,
      class: readClasses[0],
    })),
  )
  const numbers = createAnalytics({ store, caches, counter: createCounter(kept), clock })
  await numbers.catchUp()
  return {
    clock,
    numbers,
    /** What was asked since the last time. */
    calls: () => asked.splice(0).map(([name, query]) => [name, query?.publicationIds ?? null]),
  }
}

test('what many ask at once is asked of the store once, and of several publications together', async () => {
  const { numbers, calls } = await open()
  await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      numbers.breakdown(ids[i % 3]!, i % 2 === 0 ? 'language' : 'provider'),
    ),
  )
  const once = calls()
  expect(once).toHaveLength(4)
  expect(once).toEqual(
    expect.arrayContaining([
      ['counts', [1, 3, 2]],
      ['people', [1, 3, 2]],
      ['counts', [2, 1, 3]],
      ['people', [2, 1, 3]],
    ]),
  )
  const line = { from: 0, to: 86_400_000, unit: 'hour', timeZone: 'Asia/Kolkata' } as const
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => numbers.timeline({ ...line, publicationId: ids[i % 3]! })),
  )
  expect(calls()).toEqual([['quarters', [1, 2, 3]]])
})

test('answers are remembered while they are read, an hour at most, and until what they show moves', async () => {
  const { clock, numbers, calls } = await open()
  const ask = () => numbers.breakdown(ids[0]!, 'language')
  await ask()
  expect(calls()).toHaveLength(2)
  for (let read = 0; read < 6; read += 1) {
    clock.advance(9 * minuteMs)
    await ask()
  }
  expect(calls()).toEqual([])
  clock.advance(9 * minuteMs)
  await ask()
  expect(calls()).toHaveLength(2)

  // Another one's numbers say nothing of this one's.
  await numbers.moved([ids[1]!])
  await ask()
  expect(calls()).toEqual([])
  await numbers.moved([ids[0]!])
  await ask()
  expect(calls()).toHaveLength(2)

  // Of all together every count is news.
  await numbers.engagement()
  await numbers.engagement()
  expect(calls()).toEqual([['scores', null]])
  await numbers.moved([ids[2]!])
  await numbers.engagement()
  expect(calls()).toEqual([['scores', null]])
})
