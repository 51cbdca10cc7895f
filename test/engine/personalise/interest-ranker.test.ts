import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Selection } from '../../../engine/model/campaign.ts'
import type { Candidate } from '../../../engine/model/publication.ts'
import { createInterestRanker } from '../../../engine/personalise/interest-ranker.ts'
import type { Pick, RankRequest } from '../../../engine/personalise/ranker.ts'
import {
  anyCandidates,
  anyRequest,
  anySelection,
  candidate,
  hour,
  now,
  request,
  selection,
  topics,
} from './newsroom.ts'

const rankOne = (candidates: readonly Candidate[], chosen: Selection, asked: RankRequest): readonly Pick[] =>
  createInterestRanker(candidates, chosen, now).rank([asked])[0]!

const idsOf = (candidates: readonly Candidate[], picks: readonly Pick[]): number[] =>
  picks.map(({ index }) => candidates[index]!.id)

/** The formula of the doc comment, one item at a time, without any of the tables. */
function plainRank(candidates: readonly Candidate[], chosen: Selection, asked: RankRequest): number[] {
  const base = ({ publishedAt, popularity }: Candidate) =>
    2 ** (-Math.max(0, now - publishedAt) / chosen.halfLifeMs) * (0.1 + 0.9 * popularity)
  const weight = (topic: string) => (Object.hasOwn(asked.interests, topic) ? asked.interests[topic]! : 0)
  const primary = (language: string) => language.split('-')[0]
  const affinity = (item: Candidate) => {
    const foreign =
      asked.language !== null && item.language !== null && primary(asked.language) !== primary(item.language)
    return (0.1 + (1 - 0.1) * Math.max(0, ...item.topics.map(weight))) * (foreign ? 0.1 : 1)
  }
  let left = candidates.filter(({ id }) => !chosen.onlyNew || !asked.seen.has(id))
  const picked: Candidate[] = []
  const take = (item: Candidate) => {
    picked.push(item)
    left = left.filter((other) => other !== item)
  }
  for (const key of chosen.pinned) {
    const item = left.find((other) => other.key === key)
    if (item && picked.length < chosen.count) take(item)
  }
  const discount = (item: Candidate) => {
    const uses = item.topics.map((topic) => picked.filter((pick) => pick.topics.includes(topic)).length)
    return Math.max(1 - chosen.diversity, 1e-6) ** Math.max(0, ...uses)
  }
  while (picked.length < chosen.count && left.length > 0) {
    const scored = left.map((item) => ({ item, score: affinity(item) * discount(item) * base(item) }))
    scored.sort(
      (a, b) =>
        b.score - a.score ||
        base(b.item) - base(a.item) ||
        b.item.publishedAt - a.item.publishedAt ||
        a.item.id - b.item.id,
    )
    take(scored[0]!.item)
  }
  return picked.map(({ id }) => id)
}

describe('the built-in ranker', () => {
  test('chooses what its formula says, whatever the tables', () => {
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, (candidates, chosen, asked) => {
        const ids = idsOf(candidates, rankOne(candidates, chosen, asked))
        expect(ids).toEqual(plainRank(candidates, chosen, asked))
      }),
      { numRuns: 500 },
    )
  })

  test('never picks more than asked for, never twice, never what was seen', () => {
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, (candidates, chosen, asked) => {
        const ids = idsOf(candidates, rankOne(candidates, chosen, asked))
        const open = candidates.filter(({ id }) => !chosen.onlyNew || !asked.seen.has(id))
        expect(ids.length).toBe(Math.min(chosen.count, open.length))
        expect(new Set(ids).size).toBe(ids.length)
        if (chosen.onlyNew) expect(ids.filter((id) => asked.seen.has(id))).toEqual([])
      }),
    )
  })

  test('puts the pinned first, in their order, and nowhere else', () => {
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, (candidates, chosen, asked) => {
        const picks = rankOne(candidates, chosen, asked)
        const wanted = [...new Set(chosen.pinned)]
          .flatMap((key) => candidates.filter((item) => item.key === key))
          .filter(({ id }) => !chosen.onlyNew || !asked.seen.has(id))
          .slice(0, chosen.count)
          .map(({ id }) => id)
        const pinned = picks.filter(({ reason }) => reason.kind === 'pinned')
        expect(idsOf(candidates, pinned)).toEqual(wanted)
        expect(picks.slice(0, wanted.length)).toEqual(pinned)
      }),
    )
  })

  test('gives the same request the same picks, wherever it stands in a batch', () => {
    fc.assert(
      fc.property(
        anyCandidates,
        anySelection,
        fc.array(anyRequest, { maxLength: 6 }),
        (candidates, chosen, batch) => {
          const ranker = createInterestRanker(candidates, chosen, now)
          const together = ranker.rank(batch)
          const alone = batch.map((asked) => rankOne(candidates, chosen, asked))
          expect(together).toEqual(alone)
          expect(ranker.rank(batch.toReversed())).toEqual(alone.toReversed())
        },
      ),
    )
  })

  test('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, (candidates, chosen, asked) => {
        const turned = candidates.toReversed()
        expect(idsOf(turned, rankOne(turned, chosen, asked))).toEqual(
          idsOf(candidates, rankOne(candidates, chosen, asked)),
        )
      }),
    )
  })

  test('never ranks the topic of higher interest lower, all else being equal', () => {
    fc.assert(
      fc.property(
        anyCandidates,
        anySelection,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (others, chosen, low, more) => {
          const high = Math.min(1, low + more)
          fc.pre(high > low)
          const unpinned = { ...chosen, pinned: [] }
          // The loser of ties is the one that is wanted more: only interest can put it first.
          const wanted = candidate(102, { topics: ['wanted'] })
          const less = candidate(101, { topics: ['less'] })
          const candidates = [...others, less, wanted]
          const ids = idsOf(
            candidates,
            rankOne(candidates, unpinned, request({ interests: { wanted: high, less: low } })),
          )
          const place = (id: number) => (ids.includes(id) ? ids.indexOf(id) : ids.length)
          expect(place(102)).toBeLessThanOrEqual(place(101))
        },
      ),
    )
  })

  test('spreads over all topics at full diversity before one repeats', () => {
    const candidates = topics.flatMap((topic, t) =>
      [0, 1, 2].map((n) => candidate(t * 10 + n + 1, { topics: [topic], publishedAt: now - n * hour })),
    )
    const picks = rankOne(
      candidates,
      selection({ count: topics.length, diversity: 1 }),
      request({ interests: { security: 1, climate: 0.2 } }),
    )
    const leading = picks.map(({ index }) => candidates[index]!.topics[0]!)
    expect(new Set(leading)).toEqual(new Set(topics))
    expect(leading.slice(0, 2)).toEqual(['security', 'climate'])
  })

  test('lets one topic fill the letter without diversity', () => {
    const candidates = Array.from({ length: 12 }, (_, n) =>
      candidate(n + 1, { topics: [n % 2 ? 'security' : 'sport'] }),
    )
    const picks = rankOne(
      candidates,
      selection({ count: 5, diversity: 0 }),
      request({ interests: { security: 0.9 } }),
    )
    expect(new Set(picks.map(({ index }) => candidates[index]!.topics[0]))).toEqual(new Set(['security']))
  })

  test('holds the topics of the pinned back as well', () => {
    const candidates = [1, 2, 3].map((id) => candidate(id, { topics: [id === 3 ? 'sport' : 'security'] }))
    const chosen = selection({ count: 2, pinned: ['item-1'] })
    expect(idsOf(candidates, rankOne(candidates, chosen, request()))).toEqual([1, 3])
    expect(idsOf(candidates, rankOne(candidates, { ...chosen, diversity: 0 }, request()))).toEqual([1, 2])
  })

  test('says why: pinned, the topic followed most, popular, recent', () => {
    const candidates = [
      candidate(1, { topics: ['sport'] }),
      candidate(2, { topics: ['climate', 'security'] }),
      candidate(3, { topics: ['cities'], popularity: 0.9, publishedAt: now - 48 * hour }),
      candidate(4, { topics: ['constructor'], popularity: 0.5, publishedAt: now - 90 * hour }),
    ]
    const picks = rankOne(
      candidates,
      selection({ pinned: ['item-1'] }),
      request({ interests: { security: 0.9, climate: 0.2 } }),
    )
    expect(picks.map(({ index, reason }) => [candidates[index]!.id, reason])).toEqual([
      [1, { kind: 'pinned' }],
      [2, { kind: 'follows', topic: 'security' }],
      [3, { kind: 'popular' }],
      [4, { kind: 'recent' }],
    ])
  })

  test('gives people without interests what is new and popular', () => {
    const candidates = [
      candidate(1, { popularity: 0.2, publishedAt: now - 2 * hour }),
      candidate(2, { popularity: 1, publishedAt: now - 48 * hour }),
      candidate(3, { popularity: 0.9, publishedAt: now - 500 * hour }),
      candidate(4, { popularity: 0.6, publishedAt: now - hour }),
    ]
    const picks = rankOne(candidates, selection(), request())
    expect(idsOf(candidates, picks)).toEqual([4, 2, 1, 3])
    expect(picks.map(({ reason }) => reason.kind)).toEqual(['recent', 'popular', 'recent', 'popular'])
  })

  test('halves what an item counts with every half-life', () => {
    const halfLifeMs = 24 * hour
    // 0.1 + 0.9 * 1 = 1 against 0.1 + 0.9 * 4/9 = 0.5.
    const old = candidate(1, { popularity: 1, publishedAt: now - 25 * hour })
    const young = candidate(2, { popularity: 4 / 9, publishedAt: now })
    const order = (item: Candidate) =>
      idsOf([item, young], rankOne([item, young], selection({ halfLifeMs }), request()))
    expect(order(old)).toEqual([2, 1])
    expect(order({ ...old, publishedAt: now - 23 * hour })).toEqual([1, 2])
  })

  test('prefers the language of the reader, region aside, and offers others when it runs out', () => {
    const candidates = [
      candidate(1, { language: 'en', topics: ['sport'] }),
      candidate(2, { language: 'pt-BR', topics: ['cities'], publishedAt: now - 30 * hour }),
      candidate(3, { topics: ['climate'], publishedAt: now - 20 * hour }),
    ]
    const inLanguage = (language: string | null) =>
      idsOf(candidates, rankOne(candidates, selection(), request({ language })))
    expect(inLanguage('pt-PT')).toEqual([3, 2, 1])
    expect(inLanguage('fi')).toEqual([3, 1, 2])
    expect(inLanguage(null)).toEqual([1, 3, 2])
  })

  test('has no interest in a topic named like something on every object', () => {
    const candidates = [candidate(1, { topics: ['constructor'] }), candidate(2, { topics: ['sport'] })]
    const picks = rankOne(candidates, selection(), request({ interests: { sport: 0.1 } }))
    expect(idsOf(candidates, picks)).toEqual([2, 1])
    expect(picks[1]!.reason).toEqual({ kind: 'recent' })
  })
})
