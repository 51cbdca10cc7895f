import { expect } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { binOf, dimensions } from '../../../../engine/model/rollup.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { rawOf } from './raw.ts'

const ever = { from: 0, to: 1e9 }

/** Whom and what the numbers are asked of. */
export interface Scope {
  readonly publications: readonly PublicationId[]
  readonly people: readonly SubscriberId[]
}

async function everythingOf(store: Store): Promise<Scope> {
  const publications = await store.publications.page({ after: 0, limit: 1000 })
  const people = await store.subscribers.page({ after: 0, limit: 1000 })
  return { publications: publications.rows.map(({ id }) => id), people: people.rows.map(({ id }) => id) }
}

/** All that a store's rollups say. */
export async function numbersOf(store: Store, scope?: Scope) {
  const { publications: publicationIds } = scope ?? (await everythingOf(store))
  const counts = dimensions.map((dimension) =>
    store.analytics.counts({ publicationIds, dimension, byDay: true, byPublication: true }),
  )
  const people = dimensions.map((dimension) => store.analytics.people({ publicationIds, dimension }))
  return {
    counts: sorted((await Promise.all(counts)).flat()),
    people: sorted((await Promise.all(people)).flat()),
    quarters: sorted(await store.analytics.quarters({ publicationIds, ...ever, byPublication: true })),
    cohorts: sorted(await store.analytics.cohorts({ from: 0, to: 999_999 })),
    bins: await store.analytics.scores(),
  }
}

/** The rollups are those of exactly the events up to their cursor. */
export async function expectExact(store: Store, scope?: Scope): Promise<void> {
  const { rolledTo } = await store.analytics.cursor()
  const { counts, people, quarters, cohorts, scores } = await rawOf(store, rolledTo)
  const numbers = await numbersOf(store, scope)
  expect(numbers.counts).toEqual(sorted(counts))
  expect(numbers.people).toEqual(sorted(people))
  expect(numbers.quarters).toEqual(sorted(quarters))
  expect(numbers.cohorts).toEqual(sorted(cohorts))
  expect(numbers.bins).toEqual(await expectScores(store, scores, scope ?? (await everythingOf(store))))
}

/** Each score is right up to rounding; how many there are in each bin. */
async function expectScores(store: Store, expected: ReadonlyMap<SubscriberId, number>, scope: Scope) {
  const bins = new Map<number, number>()
  for (const id of scope.people) {
    const log2 = (await store.analytics.score(id))?.log2 ?? undefined
    const raw = expected.get(id)
    if (log2 === undefined || raw === undefined) expect(log2, `score of ${id}`).toBe(raw)
    else {
      expect(log2).toBeCloseTo(raw, 6)
      bins.set(binOf(log2), (bins.get(binOf(log2)) ?? 0) + 1)
    }
  }
  return [...bins].sort(([a], [b]) => a - b).map(([bin, people]) => ({ bin, people }))
}

/** In an order of its own, since the one of classes is nobody's business. */
export const sorted = <Row extends object>(rows: readonly Row[]): readonly Row[] =>
  rows
    .map((row) => Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))) as Row)
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
