import { describe, expect, test } from 'vitest'
import { leadOf, simulate, simulationDefaults } from '../../../engine/learning/simulate.ts'

describe('the simulator', () => {
  test('shows the learning ranker ahead of the other by a tenth and more, beginning as its equal', () => {
    const days = [...simulate({ ...simulationDefaults, seed: 3 })]
    expect(days[0]!.learned).toBe(days[0]!.interest)
    const { lead, learned, interest } = leadOf(days)
    expect(lead, `${learned} against ${interest}`).toBeGreaterThan(0.1)
  })

  test('draws the same world of the same seed', () => {
    const run = () => [...simulate({ ...simulationDefaults, seed: 9, readers: 40, days: 6 })]
    expect(run()).toEqual(run())
  })
})
