import { measure } from 'mitata'
import { seeded } from '../app/demo/content/seeded.ts'
import { sightOf } from '../engine/learning/sight.ts'
import { leadOf, meanOf, simulate, simulationDefaults } from '../engine/learning/simulate.ts'
import { selectionSchema } from '../engine/model/campaign.ts'
import type { ItemId } from '../engine/model/ids.ts'
import type { Candidate } from '../engine/model/publication.ts'
import { createInterestRanker } from '../engine/personalise/interest-ranker.ts'
import { createLearnedRanker } from '../engine/personalise/learned-ranker.ts'
import { createModel, newReader, unread } from '../engine/personalise/model/model.ts'
import { readModel, shareModel, type Weights } from '../engine/personalise/model/shared.ts'
import { snapshotOf } from '../engine/personalise/model/snapshot.ts'
import type { RankerFactory, RankRequest } from '../engine/personalise/ranker.ts'
import { type Report, round } from './figure.ts'

const now = Date.UTC(2026, 10, 12, 7)
const batches = 20
const topics = ['security', 'climate', 'cities', 'science', 'culture', 'economy', 'sport', 'food', 'travel']

function someTopics(random: () => number, most: number): string[] {
  const chosen = new Set<string>()
  const count = 1 + Math.floor(random() * most)
  while (chosen.size < count) chosen.add(topics[Math.floor(random() * topics.length)]!)
  return [...chosen]
}

function someCandidates(count: number, random: () => number): Candidate[] {
  return Array.from({ length: count }, (_, index) => ({
    id: (index + 1) as ItemId,
    key: `item-${index}`,
    title: `Item ${index}`,
    url: `https://courier.example/${index}`,
    summary: '',
    imageUrl: null,
    author: null,
    language: random() < 0.8 ? 'en' : 'de',
    topics: someTopics(random, 2),
    popularity: random(),
    publishedAt: now - Math.floor(random() * 7 * 86_400_000),
  }))
}

function someRequests(count: number, candidates: number, random: () => number): RankRequest[] {
  return Array.from({ length: count }, () => ({
    interests: Object.fromEntries(someTopics(random, 5).map((topic) => [topic, random()])),
    language: random() < 0.8 ? 'en' : 'de',
    seen: new Set(Array.from({ length: 20 }, () => 1 + Math.floor(random() * candidates))),
    learned: Object.fromEntries(someTopics(random, 5).map((topic) => [topic, random() * 2 - 1])),
    seed: Math.floor(random() * 2 ** 32),
  }))
}

/** The same formula as it is usually written: score every candidate, take the best, discount, again. */
const plainRanker: RankerFactory = (candidates, selection, at) => ({
  rank: (batch) =>
    batch.map(({ interests, language, seen }) => {
      let left = candidates.flatMap((item, index) => {
        if (seen.has(item.id)) return []
        const interest = Math.max(0, ...item.topics.map((topic) => interests[topic] ?? 0))
        const recency = 2 ** (-(at - item.publishedAt) / selection.halfLifeMs)
        const share = language === item.language ? 1 : 0.1
        const score = (0.1 + 0.9 * interest) * share * recency * (0.1 + 0.9 * item.popularity)
        return [{ index, item, score, interest }]
      })
      const uses = new Map<string, number>()
      const picks = []
      while (picks.length < selection.count && left.length > 0) {
        let best = left[0]!
        let highest = -1
        for (const scored of left) {
          const used = Math.max(0, ...scored.item.topics.map((topic) => uses.get(topic) ?? 0))
          const score = scored.score * (1 - selection.diversity) ** used
          if (score > highest) {
            highest = score
            best = scored
          }
        }
        left = left.filter((other) => other !== best)
        for (const topic of best.item.topics) uses.set(topic, (uses.get(topic) ?? 0) + 1)
        picks.push({ index: best.index, reason: { kind: 'recent' as const } })
      }
      return picks
    }),
})

/** A model that saw each of them some hundred times. */
function someWeights(candidates: readonly Candidate[], halfLifeMs: number, random: () => number): Weights {
  const model = createModel({ readerHalfLifeMs: 30 * 86_400_000 })
  for (let i = 0; i < 2000; i++) {
    const letter = Array.from({ length: 10 }, (_, place) => {
      const candidate = candidates[Math.floor(random() * candidates.length)]!
      return sightOf({ candidate, place, reader: { interests: {}, language: null }, at: now, halfLifeMs })
    })
    const clicked = new Set(random() < 0.5 ? [Math.floor(random() * 10)] : [])
    model.learn(letter, unread, { seen: true, clicked }, newReader(now), now)
  }
  return readModel(shareModel(1, snapshotOf(model)))
}

/** Microseconds to choose and order 10 of 200 candidates for one subscriber, in batches of 100, by mitata. */
export async function benchRank(report: Report): Promise<void> {
  const random = seeded(7)
  const candidates = someCandidates(200, random)
  const selection = selectionSchema.parse({ count: 10 })
  const work = Array.from({ length: batches }, () => someRequests(100, candidates.length, random))
  /** Median microseconds a subscriber, by mitata. */
  const time = async (factory: RankerFactory) => {
    const ranker = factory(candidates, selection, now)
    let turn = 0
    const { p50 } = await measure(() => ranker.rank(work[turn++ % work.length]!))
    return p50 / 1000 / 100
  }
  const value = await time(createInterestRanker)
  const plain = await time(plainRanker)
  report({
    name: 'rank 10 of 200 candidates for a subscriber',
    value: round(value, 2),
    unit: 'us',
    peer: 'the same formula, candidate by candidate',
    ratio: round(plain / value, 1),
  })
  const weights = someWeights(candidates, selection.halfLifeMs, random)
  const learned = await time((...given) => createLearnedRanker(weights, 0.2, ...given))
  report({
    name: 'the same with learned weights and exploration',
    value: round(learned, 2),
    unit: 'us',
    peer: 'the formula without learning, candidate by candidate',
    ratio: round(plain / learned, 1),
  })
  const days = [...simulate(simulationDefaults)]
  for (const until of [10, 20, 40]) {
    const { learned: gain, interest, lead } = meanOf(days.slice(until - 10, until))
    report({
      name: `NDCG@10 of the learned ranker in the simulator, days ${until - 9} to ${until}`,
      value: round(gain, 3),
      unit: '',
      peer: `the ranker that does not learn: ${round(interest, 3)}`,
      ratio: round(1 + lead, 3),
    })
  }
  const { learned: gain, interest, lead } = leadOf(days)
  report({
    name: 'NDCG@10 of the learned ranker in the simulator, last third of 60 days',
    value: round(gain, 3),
    unit: '',
    peer: `the ranker that does not learn: ${round(interest, 3)}`,
    ratio: round(1 + lead, 3),
  })
}

if (import.meta.main) await benchRank((figure) => console.log(JSON.stringify(figure)))
