import { type Selection, selectionSchema } from '../model/campaign.ts'
import type { EpochMs, ItemId } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'
import { mix } from '../personalise/arm.ts'
import { createInterestRanker } from '../personalise/interest-ranker.ts'
import { createLearnedRanker } from '../personalise/learned-ranker.ts'
import { learnedWeights } from '../personalise/model/affinity.ts'
import { createModel, newReader, type ReaderTallies, unread } from '../personalise/model/model.ts'
import { readModel, shareModel } from '../personalise/model/shared.ts'
import { snapshotOf } from '../personalise/model/snapshot.ts'
import type { RankRequest } from '../personalise/ranker.ts'
import { createMean, ndcg } from './metrics.ts'
import { sightOf } from './sight.ts'

/** A world whose truth is known, to see whether the truth is learned. */
export interface SimulationSettings {
  /** Every draw of the world; the same seed gives the same curve. */
  readonly seed: number
  readonly readers: number
  /** One letter a day. */
  readonly days: number
  readonly itemsPerDay: number
  readonly exploration: number
}

export const simulationDefaults: SimulationSettings = {
  seed: 1,
  readers: 300,
  days: 60,
  itemsPerDay: 40,
  exploration: 0.2,
}

/** One day of it. NDCG@10 over all readers, whether they opened or not, by the true odds of a click. */
export interface SimulatedDay {
  readonly day: number
  /** Of the ranker that learned until the day before. */
  readonly learned: number
  /** Of the one that never learns, asked for the same letters. */
  readonly interest: number
  readonly opened: number
  readonly clicked: number
}

const dayMs = 86_400_000
const start: EpochMs = Date.UTC(2026, 0, 5, 7)
const topicNames = [
  'security',
  'climate',
  'cities',
  'science',
  'culture',
  'economy',
  'sport',
  'food',
  'travel',
  'health',
  'law',
  'space',
]
const lookedAt = 10

interface Reader {
  readonly id: number
  readonly taste: readonly number[]
  readonly interests: { readonly [topic: string]: number }
  readonly opens: number
  readonly tallies: ReaderTallies
  readonly seen: Set<number>
}

interface News {
  readonly candidate: Candidate
  readonly quality: number
}

/** Readers like topics to degrees that they only half know of themselves: of what they declare, half is what they truly like most and
 *  half is whatever sounded good. Items have a quality that nobody sees but who reads them, and a popularity that hints at
 *  it. A reader who opens looks at the first item, and at the one at place p in 1 / p^0.7 of cases; a click on what is looked
 *  at has log-odds of -2.2 + taste + quality, less with age. Letters go by the learned ranker, whose world it is. */
export function* simulate(settings: SimulationSettings): Generator<SimulatedDay> {
  const { seed, readers: readerCount, days, itemsPerDay, exploration } = settings
  const random = chance(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const readers = Array.from({ length: readerCount }, (_, i) => newcomer(i + 1, random, normal))
  const selection: Selection = selectionSchema.parse({ count: lookedAt })
  const model = createModel({ readerHalfLifeMs: 60 * dayMs })
  const pool: News[] = []

  for (let day = 1; day <= days; day++) {
    const now = start + day * dayMs
    for (let i = 0; i < itemsPerDay; i++) pool.push(news(pool.length + 1, now, random, normal))
    const open = pool.slice(-selection.pool)
    const candidates = open.map(({ candidate }) => candidate)
    const weights = readModel(shareModel(day, snapshotOf(model)))
    const learned = createLearnedRanker(weights, exploration, candidates, selection, now)
    const interest = createInterestRanker(candidates, selection, now)
    const scores = { learned: createMean(), interest: createMean() }
    let opened = 0
    let clicked = 0
    for (const reader of readers) {
      const request: RankRequest = {
        interests: reader.interests,
        language: null,
        seen: reader.seen,
        learned: learnedWeights(reader.tallies, now, 60 * dayMs),
        seed: mix(day, reader.id),
      }
      const truth = open.map((one) => trueOdds(reader, one, now))
      const left = truth.filter((_, i) => !reader.seen.has(candidates[i]!.id))
      const [letter] = learned.rank([request])
      const [other] = interest.rank([request])
      const rate = (picks: NonNullable<typeof letter>) =>
        ndcg(
          picks.map(({ index }) => truth[index]!),
          lookedAt,
          left,
        ) ?? 1
      scores.learned.add(rate(letter!))
      scores.interest.add(rate(other!))
      for (const { index } of letter!) reader.seen.add(candidates[index]!.id)
      if (random() > reader.opens) continue
      opened++
      const sights = letter!.map(({ index }, place) =>
        sightOf({
          candidate: candidates[index]!,
          place,
          reader: request,
          at: now,
          halfLifeMs: selection.halfLifeMs,
        }),
      )
      const clicks = letter!.flatMap(({ index }, place) =>
        random() < 1 / (place + 1) ** 0.7 && random() < truth[index]! ? [place] : [],
      )
      clicked += clicks.length
      model.learn(sights, unread, { seen: true, clicked: new Set(clicks) }, reader.tallies, now)
    }
    yield { day, learned: scores.learned.value, interest: scores.interest.value, opened, clicked }
  }
}

function newcomer(id: number, random: () => number, normal: () => number): Reader {
  const taste = topicNames.map(() => 1.3 * normal())
  const liked = taste.map((_, topic) => topic).sort((a, b) => taste[b]! - taste[a]!)
  const interests: Record<string, number> = {}
  for (let i = 0; i < 3; i++) {
    const topic = random() < 0.5 ? liked[i]! : Math.floor(random() * topicNames.length)
    interests[topicNames[topic]!] = 0.4 + 0.6 * random()
  }
  return { id, taste, interests, opens: 0.2 + 0.6 * random(), tallies: newReader(start), seen: new Set() }
}

function news(id: number, now: EpochMs, random: () => number, normal: () => number): News {
  const quality = 0.7 * normal()
  const first = Math.floor(random() * topicNames.length)
  const second = random() < 0.4 ? [Math.floor(random() * topicNames.length)] : []
  return {
    quality,
    candidate: {
      id: id as ItemId,
      key: `item-${id}`,
      title: `Item ${id}`,
      url: `https://courier.example/${id}`,
      summary: '',
      imageUrl: null,
      author: null,
      language: null,
      topics: [...new Set([first, ...second])].map((topic) => topicNames[topic]!),
      popularity: Math.min(1, Math.max(0, 0.5 + 0.1 * quality + 0.2 * normal())),
      publishedAt: now - Math.floor(random() * dayMs),
    },
  }
}

function trueOdds({ taste }: Reader, { candidate, quality }: News, now: EpochMs): number {
  const tastes = candidate.topics.map((name) => taste[topicNames.indexOf(name)]!)
  const liking = tastes.reduce((sum, one) => sum + one, 0) / tastes.length
  const age = (now - candidate.publishedAt) / dayMs
  return 1 / (1 + Math.exp(2.2 - liking - quality + 0.15 * age))
}

/** Mulberry32 (Tommy Ettinger, public domain). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How far the learning ranker is ahead over the last third of the days, as NDCG@10 by NDCG@10: 0.1 is 10 % more. */
export const leadOf = (days: readonly SimulatedDay[]): Lead => meanOf(days.slice(-Math.ceil(days.length / 3)))

export interface Lead {
  readonly learned: number
  readonly interest: number
  readonly lead: number
}

/** The same over all of these days. */
export function meanOf(days: readonly SimulatedDay[]): Lead {
  const learned = createMean()
  const interest = createMean()
  for (const day of days) {
    learned.add(day.learned)
    interest.add(day.interest)
  }
  return { learned: learned.value, interest: interest.value, lead: learned.value / interest.value - 1 }
}
