import { test } from 'vitest'
import { uncertainPolicies } from '../../engine/model/campaign.ts'
import { expectPromise, killAgainAndAgain } from './scenarios/kills.ts'

const long = { people: 100_000, kills: 20, lanes: 4, batch: 100, seed: 100_000 }

test.each(uncertainPolicies)('100,000 recipients, 20 times kill -9, policy "%s"', async (uncertain) => {
  expectPromise(uncertain, await killAgainAndAgain({ ...long, uncertain }))
})
