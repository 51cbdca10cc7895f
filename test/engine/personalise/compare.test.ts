import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareProportions, wilson } from '../../../engine/personalise/compare.ts'
import { seeded } from './newsroom.ts'

describe('the difference of two click rates', () => {
  test("is that of Newcombe's table", () => {
    // Newcombe 1998, table II, method 10, rows (a) 56/70 against 48/80 and (e) 5/56 against 0/29.
    const a = compareProportions({ hits: 56, of: 70 }, { hits: 48, of: 80 }).difference
    expect([a.value, a.low, a.high].map((x) => x.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339'])
    const e = compareProportions({ hits: 5, of: 56 }, { hits: 0, of: 29 }).difference
    expect([e.low, e.high].map((x) => x.toFixed(4))).toEqual(['-0.0381', '0.1926'])
  })

  test('holds the truth in about 95 of 100 experiments, also where clicks are rare', () => {
    const random = seeded(11)
    const draw = (of: number, p: number) => {
      let hits = 0
      for (let i = 0; i < of; i++) if (random() < p) hits++
      return { hits, of }
    }
    let held = 0
    for (let run = 0; run < 2000; run++) {
      const { low, high } = compareProportions(draw(900, 0.05), draw(100, 0.03)).difference
      if (low <= 0.02 && high >= 0.02) held++
    }
    expect(held / 2000).toBeGreaterThan(0.93)
    expect(held / 2000).toBeLessThan(0.985)
  })

  test('stays within what proportions can be, and turns round with its sides', () => {
    const proportion = fc
      .record({ of: fc.nat(5000), hits: fc.nat(5000) })
      .map(({ of, hits }) => ({ of, hits: Math.min(of, hits) }))
    fc.assert(
      fc.property(proportion, proportion, (one, other) => {
        const there = compareProportions(one, other)
        const back = compareProportions(other, one)
        const { low, value, high } = there.difference
        expect(low).toBeLessThanOrEqual(value)
        expect(value).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(-1)
        expect(high).toBeLessThanOrEqual(1)
        expect(back.difference.low).toBeCloseTo(-high, 12)
        expect(there.significant).toBe(back.significant)
      }),
    )
  })

  test('is never beyond all of all against none', () => {
    for (let of = 1; of < 400; of++) {
      const { difference } = compareProportions({ hits: of, of }, { hits: 0, of: 400 - of })
      expect(difference.value).toBe(1)
      expect(difference.high).toBe(1)
    }
  })

  test('says nothing where nobody was asked', () => {
    expect(wilson({ hits: 0, of: 0 })).toEqual({ value: 0, low: 0, high: 1 })
    expect(compareProportions({ hits: 3, of: 9 }, { hits: 0, of: 0 })).toMatchObject({
      lift: null,
      significant: false,
    })
  })
})
