import { describe, expect, it } from 'vitest'
import { checkRanker } from '../../engine/personalise/contract.ts'
import type { RankerFactory } from '../../engine/personalise/ranker.ts'

/** What every ranker must do: what the engine looks at before it starts with one. */
export function testRanker(name: string, create: RankerFactory): void {
  describe(`${name} keeps the ranker contract`, () => {
    it('picks what may be picked, the pinned first, the same again for the same request', () => {
      expect(checkRanker(create)).toEqual([])
    })
  })
}
