import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogramOf, merge, quantile } from '../../bench/load/measure/histogram.ts'
import { createPerSecond } from '../../bench/load/measure/per-second.ts'
import { check, targets } from '../../bench/load/targets.ts'
import { arrivals } from '../../bench/load/world/arrivals.ts'

const delays = fc.array(fc.double({ min: 0.02, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 })

test('a quantile is at most 2.2 % above the exact one, and never below it', () => {
  fc.assert(
    fc.property(delays, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1]!
      const told = quantile(histogramOf(values), share)!
      expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
      expect(told).toBeLessThanOrEqual(exact * 2 ** (1 / 32) * (1 + 1e-9))
    }),
  )
})

test('parts put together are what the whole would be', () => {
  fc.assert(
    fc.property(delays, delays, (some, others) => {
      const { mean, ...merged } = merge([histogramOf(some), histogramOf([]), histogramOf(others)])
      const { mean: exact, ...whole } = histogramOf([...some, ...others])
      expect(merged).toEqual(whole)
      expect(mean).toBeCloseTo(exact, 3)
    }),
  )
})

test('nothing counted has no quantile', () => {
  expect(quantile(histogramOf([]), 0.5)).toBeNull()
})

test.each(['poisson', 'constant'] as const)(
  '%s moments come at their rate, in order, and again with the same seed',
  (pattern) => {
    const take = (seed: number) => arrivals(200, pattern, seed).take(20_000).toArray()
    const moments = take(1)
    expect(moments[0]).toBe(0)
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    expect(moments.at(-1)! / moments.length).toBeCloseTo(5, 0)
    expect(take(1)).toEqual(moments)
  },
)

test('Poisson moments are as far apart as independent ones: the gaps spread as widely as they are long', () => {
  const moments = arrivals(200, 'poisson', 7).take(50_000).toArray()
  const gaps = moments.slice(1).map((at, i) => at - moments[i]!)
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  expect(deviation / mean).toBeCloseTo(1, 1)
})

test('seconds in which nothing came are there, as 0', () => {
  const counted = createPerSecond()
  for (const at of [0.1, 0.9, 3.5]) counted.add(at)
  expect(counted.points()).toEqual([
    [0.5, 2],
    [1.5, 0],
    [2.5, 0],
    [3.5, 1],
  ])
  const fine = createPerSecond(0.1)
  fine.add(0.15)
  expect(fine.points()[1]).toEqual([expect.closeTo(0.15), 10])
})

test('a verdict falls on the side of its limit, and on none where nothing was measured', () => {
  const verdicts = (name: keyof typeof targets, value: number | null) => {
    const { target, promise } = check(name, value)
    return [target?.verdict, promise?.verdict]
  }
  expect(verdicts('API p95', 50)).toEqual(['pass', 'pass'])
  expect(verdicts('API p95', 50.1)).toEqual(['pass', 'fail'])
  expect(verdicts('API p95', 150)).toEqual(['fail', 'fail'])
  expect(verdicts('API p95', null)).toEqual(['untold', 'untold'])
  expect(verdicts('Letters a minute', 1000)).toEqual(['pass', undefined])
  expect(verdicts('Letters a minute', 999)).toEqual(['fail', undefined])
  expect(verdicts('Letters missing', -1)).toEqual(['fail', 'fail'])
})

test('the original targets are those that were set', () => {
  expect(targets['API p95'].target).toEqual({ is: '<', value: 150 })
  expect(targets['Letters a minute'].target).toEqual({ is: '>=', value: 1000 })
  expect(targets['Alert to the last person'].target).toEqual({ is: '<', value: 30 })
  expect(targets['Longest answer'].target).toEqual({ is: '<', value: 500 })
})
