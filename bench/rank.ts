import { measure } from 'mitata'
import { seeded } from '../app/demo/content/seeded.ts'
import { selectionSchema } from '../engine/model/campaign.ts'
import type { ItemId } from '../engine/model/ids.ts'
import type { Candidate } from '../engine/model/publication.ts'
import { createInterestRanker } from '../engine/personalise/interest-ranker.ts'
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
}

if (import.meta.main) await benchRank((figure) => console.log(JSON.stringify(figure)))
