import { type Selection, selectionSchema } from '../model/campaign.ts'
import type { EpochMs, ItemId } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'
import { problemOfPicks } from './promise.ts'
import type { Pick, RankerFactory, RankRequest } from './ranker.ts'

const at: EpochMs = Date.UTC(2026, 0, 5, 7)
const topics = ['security', 'climate', 'cities', 'science', 'constructor']

/** Hold a ranker to all that `Ranker` promises, over requests that often go wrong. Empty: it keeps everything that was looked at.
 *  Throws nothing. */
export function checkRanker(factory: RankerFactory): readonly string[] {
  const problems = new Set<string>()
  for (const count of [0, 1, 40])
    for (const fields of [
      {},
      { count: 3, pinned: ['item-2', 'item-9', 'gone'] },
      { onlyNew: false, count: 50 },
      { count: 0 },
    ])
      try {
        for (const problem of problemsOf(factory, someCandidates(count), selectionSchema.parse(fields)))
          problems.add(problem)
      } catch (error) {
        problems.add(`failed: ${error instanceof Error ? error.message : String(error)}`)
      }
  return [...problems]
}

function problemsOf(
  factory: RankerFactory,
  candidates: readonly Candidate[],
  selection: Selection,
): readonly string[] {
  const batch = someRequests()
  const results = factory(candidates, selection, at).rank(batch)
  if (!Array.isArray(results) || results.length !== batch.length)
    return [`gave ${Array.isArray(results) ? results.length : 'no'} results for ${batch.length} requests`]
  const problems = batch.flatMap(
    (request, i) => problemOfPicks(results[i]!, request, { candidates, selection }) ?? [],
  )
  if (problems.length > 0) return problems
  const asText = (letters: readonly (readonly Pick[])[]) => JSON.stringify(letters)
  const again = factory(candidates, selection, at)
  const alone = batch.toReversed().map((request) => again.rank([request])[0] ?? [])
  return asText(alone.toReversed()) === asText(results)
    ? []
    : ['chose another letter for the same request, alone or in another order']
}

const someCandidates = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, i) => ({
    id: (i + 1) as ItemId,
    key: `item-${i + 1}`,
    title: `Item ${i + 1}`,
    url: `https://courier.example/${i + 1}`,
    summary: '',
    imageUrl: null,
    author: null,
    language: i % 3 === 0 ? null : i % 3 === 1 ? 'en' : 'pt-BR',
    topics: topics.filter((_topic, topic) => (i + topic) % 4 === 0),
    popularity: (i % 5) / 4,
    publishedAt: at - i * 3_600_000,
  }))

const someRequests = (): RankRequest[] =>
  Array.from({ length: 12 }, (_, i) => ({
    interests: i % 3 === 0 ? {} : { [topics[i % 5]!]: 0.7, unheard: 1 },
    language: i % 4 === 0 ? null : 'en-GB',
    seen: new Set(i % 2 === 0 ? [] : [2, 3, 5, i + 1]),
    learned: i % 5 === 0 ? null : { [topics[(i + 1) % 5]!]: (i % 3) - 1 },
    seed: Math.imul(i + 1, 0x9e3779b1),
  }))
