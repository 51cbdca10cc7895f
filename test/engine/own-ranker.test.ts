import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SubscriberId } from '../../engine/model/ids.ts'
import { armOf } from '../../engine/personalise/arm.ts'
import { checkRanker } from '../../engine/personalise/contract.ts'
import { createInterestRanker } from '../../engine/personalise/interest-ranker.ts'
import { decodePicks } from '../../engine/personalise/picks.ts'
import type { RankerFactory } from '../../engine/personalise/ranker.ts'
import { testRanker } from '../contract/ranker.ts'
import { openHouse } from './support/house.ts'

const module = (name: string): string => join(import.meta.dirname, 'support', name)
const withModule = (name: string) =>
  openHouse({ config: { ranking: { module: module(name), holdoutShare: 0.3 } } })

describe('a ranker of somebody else', () => {
  test('chooses for all but those who are held out', async () => {
    const house = await withModule('oldest-first.js')
    onTestFinished(() => house[Symbol.asyncDispose]())
    const weekly = await house.campaign({ selection: { count: 3 } })
    await house.engine.campaigns.start(weekly.id)
    await house.until(weekly, 'finished')
    const publicationId = (await house.store.campaigns.get(weekly.id))!.publicationId!
    const { rows } = await house.store.deliveries.page({ publicationId, after: 0, limit: 100 })
    const letters = rows.map(({ subscriberId, picks }) => ({
      arm: armOf(publicationId, subscriberId as SubscriberId, 0.3),
      items: decodePicks(picks!).map(({ itemId }) => itemId),
    }))
    // Item 40 is the oldest.
    for (const { arm, items } of letters)
      if (arm === 'learned') expect(items).toEqual([40, 39, 38])
      else expect(items).not.toContain(40)
    expect(new Set(letters.map(({ arm }) => arm)).size).toBe(2)
  })

  test('that breaks what rankers promise, or is not there, keeps the engine from starting', async () => {
    await expect(withModule('broken-ranker.js')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('picked item 1 twice'),
    })
    await expect(withModule('nowhere.js')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('could not be loaded'),
    })
  })
})

testRanker('the built-in one', createInterestRanker)

describe('the contract of rankers', () => {
  const bent = (
    bend: (picks: readonly { index: number; reason: object }[], call: number) => unknown,
  ): RankerFactory => {
    let call = 0
    return (...given) => {
      const whole = createInterestRanker(...given)
      return { rank: (batch) => whole.rank(batch).map((picks) => bend(picks, call++) as never) }
    }
  }

  test.each<[string, RankerFactory]>([
    ['no candidate', bent((picks) => [...picks, { index: 99, reason: { kind: 'recent' } }].slice(-1))],
    [
      'no reason that can be told',
      bent((picks) => picks.map(({ index }) => ({ index, reason: { kind: 'follows', topic: 'x' } }))),
    ],
    ['did not begin with the pinned', bent((picks) => picks.toReversed())],
    ['at most', bent((picks) => [...picks, ...picks])],
    ['no list', bent(() => null)],
    [
      'another letter for the same request',
      bent((picks, call) => (call % 7 === 0 ? picks.slice(0, -1) : picks)),
    ],
    ['results for', () => ({ rank: () => [] })],
    [
      'failed: sorry',
      () => {
        throw new Error('sorry')
      },
    ],
  ])('notices: %s', (problem, factory) => {
    expect(checkRanker(factory).join()).toContain(problem)
  })
})
