import { expect, test } from 'vitest'
import { patience } from '../support/pace.ts'
import { sleepAndWake } from './scenarios/sleep.ts'

const short = { people: 2000, leaseMs: patience(1000), sleepMs: patience(1500), naps: 2 }

test('a daemon stopped for longer than its leases goes on where it was: everybody has one letter', async () => {
  const { counts } = await sleepAndWake({ ...short, replyMs: 60_000 + 20 * short.sleepMs })
  expect(counts).toMatchObject({ sent: short.people, unknown: 0 })
})

test('replies that are overdue on waking leave rows unknown, and send nobody a second letter', async () => {
  await sleepAndWake({ ...short, replyMs: 500 })
})
