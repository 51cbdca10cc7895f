import { expect, test } from 'vitest'
import { expectWhole, importAcrossKills, importTwice } from './scenarios/import.ts'

test('1,000,000 rows across three kills: accepted + rejected = rows, in 100 MB', async () => {
  const found = await importAcrossKills(1_000_000, 3)
  expectWhole(1_000_000, found)
  expect(found.grownBytes).toBeLessThan(100_000_000)
})

test('1,000,000 rows twice at once: nobody twice, nobody back', async () => {
  const { both, again, stored } = await importTwice(1_000_000)
  expect(both.reduce((sum, { created }) => sum + created, 0)).toBe(990_000)
  expect(stored).toBe(990_000)
  expect(again).toMatchObject({ created: 0, updated: 0 })
})
