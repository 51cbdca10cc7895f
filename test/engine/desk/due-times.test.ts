import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDueTimes } from '../../../engine/desk/due-times.ts'

test('gives out what is due, the earliest first, whatever was set, moved and taken back', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 20 }),
    at: fc.option(fc.integer({ min: 0, max: 1000 })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 0, max: 1000 }), (steps, now) => {
      const times = createDueTimes<number>()
      const model = new Map<number, number>()
      for (const { key, at } of steps) {
        times.set(key, at)
        if (at === null) model.delete(key)
        else model.set(key, at)
        expect(times.next()).toBe(model.size === 0 ? null : Math.min(...model.values()))
      }
      const due = times.take(now)
      const expected = [...model].filter(([, at]) => at <= now)
      expect(due.map((key) => model.get(key))).toEqual(expected.map(([, at]) => at).sort((a, b) => a - b))
      expect(new Set(due)).toEqual(new Set(expected.map(([key]) => key)))
      expect(times.take(now)).toEqual([])
    }),
  )
})
