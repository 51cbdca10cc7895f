import { expect, test } from 'vitest'
import { scanDaemon } from './house.ts'

test.each([1, 2, 3])('a long scan of the API, seed %d', async (seed) => {
  const { findings } = await scanDaemon({ each: 300, seed: seed * 1_000_000_007 })
  expect(findings).toEqual([])
})
