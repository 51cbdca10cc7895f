import { expect, test } from 'vitest'
import { createFactBook } from '../../../engine/analytics/facts.ts'
import type { ItemId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { CountedEvent } from '../../../engine/model/rollup.ts'
import { armOf } from '../../../engine/personalise/arm.ts'
import type { Store } from '../../../engine/ports/store.ts'

const id = 7 as PublicationId
const people = Array.from({ length: 500 }, (_, i) => (i + 1) as SubscriberId)
const events = [{ publicationId: id, link: 1 }] as unknown as readonly CountedEvent[]

const bookOf = (spec: object) =>
  createFactBook({
    publications: {
      get: async () => ({ id, spec: { candidates: [{ id: 3, topics: ['energy'] }], ...spec } }),
    },
    links: {
      get: async () => [
        { key: 'a', index: 0, url: 'https://example.org/', itemId: null },
        { key: 'b', index: 1, url: 'https://example.org/3', itemId: 3 as ItemId },
      ],
    },
  } as unknown as Pick<Store, 'publications' | 'links'>)

test('a reader’s variant is the arm that their letter’s items were chosen by', async () => {
  const ranking = { kind: 'learned', version: 4, exploration: 0, holdoutShare: 0.3 }
  const { variantOf } = await bookOf({ ranking }).of(events)
  const variants = people.map((person) => variantOf(id, person))
  expect(variants).toEqual(people.map((person) => armOf(id, person, 0.3)))
  expect(new Set(variants)).toEqual(new Set(['learned', 'holdout']))
})

test('without a holdout there is one variant, which has no name', async () => {
  for (const spec of [{}, { ranking: { kind: 'learned', version: 4, exploration: 0, holdoutShare: 0 } }]) {
    const { variantOf } = await bookOf(spec).of(events)
    expect(variantOf(id, people[0]!)).toBe('')
  }
})

test('a click is on the topics of its link’s item', async () => {
  const { topicsOf } = await bookOf({}).of(events)
  expect([topicsOf(id, 0), topicsOf(id, 1), topicsOf(id, 2)]).toEqual([[], ['energy'], []])
})
