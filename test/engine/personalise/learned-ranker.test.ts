import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../engine/model/publication.ts'
import { createInterestRanker } from '../../../engine/personalise/interest-ranker.ts'
import { createLearnedRanker } from '../../../engine/personalise/learned-ranker.ts'
import { learnedWeights } from '../../../engine/personalise/model/affinity.ts'
import { createModel, newReader } from '../../../engine/personalise/model/model.ts'
import type { Pick } from '../../../engine/personalise/ranker.ts'
import {
  anyCandidates,
  anyRequest,
  anySelection,
  candidate,
  now,
  request,
  seeded,
  selection,
} from './newsroom.ts'
import { read, readerHalfLifeMs, settings, sight, trained, weightsOf } from './world.ts'

const idsOf = (candidates: readonly Candidate[], picks: readonly Pick[]): number[] =>
  picks.map(({ index }) => candidates[index]!.id)

describe('the ranker that learned', () => {
  test('is the built-in one, pick by pick, as long as nothing was learned', () => {
    const empty = weightsOf(createModel(settings))
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, (candidates, chosen, asked) => {
        const learned = createLearnedRanker(empty, 0.2, candidates, chosen, now)
        expect(learned.rank([asked])).toEqual(createInterestRanker(candidates, chosen, now).rank([asked]))
      }),
    )
  })

  test('keeps what every ranker promises, whatever it learned', () => {
    fc.assert(
      fc.property(anyCandidates, anySelection, anyRequest, fc.nat(), (candidates, chosen, asked, seed) => {
        const weights = weightsOf(trained(candidates, 'climate', seeded(seed)))
        const ids = idsOf(
          candidates,
          createLearnedRanker(weights, 1, candidates, chosen, now).rank([asked])[0]!,
        )
        const open = candidates.filter(({ id }) => !chosen.onlyNew || !asked.seen.has(id))
        expect(ids.length).toBe(Math.min(chosen.count, open.length))
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.every((id) => open.some((item) => item.id === id))).toBe(true)
        const pinned = [...new Set(chosen.pinned)].flatMap(
          (key) => open.find((item) => item.key === key)?.id ?? [],
        )
        expect(ids.slice(0, pinned.length)).toEqual(pinned.slice(0, chosen.count))
      }),
    )
  })

  test('chooses the same letter again: in another batch, in another thread, after a crash', () => {
    fc.assert(
      fc.property(
        anyCandidates,
        anySelection,
        fc.array(anyRequest, { maxLength: 6 }),
        (candidates, chosen, batch) => {
          const model = trained(candidates, 'security', seeded(3))
          const once = createLearnedRanker(weightsOf(model), 0.7, candidates, chosen, now)
          const again = createLearnedRanker(weightsOf(model), 0.7, candidates, chosen, now)
          const letters = once.rank(batch)
          expect(again.rank(batch.toReversed()).toReversed()).toEqual(letters)
          expect(batch.map((one) => once.rank([one])[0])).toEqual(letters)
        },
      ),
    )
  })

  test('orders as the model scores: what threads read is what was learned', () => {
    const exact = selection({ count: 50, diversity: 0 })
    fc.assert(
      fc.property(anyCandidates, fc.nat(), (candidates, seed) => {
        const random = seeded(seed)
        const model = trained(candidates, 'sport', random)
        const reader = newReader(now)
        if (candidates.length > 0)
          read(
            model,
            candidates.slice(0, 8).map((item, i) => sight(item, i)),
            [0, 3],
            reader,
          )
        const asked = request({ learned: learnedWeights(reader, now, readerHalfLifeMs), seed })
        const [picks] = createLearnedRanker(weightsOf(model), 0, candidates, exact, now).rank([asked])
        const scores = picks!.map(({ index }) => model.score(sight(candidates[index]!, 0), reader, now))
        for (let i = 1; i < scores.length; i++) expect(scores[i]!).toBeLessThan(scores[i - 1]! + 0.005)
      }),
    )
  })

  test('puts first what a reader clicks, before what they say they like', () => {
    const candidates = [
      candidate(1, { topics: ['climate'] }),
      candidate(2, { topics: ['sport'] }),
      candidate(3, { topics: ['cities'] }),
    ]
    const interests = { climate: 0.5 }
    const model = createModel(settings)
    const reader = newReader(now)
    for (let i = 0; i < 25; i++)
      read(
        model,
        candidates.map((item, place) => sight(item, place, interests)),
        [1],
        reader,
        now - i,
      )
    const rank = (learned: Record<string, number> | null) =>
      idsOf(
        candidates,
        createLearnedRanker(weightsOf(model), 0, candidates, selection(), now).rank([
          request({ interests, learned }),
        ])[0]!,
      )
    expect(rank(learnedWeights(reader, now, readerHalfLifeMs))[0]).toBe(2)
  })

  test('tries what it does not know, and never beyond its bound', () => {
    const known = candidate(1, { topics: ['climate'] })
    const fresh = candidate(2, { topics: ['climate'] })
    const dull = candidate(3, { topics: ['climate'], popularity: 0 })
    const candidates = [known, fresh, dull]
    const model = createModel(settings)
    // A thousand readers: of the known item all is known.
    for (let i = 0; i < 1000; i++) read(model, [sight(known, 0), sight(dull, 1)], i % 10 === 0 ? [0] : [])
    const first = (exploration: number, seed: number) =>
      idsOf(
        candidates,
        createLearnedRanker(weightsOf(model), exploration, candidates, selection({ count: 1 }), now).rank([
          request({ seed }),
        ])[0]!,
      )[0]!
    const firsts = Array.from({ length: 200 }, (_, i) => first(0.5, Math.imul(i + 1, 0x9e3779b1)))
    expect(new Set(firsts)).toEqual(new Set([1, 2]))
    expect(new Set(Array.from({ length: 50 }, (_, i) => first(0, i * 7919))).size).toBe(1)
  })
})
