import { expect, test } from 'vitest'
import { killWhileAlertsCome } from './support/kills.ts'

test('kill -9 while alerts come in: what was accepted reaches everybody, and nothing is told again after a restart', async () => {
  const { doubts, ended } = await killWhileAlertsCome({
    followers: 12,
    alerts: 240,
    kills: 3,
    seed: 20261124,
  })
  // Kills in the middle of sending that left no doubt at all would prove nothing.
  expect(doubts).toBeGreaterThan(0)
  expect(ended).toBeGreaterThan(0)
})

test('kill -9 while each alert goes to more people than are taken at a time: each is reached all the same', async () => {
  const { doubts } = await killWhileAlertsCome({ followers: 200, alerts: 60, kills: 3, seed: 20261125 })
  expect(doubts).toBeGreaterThan(0)
})
