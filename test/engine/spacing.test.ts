import { expect, test } from 'vitest'
import { createSpacing } from '../../engine/clock.ts'

const at = (times: readonly number[], ms: number): readonly number[] => {
  let now = 0
  const wait = createSpacing({ now: () => now }, ms)
  return times.map((time) => {
    now = time
    return time + wait()
  })
}

test('what comes alone waits for nothing', () => {
  expect(at([1000, 1030, 2000, 5000], 30)).toEqual([1000, 1030, 2000, 5000])
})

test('what comes at once lies so far apart', () => {
  expect(at([1000, 1001, 1031, 1061], 30)).toEqual([1000, 1030, 1060, 1090])
})

test('a clock that is set back keeps nobody longer', () => {
  expect(at([3_600_000, 1000, 1031], 30)).toEqual([3_600_000, 1030, 1060])
})

test('nothing is spaced by nothing', () => {
  expect(at([5, 5, 5], 0)).toEqual([5, 5, 5])
})
