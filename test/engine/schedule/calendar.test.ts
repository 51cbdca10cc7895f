import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarSchema } from '../../../engine/config.ts'
import { createCalendar } from '../../../engine/schedule/calendar.ts'
import { aroundChanges, shownBy, zone } from './zones.ts'

const hour = 3_600_000
const calendarOf = (timeZone: string, ...blackouts: object[]) =>
  createCalendar(calendarSchema.parse({ timeZone, blackouts }))
const iso = (at: number | undefined) => at && new Date(at).toISOString()
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

describe('the calendar', () => {
  test('without black-outs closes never', () => {
    const calendar = calendarOf('UTC')
    expect(calendar.at(0)).toBeNull()
    expect(calendar.opensAt(5, 10, 100)).toBe(5)
  })

  test('a night is closed over midnight, by the clocks of its zone, and open at its end', () => {
    const night = calendarOf('Europe/Berlin', {
      weekdays: ['fri'],
      from: '22:00',
      until: '07:00',
      reason: 'night',
    })
    // Friday, 27 November 2026; Berlin is an hour ahead.
    expect(night.at(Date.UTC(2026, 10, 27, 20, 59))).toBeNull()
    const closed = night.at(Date.UTC(2026, 10, 28, 3))
    expect([iso(closed?.from), iso(closed?.until), closed?.reason]).toEqual([
      '2026-11-27T21:00:00.000Z',
      '2026-11-28T06:00:00.000Z',
      'night',
    ])
    expect(night.at(Date.UTC(2026, 10, 28, 6))).toBeNull()
    expect(night.at(Date.UTC(2026, 10, 28, 21))).toBeNull()
  })

  test('is closed by what Intl says that its clocks show, also around changes', () => {
    fc.assert(
      fc.property(aroundChanges, zone, (at, timeZone) => {
        const calendar = calendarOf(timeZone, { weekdays: days, from: '08:00', until: '20:00' })
        const time = shownBy(at, timeZone).slice(11)
        expect(calendar.at(at) !== null).toBe(time >= '08:00' && time < '20:00')
      }),
      { numRuns: 80 },
    )
  })

  test('black-outs that run into each other are one', () => {
    const calendar = calendarOf(
      'UTC',
      { from: '2026-12-24T12:00', until: '2026-12-25T00:00', reason: 'Christmas' },
      { weekdays: ['thu'], from: '23:00', until: '07:00', reason: 'night' },
      { from: Date.UTC(2026, 11, 25, 7), until: Date.UTC(2026, 11, 27), reason: 'holidays' },
    )
    expect(calendar.at(Date.UTC(2026, 11, 24, 13))).toEqual({
      from: Date.UTC(2026, 11, 24, 12),
      until: Date.UTC(2026, 11, 27),
      reason: 'Christmas',
    })
    expect(
      calendar.between(Date.UTC(2026, 11, 24), Date.UTC(2026, 11, 28)).map(({ reason }) => reason),
    ).toEqual(['Christmas', 'night', 'holidays'])
  })

  test('what is due within one opens at its end, and what is late by less than its grace at the end of the next', () => {
    const night = calendarOf('UTC', { weekdays: days, from: '22:00', until: '07:00' })
    const evening = Date.UTC(2026, 10, 23, 22)
    const grace = hour / 4
    expect(night.opensAt(evening + hour, grace, evening + hour)).toBe(evening + 9 * hour)
    expect(night.opensAt(evening - hour, grace, evening - hour)).toBe(evening - hour)
    expect(night.opensAt(evening - grace / 2, grace, evening + hour)).toBe(evening + 9 * hour)
    expect(night.opensAt(evening - grace / 2, grace, evening - 1)).toBe(evening - grace / 2)
    expect(night.opensAt(evening - 2 * grace, grace, evening + hour)).toBe(evening - 2 * grace)
  })

  test('that is always closed says so for a year and ends', () => {
    const shut = calendarOf('UTC', { weekdays: days, from: '00:00', until: '00:00' })
    expect(shut.at(0)?.until).toBeGreaterThan(300 * 24 * hour)
  })

  test('refuses what is no time', () => {
    for (const entry of [
      { weekdays: ['mon'], from: '25:00', until: '07:00' },
      { weekdays: ['monday'], from: '22:00', until: '07:00' },
      { weekdays: [], from: '22:00', until: '07:00' },
      { from: '2026-02-30T10:00', until: '2026-03-01T10:00' },
    ])
      expect(calendarSchema.safeParse({ blackouts: [entry] }).success).toBe(false)
  })
})
