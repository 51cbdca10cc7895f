import type { EpochMs } from '../../model/ids.ts'
import { feature, featureCount, pooled } from './features.ts'
import { createRegression, type Regression, sigmoid } from './regression.ts'
import { addTo, fading, oddsAt, pruneOldest, type Tally, tallyOf } from './tally.ts'

/** How long the past counts, and how firmly nothing is believed of what is new. Half-lives in milliseconds, strengths in clicks. */
export const settled = {
  item: { halfLifeMs: 7 * 86_400_000, strength: 3 },
  trend: { halfLifeMs: 12 * 3_600_000, strength: 3 },
  topic: { halfLifeMs: 30 * 86_400_000, strength: 5 },
  reader: { strength: 1 },
  rate: { strength: 2 },
  /** Of what is believed of the weights. */
  weightsHalfLifeMs: 90 * 86_400_000,
} as const

const forgetEveryMs = 3_600_000
/** What is kept of: beyond it those that were seen last. */
export const kept = { items: 20_000, topics: 5000, readerTopics: 64 } as const

/** One item as a reader saw it. Logarithms of factors, as features.ts makes them. */
export interface Sight {
  readonly itemId: number
  readonly topics: readonly string[]
  /** From 0. */
  readonly place: number
  readonly interest: number
  readonly language: number
  readonly recency: number
  readonly popularity: number
}

/** What was learned of one reader; changed in place. */
export interface ReaderTallies {
  /** Over everything. */
  readonly rate: Tally
  readonly topics: Map<string, Tally>
}

export const newReader = (at: EpochMs): ReaderTallies => ({
  rate: { clicks: 0, expected: 0, at },
  topics: new Map(),
})

/** What became of a letter, as far as is known: whether it was seen, and which of its items (by place) were clicked. */
export interface Reading {
  readonly seen: boolean
  readonly clicked: ReadonlySet<number>
}
export const unread: Reading = { seen: false, clicked: new Set() }

export interface Observations {
  /** Items seen. */
  seen: number
  clicked: number
}

/** The learning model: a logistic regression (regression.ts) over what is known of reader and item, three of whose
 *  features are themselves learned, as click odds against expectation (tally.ts): of items, of topics over all readers, and
 *  of each reader's topics. Not safe for two at a time. */
export interface Model {
  readonly regression: Regression
  readonly items: Map<number, Tally>
  /** Of the last hours. */
  readonly trends: Map<number, Tally>
  readonly topics: Map<string, Tally>
  readonly observations: Observations
  /** Of the last observation. */
  readonly at: EpochMs
  /** Learn what became of a letter since `before` was learned of it. A letter's features are those from before it: what is
   *  added by one of its items says nothing about the next, nor by its being seen about its being clicked. What `before`
   *  said and `after` does not is taken back. */
  learn(letter: readonly Sight[], before: Reading, after: Reading, reader: ReaderTallies, at: EpochMs): void
  /** What orders items for one reader: log-odds without what all items share. */
  score(sight: Sight, reader: ReaderTallies, at: EpochMs): number
  /** Forget the items and topics that nobody saw for longest. */
  prune(): void
}

export interface ModelParts {
  readonly regression?: Regression
  readonly items?: Map<number, Tally>
  readonly trends?: Map<number, Tally>
  readonly topics?: Map<string, Tally>
  readonly observations?: Observations
  readonly at?: EpochMs
}

/** `readerHalfLifeMs`: how long a reader's own past counts. */
export function createModel(
  { readerHalfLifeMs }: { readonly readerHalfLifeMs: number },
  parts: ModelParts = {},
): Model {
  const { regression = createRegression(), items = new Map(), trends = new Map(), topics = new Map() } = parts
  const { observations = { seen: 0, clicked: 0 } } = parts
  const { mean } = regression
  const scratch = new Float64Array(featureCount)
  let lastAt = parts.at ?? 0
  let forgotAt = lastAt

  const readerOdds = ({ topics: own }: ReaderTallies, names: readonly string[], at: EpochMs): number => {
    if (own.size === 0) return 0
    let sum = 0
    for (const name of names) sum += oddsAt(own.get(name), at, readerHalfLifeMs, settled.reader.strength)
    return pooled(sum, names.length)
  }

  function look(sight: Sight, reader: ReaderTallies, at: EpochMs, x: Float64Array): Float64Array {
    const { item, trend, topic, rate } = settled
    let sum = 0
    for (const name of sight.topics) sum += oddsAt(topics.get(name), at, topic.halfLifeMs, topic.strength)
    x[feature.bias] = 1
    x[feature.depth] = -Math.log1p(sight.place)
    x[feature.interest] = sight.interest
    x[feature.language] = sight.language
    x[feature.recency] = sight.recency
    x[feature.popularity] = sight.popularity
    x[feature.topics] = pooled(sum, sight.topics.length)
    x[feature.item] = oddsAt(items.get(sight.itemId), at, item.halfLifeMs, item.strength)
    x[feature.trend] = oddsAt(trends.get(sight.itemId), at, trend.halfLifeMs, trend.strength)
    x[feature.reader] = readerOdds(reader, sight.topics, at)
    x[feature.rate] = oddsAt(reader.rate, at, readerHalfLifeMs, rate.strength)
    return x
  }

  function logit(x: Float64Array): number {
    let z = 0
    for (let i = 0; i < featureCount; i++) z += mean[i]! * x[i]!
    return z
  }

  /** Clicks that all but one feature let expect. */
  const without = (x: Float64Array, z: number, left: number): number => sigmoid(z - mean[left]! * x[left]!)

  /** Count a row with the reader alone. */
  function countReader(
    sight: Sight,
    x: Float64Array,
    z: number,
    reader: ReaderTallies,
    at: EpochMs,
    clicks: number,
    seen: number,
  ): void {
    const expected = seen === 0 ? 0 : seen * without(x, z, feature.reader)
    for (const name of sight.topics)
      addTo(tallyOf(reader.topics, name, at), at, readerHalfLifeMs, clicks, expected)
    addTo(reader.rate, at, readerHalfLifeMs, clicks, seen === 0 ? 0 : seen * without(x, z, feature.rate))
  }

  function countAll(
    sight: Sight,
    x: Float64Array,
    z: number,
    at: EpochMs,
    clicks: number,
    seen: number,
  ): void {
    const { item, trend, topic } = settled
    const expected = (left: number) => (seen === 0 ? 0 : seen * without(x, z, left))
    const { itemId } = sight
    addTo(tallyOf(items, itemId, at), at, item.halfLifeMs, clicks, expected(feature.item))
    addTo(tallyOf(trends, itemId, at), at, trend.halfLifeMs, clicks, expected(feature.trend))
    const ofTopic = expected(feature.topics)
    for (const name of sight.topics) addTo(tallyOf(topics, name, at), at, topic.halfLifeMs, clicks, ofTopic)
    observations.seen += seen
    observations.clicked += clicks
  }

  function forget(at: EpochMs): void {
    if (at - forgotAt < forgetEveryMs) return
    if (forgotAt > 0) regression.forget(fading(at - forgotAt, settled.weightsHalfLifeMs))
    forgotAt = at
  }

  return {
    regression,
    items,
    trends,
    topics,
    observations,
    get at() {
      return lastAt
    },
    learn(letter, before, after, reader, at) {
      forget(at)
      lastAt = Math.max(lastAt, at)
      // What this letter brought its reader's tallies is taken out, as far as it can be told, and brought anew.
      if (before.seen)
        for (const [i, sight] of letter.entries()) {
          const x = look(sight, reader, at, scratch)
          countReader(sight, x, logit(x), reader, at, before.clicked.has(i) ? -1 : 0, -1)
        }
      const rows = letter.map((sight) => look(sight, reader, at, new Float64Array(featureCount)))
      const chances = rows.map(logit)
      for (const [i, sight] of letter.entries()) {
        const x = rows[i]!
        const z = chances[i]!
        const seen = Number(after.seen) - Number(before.seen)
        const clicks =
          Number(after.seen && after.clicked.has(i)) - Number(before.seen && before.clicked.has(i))
        if (seen !== 0) regression.see(x, regression.predict(x), seen > 0 ? 1 : -1)
        if (clicks !== 0) regression.click(x, clicks > 0 ? 1 : -1)
        if (seen !== 0 || clicks !== 0) countAll(sight, x, z, at, clicks, seen)
        if (after.seen) countReader(sight, x, z, reader, at, after.clicked.has(i) ? 1 : 0, 1)
      }
    },
    score(sight, reader, at) {
      const x = look(sight, reader, at, scratch)
      const shared = [feature.bias, feature.depth, feature.rate]
      return shared.reduce((z, i) => z - mean[i]! * x[i]!, logit(x))
    },
    prune() {
      pruneOldest(items, kept.items)
      pruneOldest(trends, kept.items)
      pruneOldest(topics, kept.topics)
    },
  }
}
