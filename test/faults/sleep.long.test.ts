import { expect, test } from 'vitest'
import { sleepAndWake } from './scenarios/sleep.ts'

test('a minute asleep with leases of half of it: everybody has one letter', async () => {
  const people = 20_000
  const { counts } = await sleepAndWake({
    people,
    leaseMs: 30_000,
    sleepMs: 60_000,
    naps: 2,
    replyMs: 300_000,
  })
  expect(counts).toMatchObject({ sent: people, unknown: 0 })
})
