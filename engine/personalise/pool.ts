import type { Selection } from '../model/campaign.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Candidate } from '../model/publication.ts'
import { primarySubtag } from './language.ts'
import { popularityFactor } from './model/features.ts'
import type { Pick } from './ranker.ts'

/** Items without figures carry 0.5; only above that may a reader be told that an item is popular. */
const unknownPopularity = 0.5

/** The candidates of a publication as flat tables. A list of lists is two arrays: `xStart[i]` to
 *  `xStart[i + 1]` are the places of i's entries in `x`. Items are indexes into the candidates. */
export interface Pool {
  /** Number by topic name. */
  readonly topicIndex: ReadonlyMap<string, number>
  /** Number by primary subtag. */
  readonly languages: ReadonlyMap<string, number>
  /** Recency x popularity of each item. */
  readonly base: Float64Array
  /** Place of each item among all: base, then newness, then id. */
  readonly order: Int32Array
  readonly itemTopicStart: Int32Array
  readonly itemTopics: Int32Array
  /** Items with the same topics and language, best first; without the pinned. */
  readonly groupStart: Int32Array
  readonly members: Int32Array
  readonly groupTopicStart: Int32Array
  readonly groupTopics: Int32Array
  /** Number of the language, -1 for none. */
  readonly groupLanguage: Int32Array
  /** The groups of each topic. */
  readonly topicGroupStart: Int32Array
  readonly topicGroups: Int32Array
  /** Those of `selection.pinned` that are candidates, in its order. */
  readonly pinned: readonly Pick[]
  /** For each item, the pick of a reader who follows none of its topics. */
  readonly plainPicks: readonly Pick[]
  /** Beside `itemTopics`: the pick of a reader who follows that topic most. */
  readonly followPicks: readonly Pick[]
}

/** Compute all that does not depend on the recipient. Candidates have distinct ids. */
export function createPool(candidates: readonly Candidate[], selection: Selection, now: EpochMs): Pool {
  const topicIndex = indexOfValues(candidates.flatMap(({ topics }) => topics))
  const languages = indexOfValues(
    candidates.flatMap(({ language }) => (language === null ? [] : [primarySubtag(language)])),
  )
  const recency = candidates.map(
    ({ publishedAt }) => 2 ** (-Math.max(0, now - publishedAt) / selection.halfLifeMs),
  )
  const base = Float64Array.from(
    candidates,
    ({ popularity }, item) => recency[item]! * popularityFactor(popularity),
  )

  const sorted = candidates.map((_, item) => item)
  sorted.sort(
    (a, b) =>
      base[b]! - base[a]! ||
      candidates[b]!.publishedAt - candidates[a]!.publishedAt ||
      candidates[a]!.id - candidates[b]!.id,
  )
  const order = new Int32Array(candidates.length)
  for (const [place, item] of sorted.entries()) order[item] = place

  // A topic named twice must not count twice.
  const topicsOf = candidates.map(({ topics }) => [...new Set(topics)].map((name) => topicIndex.get(name)!))
  const pinned = findPinned(candidates, selection.pinned)
  const pinnedSet = new Set(pinned)
  const groups = new Map<string, { topics: number[]; language: number; items: number[] }>()
  for (const item of sorted) {
    if (pinnedSet.has(item)) continue
    const topics = topicsOf[item]!.toSorted((a, b) => a - b)
    const written = candidates[item]!.language
    const language = written === null ? -1 : languages.get(primarySubtag(written))!
    const key = `${language}:${topics.join(',')}`
    const group = groups.get(key)
    if (group) group.items.push(item)
    else groups.set(key, { topics, language, items: [item] })
  }

  const groupList = [...groups.values()]
  const groupsOfTopic: number[][] = [...topicIndex.keys()].map(() => [])
  for (const [group, { topics }] of groupList.entries()) {
    for (const topic of topics) groupsOfTopic[topic]!.push(group)
  }
  const [itemTopicStart, itemTopics] = flatten(topicsOf)
  const [groupStart, members] = flatten(groupList.map(({ items }) => items))
  const [groupTopicStart, groupTopics] = flatten(groupList.map(({ topics }) => topics))
  const [topicGroupStart, topicGroups] = flatten(groupsOfTopic)
  const topicNames = [...topicIndex.keys()]
  return {
    topicIndex,
    languages,
    base,
    order,
    itemTopicStart,
    itemTopics,
    groupStart,
    members,
    groupTopicStart,
    groupTopics,
    groupLanguage: Int32Array.from(groupList, ({ language }) => language),
    topicGroupStart,
    topicGroups,
    pinned: pinned.map((index) => ({ index, reason: { kind: 'pinned' } })),
    plainPicks: candidates.map(({ popularity }, index) => ({
      index,
      reason: {
        kind: popularity > unknownPopularity && popularity >= recency[index]! ? 'popular' : 'recent',
      },
    })),
    followPicks: topicsOf.flatMap((topics, index) =>
      topics.map((topic): Pick => ({ index, reason: { kind: 'follows', topic: topicNames[topic]! } })),
    ),
  }
}

/** The pick of an item for that of its topics which its reader follows most, or for what else speaks for it. `weights` by topic. */
export function pickFor(pool: Pool, item: number, weights: Float64Array): Pick {
  const { itemTopicStart, itemTopics } = pool
  let most = 0
  let followed = -1
  for (let at = itemTopicStart[item]!; at < itemTopicStart[item + 1]!; at++) {
    const weight = weights[itemTopics[at]!]!
    if (weight > most) {
      most = weight
      followed = at
    }
  }
  return followed < 0 ? pool.plainPicks[item]! : pool.followPicks[followed]!
}

function findPinned(candidates: readonly Candidate[], keys: readonly string[]): number[] {
  const byKey = new Map(candidates.map(({ key }, index) => [key, index]))
  return [...new Set(keys)].flatMap((key) => byKey.get(key) ?? [])
}

/** Distinct values, numbered in the order of their first appearance. */
function indexOfValues(values: readonly string[]): Map<string, number> {
  return new Map([...new Set(values)].map((value, index) => [value, index]))
}

function flatten(lists: readonly (readonly number[])[]): [start: Int32Array, entries: Int32Array] {
  const start = new Int32Array(lists.length + 1)
  for (const [index, list] of lists.entries()) start[index + 1] = start[index]! + list.length
  return [start, Int32Array.from(lists.flat())]
}
