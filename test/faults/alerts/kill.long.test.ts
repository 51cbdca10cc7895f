import { test } from 'vitest'
import { killWhileAlertsCome } from './support/kills.ts'

test('5,000 alerts to 20 people, 20 times kill -9', async () => {
  await killWhileAlertsCome({ followers: 20, alerts: 5000, kills: 20, seed: 5000 })
})
