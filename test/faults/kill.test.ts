import { expect, test } from 'vitest'
import { expectPromise, killAgainAndAgain } from './scenarios/kills.ts'

const short = { people: 3000, kills: 3, lanes: 4, batch: 25, seed: 20261123 }

test('kill -9 under policy "hold": nobody gets a second copy, and who is not sent is listed as unknown', async () => {
  const last = await killAgainAndAgain({ ...short, uncertain: 'hold' })
  expectPromise('hold', last)
})

test('kill -9 under policy "resend": nobody is missed, and copies go only to rows that admit the doubt', async () => {
  const last = await killAgainAndAgain({ ...short, uncertain: 'resend' })
  expectPromise('resend', last)
  // Three kills in the middle of sending that left no doubt at all would prove nothing.
  expect(last.uncertain.length).toBeGreaterThan(0)
})
