import type { EpochMs } from '../../model/ids.ts'
import { feature, featureNames } from '../../personalise/model/features.ts'
import {
  createModel,
  type Model,
  newReader,
  type ReaderTallies,
  type Reading,
  type Sight,
  unread,
} from '../../personalise/model/model.ts'
import { ndcg } from '../metrics.ts'
import { sightOf } from '../sight.ts'
import type { Impression, ReplayItem, ReplayLog } from './log.ts'

export interface ReplaySettings {
  /** This share of the impressions, from the first on, is only learned from. */
  readonly trainShare: number
  /** False: nothing is learned after the split. True: each impression is ranked before anything of it, or of later, is learned. */
  readonly onLine: boolean
  readonly halfLifeDays: number
  /** Of an item's recency. */
  readonly recencyHalfLifeMs: number
}

export const replayDefaults: ReplaySettings = {
  trainShare: 0.7,
  onLine: true,
  halfLifeDays: 60,
  recencyHalfLifeMs: 48 * 3_600_000,
}

export const replayRankers = ['learned', 'interest', 'popularity'] as const
export type ReplayRanker = (typeof replayRankers)[number]

/** Means over the impressions after the split in which something was clicked, and something could be ordered. */
export interface RankerScore {
  /** NDCG@10; a click is a gain of 1. */
  readonly ndcg: number
  /** Impressions with a clicked item in the first so many. */
  readonly hit1: number
  readonly hit3: number
  readonly hit10: number
}

export interface ReplayReport {
  readonly impressions: number
  readonly measured: number
  readonly clicks: number
  readonly items: number
  readonly readers: number
  readonly splitAt: EpochMs | null
  readonly scores: { readonly [ranker in ReplayRanker]: RankerScore }
  /** The learned ranker's NDCG@10 less the other's, impression by impression, with 95 % of the normal distribution. */
  readonly lead: {
    readonly [ranker in Exclude<ReplayRanker, 'learned'>]: {
      readonly value: number
      readonly low: number
      readonly high: number
    }
  }
  /** What was learned, by feature. */
  readonly weights: { readonly [name: string]: number }
}

const dayMs = 86_400_000
/** What is clicked within this time of a letter's being seen is learned with it, at the last of these clicks. */
const sittingMs = 30 * 60_000
const pruneEvery = 20_000
const ndcgAt = 10

/** Rank again what was shown, in the order of time, and learn from what was clicked, never before it was: an impression is ranked by what
 *  was known when it was shown. What is measured is the order within what was shown; ties go to the newer item.
 *  `onProgress` is told how many impressions are done. */
export function replay(
  log: ReplayLog,
  settings: ReplaySettings,
  onProgress: (done: number, of: number) => void = () => {},
): ReplayReport {
  const model = createModel({ readerHalfLifeMs: settings.halfLifeDays * dayMs })
  const readers = new Map<number, ReaderTallies>()
  const clicksOf = new Float64Array(log.items.length)
  const meter = createMeter()
  const split = Math.floor(log.impressions.length * settings.trainShare)
  const actions = createActions()
  const readerOf = (number: number, at: EpochMs): ReaderTallies => {
    let reader = readers.get(number)
    if (reader === undefined) {
      reader = newReader(at)
      readers.set(number, reader)
    }
    return reader
  }

  function learn({ impression, sights, before, after, at }: Action): void {
    model.learn(sights, before, after, readerOf(impression.reader, at), at)
    for (const place of after.clicked)
      if (!before.clicked.has(place)) clicksOf[impression.items[place]!]! += 1
  }

  for (const [index, impression] of log.impressions.entries()) {
    const { at, orphan } = impression
    for (let due = actions.due(at); due !== null; due = actions.due(at))
      if (settings.onLine || index < split) learn(due)
    const sights = sightsOf(impression, log.items, settings.recencyHalfLifeMs)
    if (index >= split && !orphan && impression.clicks.size > 0 && impression.items.length > 1)
      measure(meter, {
        impression,
        sights,
        model,
        reader: readerOf(impression.reader, at),
        clicksOf,
        items: log.items,
      })
    for (const action of actionsOf(impression, sights)) actions.add(action)
    if (index % pruneEvery === pruneEvery - 1) {
      model.prune()
      onProgress(index + 1, log.impressions.length)
    }
  }
  return {
    impressions: log.impressions.length,
    measured: meter.count(),
    clicks: log.clicks,
    items: log.items.length,
    readers: log.readers,
    splitAt: log.impressions[split]?.at ?? null,
    ...meter.result(),
    weights: Object.fromEntries(
      featureNames.map((name) => [name, Math.round(model.regression.mean[feature[name]]! * 1000) / 1000]),
    ),
  }
}

function sightsOf(
  { items: shown, interests, language, at }: Impression,
  items: readonly ReplayItem[],
  halfLifeMs: number,
): Sight[] {
  const reader = { interests, language }
  return shown.map((index, place) => {
    const { topics, language: written, popularity, publishedAt } = items[index]!
    const candidate = { id: index as never, topics, language: written, popularity, publishedAt }
    return sightOf({ candidate, place, reader, at, halfLifeMs })
  })
}

interface Action {
  readonly at: EpochMs
  readonly impression: Impression
  readonly sights: readonly Sight[]
  readonly before: Reading
  readonly after: Reading
}

/** What is learned of an impression, and when: one sitting at once, and what is clicked later, when it is. */
function actionsOf(impression: Impression, sights: readonly Sight[]): Action[] {
  const { at, clicks } = impression
  const times = [...clicks].sort(([, a], [, b]) => a - b)
  const sitting = times.filter(([, time]) => time - at <= sittingMs)
  const made: Action[] = []
  let before: Reading = unread
  const add = (time: EpochMs, places: readonly number[]) => {
    const after: Reading = { seen: true, clicked: new Set([...before.clicked, ...places]) }
    made.push({ at: time, impression, sights, before, after })
    before = after
  }
  add(
    sitting.at(-1)?.[1] ?? at,
    sitting.map(([place]) => place),
  )
  for (const [place, time] of times.slice(sitting.length)) add(time, [place])
  return made
}

/** Actions by time, those added first among equals: a binary heap. */
function createActions() {
  const heap: { readonly action: Action; readonly order: number }[] = []
  let added = 0
  const before = (a: number, b: number) => {
    const [x, y] = [heap[a]!, heap[b]!]
    return x.action.at - y.action.at || x.order - y.order
  }
  const swap = (a: number, b: number) => {
    const kept = heap[a]!
    heap[a] = heap[b]!
    heap[b] = kept
  }
  return {
    add(action: Action): void {
      heap.push({ action, order: added++ })
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (before(parent, at) <= 0) break
        swap(parent, at)
        at = parent
      }
    },
    /** The next one at or before `until`; null: there is none. */
    due(until: EpochMs): Action | null {
      const first = heap[0]
      if (first === undefined || first.action.at > until) return null
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        for (let at = 0; ; ) {
          let least = at
          for (const child of [2 * at + 1, 2 * at + 2])
            if (child < heap.length && before(child, least) < 0) least = child
          if (least === at) break
          swap(at, least)
          at = least
        }
      }
      return first.action
    },
  }
}

type Meter = ReturnType<typeof createMeter>

function measure(
  meter: Meter,
  parts: {
    readonly impression: Impression
    readonly sights: readonly Sight[]
    readonly model: Model
    readonly reader: ReaderTallies
    readonly clicksOf: Float64Array
    readonly items: readonly ReplayItem[]
  },
): void {
  const { impression, sights, model, reader, clicksOf, items } = parts
  const { items: shown, clicks, at } = impression
  const newness = shown.map((index) => items[index]!.publishedAt)
  const gainsBy = (score: (place: number) => number): number[] => {
    const scores = shown.map((_, place) => score(place))
    const order = shown.map((_, place) => place)
    // Never by the place in which it was shown: that is somebody's ranking already.
    order.sort((a, b) => scores[b]! - scores[a]! || newness[b]! - newness[a]! || shown[a]! - shown[b]!)
    return order.map((place) => (clicks.has(place) ? 1 : 0))
  }
  meter.add({
    learned: gainsBy((place) => model.score(sights[place]!, reader, at)),
    interest: gainsBy((place) => {
      const { interest, language, recency, popularity } = sights[place]!
      return interest + language + recency + popularity
    }),
    popularity: gainsBy((place) => clicksOf[shown[place]!]!),
  })
}

function createMeter() {
  const sums = Object.fromEntries(
    replayRankers.map((name) => [name, { ndcg: 0, hit1: 0, hit3: 0, hit10: 0 }]),
  ) as { [ranker in ReplayRanker]: { ndcg: number; hit1: number; hit3: number; hit10: number } }
  const leads = { interest: { sum: 0, squares: 0 }, popularity: { sum: 0, squares: 0 } }
  let count = 0
  return {
    count: () => count,
    add(gains: { readonly [ranker in ReplayRanker]: readonly number[] }): void {
      count++
      for (const name of replayRankers) {
        const first = gains[name].indexOf(1)
        const sum = sums[name]
        sum.ndcg += ndcg(gains[name], ndcgAt)!
        if (first < 1) sum.hit1++
        if (first < 3) sum.hit3++
        if (first < 10) sum.hit10++
      }
      const learned = ndcg(gains.learned, ndcgAt)!
      for (const name of ['interest', 'popularity'] as const) {
        const lead = learned - ndcg(gains[name], ndcgAt)!
        leads[name].sum += lead
        leads[name].squares += lead * lead
      }
    },
    result(): Pick<ReplayReport, 'scores' | 'lead'> {
      const share = (sum: number) => (count === 0 ? 0 : sum / count)
      const interval = ({ sum, squares }: { readonly sum: number; readonly squares: number }) => {
        const value = share(sum)
        const half =
          count < 2 ? 0 : 1.96 * Math.sqrt(Math.max(0, squares / count - value * value) / (count - 1))
        return { value, low: value - half, high: value + half }
      }
      const score = ({ ndcg: gain, hit1, hit3, hit10 }: RankerScore): RankerScore => ({
        ndcg: share(gain),
        hit1: share(hit1),
        hit3: share(hit3),
        hit10: share(hit10),
      })
      return {
        scores: {
          learned: score(sums.learned),
          interest: score(sums.interest),
          popularity: score(sums.popularity),
        },
        lead: { interest: interval(leads.interest), popularity: interval(leads.popularity) },
      }
    },
  }
}
