import fc from 'fast-check'
import { type Selection, selectionSchema } from '../../../engine/model/campaign.ts'
import type { ItemId } from '../../../engine/model/ids.ts'
import type { Candidate } from '../../../engine/model/publication.ts'
import type { RankRequest } from '../../../engine/personalise/ranker.ts'

export const now = Date.UTC(2026, 10, 12, 7)
export const hour = 3_600_000

export const topics = ['security', 'climate', 'cities', 'science', 'sport', 'constructor']

export function candidate(id: number, fields: Partial<Candidate> = {}): Candidate {
  return {
    id: id as ItemId,
    key: `item-${id}`,
    title: `Item ${id}`,
    url: `https://courier.example/${id}`,
    summary: '',
    imageUrl: null,
    author: null,
    language: null,
    topics: [],
    popularity: 0.5,
    publishedAt: now - hour,
    ...fields,
  }
}

export const selection = (fields: Partial<Selection> = {}): Selection => ({
  ...selectionSchema.parse({}),
  ...fields,
})

export const request = (fields: Partial<RankRequest> = {}): RankRequest => ({
  interests: {},
  language: null,
  seen: new Set(),
  learned: null,
  seed: 0,
  ...fields,
})

const anyTopics = fc.uniqueArray(fc.constantFrom(...topics), { maxLength: 3 })
const anyLanguage = fc.constantFrom(null, 'en', 'de', 'pt-BR', 'pt')
const share = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8)

/** Few distinct values on purpose: ties and shared topics are where a ranker goes wrong. */
export const anyCandidates: fc.Arbitrary<Candidate[]> = fc
  .array(
    fc.record({
      topics: anyTopics,
      language: anyLanguage,
      popularity: share,
      publishedAt: fc.constantFrom(-2, 0, 1, 2, 26, 48, 400).map((hours) => now - hours * hour),
    }),
    { maxLength: 40 },
  )
  .chain((rows) =>
    fc
      .shuffledSubarray(
        rows.map((_, index) => index + 1),
        { minLength: rows.length },
      )
      .map((ids) => rows.map((fields, index) => candidate(ids[index]!, fields))),
  )

export const anySelection: fc.Arbitrary<Selection> = fc
  .record({
    count: fc.integer({ min: 0, max: 12 }),
    onlyNew: fc.boolean(),
    diversity: share,
    halfLifeMs: fc.constantFrom(hour, 48 * hour),
    // Also keys of no candidate, and keys named twice.
    pinned: fc.array(
      fc.integer({ min: 1, max: 45 }).map((id) => `item-${id}`),
      { maxLength: 5 },
    ),
  })
  .map(selection)

export const anyRequest: fc.Arbitrary<RankRequest> = fc.record({
  interests: fc.dictionary(fc.constantFrom(...topics), share),
  language: anyLanguage,
  seen: fc.array(fc.integer({ min: 1, max: 45 }), { maxLength: 20 }).map((ids) => new Set(ids)),
  learned: fc.option(
    fc.dictionary(
      fc.constantFrom(...topics),
      fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
    ),
  ),
  seed: fc.nat(2 ** 31),
})

export { seeded } from '../../../app/demo/content/seeded.ts'
