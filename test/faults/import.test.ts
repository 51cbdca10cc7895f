import { expect, test } from 'vitest'
import { expectWhole, importAcrossKills, importTwice } from './scenarios/import.ts'

test('an import whose daemon is killed goes on: every row once, every refusal with its line and reason', async () => {
  const found = await importAcrossKills(20_000, 2)
  expectWhole(20_000, found)
}, 900_000)

test('one file imported twice at once and once more gives no new rows, and nobody who left comes back', async () => {
  const rows = 5000
  const { both, again, stored, members, left, statuses } = await importTwice(rows)
  const accepted = rows * 0.99
  expect(both.reduce((sum, { created }) => sum + created, 0)).toBe(accepted)
  expect(stored).toBe(accepted)
  expect(again).toMatchObject({ rows, created: 0, updated: 0, unchanged: accepted })
  expect(members).toBe(accepted - left)
  expect(statuses).toEqual(['unsubscribed', 'active', 'unsubscribed', 'active'])
}, 900_000)
