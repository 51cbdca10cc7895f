import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spansOf, units } from '../../../engine/analytics/queries/spans.ts'
import { wallAt, wallText } from '../../../engine/model/wall-clock.ts'

const hourMs = 3_600_000
const shown = (query: Parameters<typeof spansOf>[0]) =>
  spansOf(query).map(({ from, to, wall }) => [wallText(wall), (to - from) / hourMs])
const between = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })

describe('spans', () => {
  test('of days are 23 and 25 hours long where clocks are turned', () => {
    const spring = between('2026-03-28T12:00Z', '2026-03-30T12:00Z')
    expect(shown({ ...spring, unit: 'day', timeZone: 'Europe/Berlin' })).toEqual([
      ['2026-03-28T00:00', 24],
      ['2026-03-29T00:00', 23],
      ['2026-03-30T00:00', 24],
    ])
    const autumn = between('2026-10-25T12:00Z', '2026-10-25T13:00Z')
    expect(shown({ ...autumn, unit: 'day', timeZone: 'Europe/Berlin' })).toEqual([['2026-10-25T00:00', 25]])
  })

  test('of hours are two for the hour that clocks show twice, and none for the one they leave out', () => {
    const autumn = between('2026-10-24T23:00Z', '2026-10-25T03:00Z')
    expect(shown({ ...autumn, unit: 'hour', timeZone: 'Europe/Berlin' })).toEqual([
      ['2026-10-25T01:00', 1],
      ['2026-10-25T02:00', 1],
      ['2026-10-25T02:00', 1],
      ['2026-10-25T03:00', 1],
    ])
    const spring = between('2026-03-29T00:00Z', '2026-03-29T02:00Z')
    expect(shown({ ...spring, unit: 'hour', timeZone: 'Europe/Berlin' })).toEqual([
      ['2026-03-29T01:00', 1],
      ['2026-03-29T03:00', 1],
    ])
  })

  test('follow zones that are half an hour or a quarter off, and clocks that are turned by half an hour', () => {
    const some = between('2026-01-01T00:00Z', '2026-01-01T01:00Z')
    expect(shown({ ...some, unit: 'hour', timeZone: 'Asia/Kathmandu' })).toEqual([
      ['2026-01-01T05:00', 1],
      ['2026-01-01T06:00', 1],
    ])
    // Lord Howe Island turns 02:00 into 02:30.
    const howe = between('2026-10-03T14:30Z', '2026-10-03T17:00Z')
    expect(shown({ ...howe, unit: 'hour', timeZone: 'Australia/Lord_Howe' })).toEqual([
      ['2026-10-04T01:00', 1],
      ['2026-10-04T02:30', 0.5],
      ['2026-10-04T03:00', 1],
    ])
  })

  test('of weeks begin on Monday, of months on the first, of days at the first moment that clocks show', () => {
    const some = between('2026-11-25T00:00Z', '2026-11-26T00:00Z')
    expect(shown({ ...some, unit: 'week', timeZone: 'UTC' })).toEqual([['2026-11-23T00:00', 168]])
    expect(shown({ ...some, unit: 'month', timeZone: 'UTC' })).toEqual([['2026-11-01T00:00', 720]])
    // In Beirut midnight was left out.
    const beirut = between('2026-03-29T10:00Z', '2026-03-29T11:00Z')
    expect(shown({ ...beirut, unit: 'day', timeZone: 'Asia/Beirut' })).toEqual([['2026-03-29T01:00', 23]])
  })

  test('more than a thousand are refused', () => {
    const year = between('2025-01-01T00:00Z', '2026-01-01T00:00Z')
    expect(() => spansOf({ ...year, unit: 'hour', timeZone: 'UTC' })).toThrow('more than 1,000')
  })

  test('of any zone, unit and range follow each other without a gap and cover the range', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Casablanca',
      'America/Havana',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...units),
        fc.integer({ min: Date.UTC(2009, 0), max: Date.UTC(2030, 0) }),
        fc.integer({ min: 1, max: 100 }),
        (timeZone, unit, from, n) => {
          const length = { hour: 1, day: 24, week: 168, month: 720 }[unit] * hourMs
          const to = from + (n % (unit === 'month' ? 5 : 50)) * length + 1
          const spans = spansOf({ from, to, unit, timeZone })
          expect(spans[0]!.from).toBeLessThanOrEqual(from)
          expect(spans.at(-1)!.from).toBeLessThan(to)
          expect(spans.at(-1)!.to).toBeGreaterThanOrEqual(to)
          for (const [i, span] of spans.entries()) {
            expect(span.to).toBeGreaterThan(span.from)
            if (i > 0) expect(span.from).toBe(spans[i - 1]!.to)
            expect(span.wall).toBe(wallAt(span.from, timeZone))
            expect(span.from % 900_000).toBe(0)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
