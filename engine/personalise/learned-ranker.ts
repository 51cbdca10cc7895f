import type { Selection } from '../model/campaign.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'
import { mix } from './arm.ts'
import { createInterestRanker } from './interest-ranker.ts'
import { primarySubtag } from './language.ts'
import {
  feature,
  interestFactor,
  logRecency,
  otherLanguageShare,
  pooled,
  popularityFactor,
} from './model/features.ts'
import { settled } from './model/model.ts'
import type { Weights } from './model/shared.ts'
import { createPool, pickFor } from './pool.ts'
import type { Pick, Ranker, RankRequest } from './ranker.ts'

/** The least that one step of diversity leaves, as the interest ranker has it. */
const leastKept = 1e-6
const unknownLanguage = -2
/** Deviates of the standard normal distribution, one as likely as the other, none beyond 2: exploration has an end. */
const deviates = normalDeviates(256, 2)

/** The ranker that learned: the interest ranker's factors, each to a learned power, times click odds.
 *
 *  ```
 *  log score = w.interest * log(interest) + w.language * log(language)
 *            + w.recency * log(recency) + w.popularity * log(popularity)
 *            + w.topics * T + w.item * I + w.trend * H + w.reader * R + noise
 *  T         = log-odds of the item's topics with all readers, pooled (sum / root of their number)
 *  I, H      = log-odds of the item, over days and over the last hours
 *  R         = log-odds of the item's topics with this reader, pooled
 *  noise     = exploration * w.item * z / root(clicks of the item + 3),  z normal, |z| <= 2
 *  next pick = the highest score * (1 - selection.diversity) ^ n, as with the interest ranker
 *  ```
 *
 *  The noise is Thompson sampling (Chapelle and Li, NIPS 2011): each item's odds are drawn from what is believed of them, whose
 *  deviation is about 1 / root(clicks + prior), so that an item of which little is known is tried and a known one is not. z comes
 *  of the request's seed and the item's id alone. A model that saw nothing is the interest ranker itself. */
export function createLearnedRanker(
  weights: Weights,
  exploration: number,
  candidates: readonly Candidate[],
  selection: Selection,
  now: EpochMs,
): Ranker {
  if (weights.seen === 0) return createInterestRanker(candidates, selection, now)
  const pool = createPool(candidates, selection, now)
  const { topicIndex, members, order, groupStart, groupTopicStart, groupTopics, groupLanguage } = pool
  const { topicGroupStart, topicGroups, itemTopicStart, itemTopics } = pool
  const { mean } = weights
  const groupCount = groupLanguage.length
  const itemCount = members.length
  const kept = Float64Array.from(
    { length: selection.count + 1 },
    (_, n) => Math.max(1 - selection.diversity, leastKept) ** n,
  )

  // By place in `members`, so that a group is one run of them.
  const ids = Float64Array.from(members, (item) => candidates[item]!.id)
  const places = Int32Array.from(members, (item) => order[item]!)
  const unsure = new Float64Array(itemCount)
  const itemScore = Float64Array.from(members, (item, at) => {
    const { id, topics, popularity, publishedAt } = candidates[item]!
    const known = weights.item(id, now)
    unsure[at] = (exploration * mean[feature.item]!) / Math.sqrt(known.clicks + settled.item.strength)
    let ofTopics = 0
    for (const name of new Set(topics)) ofTopics += weights.topic(name, now)
    const log =
      mean[feature.recency]! * logRecency((now - publishedAt) / selection.halfLifeMs) +
      mean[feature.popularity]! * Math.log(popularityFactor(popularity)) +
      mean[feature.topics]! * pooled(ofTopics, new Set(topics).size) +
      mean[feature.item]! * known.odds +
      mean[feature.trend]! * weights.trend(id, now)
    return Math.exp(log)
  })
  const explores = unsure.some((deviation) => deviation > 0)

  // Scratch of one recipient, overwritten by the next.
  const declared = new Float64Array(topicIndex.size)
  const learned = new Float64Array(topicIndex.size)
  const uses = new Int32Array(topicIndex.size)
  const groupScore = new Float64Array(groupCount)
  const groupKept = new Float64Array(groupCount)
  const scores = new Float64Array(itemCount)

  function readReader({ interests, learned: odds, language }: RankRequest): void {
    declared.fill(0)
    learned.fill(0)
    for (const name in interests) {
      const topic = topicIndex.get(name)
      if (topic !== undefined && interests[name]! > 0) declared[topic] = interests[name]!
    }
    for (const name in odds) {
      const topic = topicIndex.get(name)
      if (topic !== undefined) learned[topic] = odds[name]!
    }
    const spoken = language === null ? null : (pool.languages.get(primarySubtag(language)) ?? unknownLanguage)
    for (let group = 0; group < groupCount; group++) {
      const start = groupTopicStart[group]!
      const end = groupTopicStart[group + 1]!
      let most = 0
      let sum = 0
      for (let at = start; at < end; at++) {
        const topic = groupTopics[at]!
        if (declared[topic]! > most) most = declared[topic]!
        sum += learned[topic]!
      }
      const written = groupLanguage[group]!
      const foreign = spoken !== null && written >= 0 && written !== spoken
      groupScore[group] = Math.exp(
        mean[feature.interest]! * Math.log(interestFactor(most)) +
          (foreign ? mean[feature.language]! * Math.log(otherLanguageShare) : 0) +
          mean[feature.reader]! * pooled(sum, end - start),
      )
    }
  }

  function scoreAll(seed: number): void {
    for (let group = 0; group < groupCount; group++) {
      const factor = groupScore[group]!
      for (let at = groupStart[group]!; at < groupStart[group + 1]!; at++)
        scores[at] = factor * itemScore[at]!
    }
    if (!explores) return
    for (let at = 0; at < itemCount; at++) {
      const z = deviates[mix(seed, ids[at]!) & 255]!
      scores[at]! *= Math.exp(unsure[at]! * z)
    }
  }

  function discount(group: number): void {
    let most = 0
    for (let at = groupTopicStart[group]!; at < groupTopicStart[group + 1]!; at++) {
      const used = uses[groupTopics[at]!]!
      if (used > most) most = used
    }
    groupKept[group] = kept[most]!
  }

  /** The best place in `members`; -1 when none is left. */
  function best(): number {
    let winner = -1
    let highest = -1
    for (let group = 0; group < groupCount; group++) {
      const factor = groupKept[group]!
      const end = groupStart[group + 1]!
      for (let at = groupStart[group]!; at < end; at++) {
        const value = scores[at]! * factor
        if (value > highest || (value === highest && places[at]! < places[winner]!)) {
          highest = value
          winner = at
        }
      }
    }
    return winner
  }

  function use(item: number): void {
    for (let at = itemTopicStart[item]!; at < itemTopicStart[item + 1]!; at++) uses[itemTopics[at]!]!++
  }

  function choose(request: RankRequest): readonly Pick[] {
    const seen = selection.onlyNew && request.seen.size > 0 ? request.seen : null
    const picks: Pick[] = []
    uses.fill(0)
    for (const pinned of pool.pinned) {
      if (picks.length === selection.count) break
      if (seen?.has(candidates[pinned.index]!.id)) continue
      picks.push(pinned)
      use(pinned.index)
    }
    if (picks.length === selection.count) return picks

    readReader(request)
    scoreAll(request.seed)
    for (let group = 0; group < groupCount; group++) discount(group)
    while (picks.length < selection.count) {
      const at = best()
      if (at < 0) break
      // Taken: below every score that an item can have, whatever its group is discounted by.
      scores[at] = -Infinity
      const item = members[at]!
      // Asked only of the winners: a set's look-up costs more than a comparison.
      if (seen?.has(ids[at]!)) continue
      // What was learned of its reader need not be told them by every letter: what they declared is.
      picks.push(pickFor(pool, item, declared))
      use(item)
      for (let of = itemTopicStart[item]!; of < itemTopicStart[item + 1]!; of++) {
        const topic = itemTopics[of]!
        for (let near = topicGroupStart[topic]!; near < topicGroupStart[topic + 1]!; near++)
          discount(topicGroups[near]!)
      }
    }
    return picks
  }

  return { rank: (batch) => batch.map(choose) }
}

/** The middles of `count` equally likely parts of the normal distribution, cut off at `most` (P. J. Acklam's approximation of its
 *  quantiles, relative error below 1.2e-9). */
function normalDeviates(count: number, most: number): Float64Array {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ]
  const b = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ]
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  const at = (terms: readonly number[], x: number) => terms.reduce((sum, term) => sum * x + term, 0)
  const quantile = (p: number): number => {
    if (p > 0.5) return -quantile(1 - p)
    if (p < 0.02425) {
      const q = Math.sqrt(-2 * Math.log(p))
      return at(c, q) / at(d, q)
    }
    const q = p - 0.5
    return (at(a, q * q) * q) / at(b, q * q)
  }
  return Float64Array.from({ length: count }, (_, i) =>
    Math.min(most, Math.max(-most, quantile((i + 0.5) / count))),
  )
}
