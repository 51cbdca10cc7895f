import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { armOf } from '../../../engine/personalise/arm.ts'

const arm = (publication: number, subscriber: number, share: number) =>
  armOf(publication as PublicationId, subscriber as SubscriberId, share)
const held = (publication: number, share: number, people = 20_000): number[] =>
  Array.from({ length: people }, (_, i) => i + 1).filter((id) => arm(publication, id, share) === 'holdout')

describe('the arm of a reader', () => {
  test('is known once and for all: others recompute it from the ids', () => {
    const arms = Array.from({ length: 24 }, (_, i) => arm(7, i + 1, 0.5))
    expect(arms.map((one) => (one === 'holdout' ? 'h' : '.')).join('')).toMatchInlineSnapshot(
      `"...h.hh.hhhhhh.hh.hh..hh"`,
    )
  })

  test('gives the share that was asked for, at both ends exactly', () => {
    expect(held(3, 0)).toEqual([])
    expect(held(3, 1)).toHaveLength(20_000)
    for (const publication of [1, 2, 3, 1000, 123_456])
      expect(held(publication, 0.1).length / 20_000).toBeCloseTo(0.1, 2)
  })

  test('is another one in the next publication', () => {
    const first = new Set(held(1, 0.1))
    const both = held(2, 0.1).filter((id) => first.has(id))
    expect(both.length / 20_000).toBeCloseTo(0.01, 2)
  })

  test('keeps those who were held out when the share grows', () => {
    const more = new Set(held(5, 0.2))
    expect(held(5, 0.1).every((id) => more.has(id))).toBe(true)
  })
})
