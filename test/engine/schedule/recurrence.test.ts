import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Repeat, repeatSchema } from '../../../engine/model/schedule.ts'
import { letGo, nextDue } from '../../../engine/schedule/recurrence.ts'
import { aroundChanges, shownBy, zone } from './zones.ts'

const minute = 60_000
const hour = 60 * minute

/** Patterns of minutes and hours, with the predicate that they are. */
const pattern = fc
  .record({
    minutes: fc.uniqueArray(fc.constantFrom(0, 15, 20, 30, 45, 59), { minLength: 1, maxLength: 3 }),
    hours: fc.option(fc.uniqueArray(fc.constantFrom(0, 1, 2, 3, 8, 23), { minLength: 1, maxLength: 3 }), {
      nil: null,
    }),
    days: fc.constantFrom(null, 0, 1, 6),
  })
  .map(({ minutes, hours, days }) => ({
    cron: `${minutes.join(',')} ${hours?.join(',') ?? '*'} * * ${days ?? '*'}`,
    fits(shown: string) {
      const [date = '', time = ''] = shown.split('T')
      const [h, m] = time.split(':').map(Number)
      return (
        (minutes as number[]).includes(m!) &&
        (hours === null || (hours as number[]).includes(h!)) &&
        (days === null || new Date(`${date}T00:00Z`).getUTCDay() === days)
      )
    },
  }))

/** By brute force from Intl: walk the minutes; what the clocks jump over is due at the jump, what they show again is not. */
function bruteForce(
  fits: (shown: string) => boolean,
  timeZone: string,
  from: number,
  until: number,
): number[] {
  const due: number[] = []
  const textAfter = (shown: string) => new Date(Date.parse(`${shown}Z`) + minute).toISOString().slice(0, 16)
  let furthest = shownBy(from - 12 * hour, timeZone)
  for (let at = from - 12 * hour + minute; at <= until; at += minute) {
    const shown = shownBy(at, timeZone)
    let hit = false
    for (let wall = textAfter(furthest); wall <= shown; wall = textAfter(wall)) if (fits(wall)) hit = true
    if (shown > furthest) furthest = shown
    if (hit && at > from) due.push(at)
  }
  return due
}

const repeat = (cron: string, timeZone: string, rest: Partial<Repeat> = {}): Repeat => ({
  cron,
  timeZone,
  until: null,
  count: null,
  ...rest,
})

function firings(series: Repeat, from: number, until: number): number[] {
  const due: number[] = []
  for (let at = nextDue(series, from, 0); at !== null && at <= until; at = nextDue(series, at, due.length))
    due.push(at)
  return due
}

describe('due times', () => {
  test('none is missed and none comes twice, whatever the clocks do', () => {
    fc.assert(
      fc.property(pattern, zone, aroundChanges, ({ cron, fits }, timeZone, near) => {
        const from = Math.floor(near / minute) * minute
        const until = from + 30 * hour
        expect(firings(repeat(cron, timeZone), from, until)).toEqual(bruteForce(fits, timeZone, from, until))
      }),
      { numRuns: 12 },
    )
  }, 900_000)

  test('do not depend on the moment that is asked from', () => {
    fc.assert(
      fc.property(
        pattern,
        zone,
        aroundChanges,
        fc.integer({ min: 1, max: 20 * hour }),
        ({ cron }, timeZone, near, ms) => {
          const series = repeat(cron, timeZone)
          const later = near + ms
          const all = firings(series, near, near + 40 * hour)
          expect(firings(series, later, near + 40 * hour)).toEqual(all.filter((at) => at > later))
        },
      ),
      { numRuns: 50 },
    )
  }, 900_000)

  const iso = (at: number | null) => at && new Date(at).toISOString()
  test('02:30 in Berlin fires once on the day that has none, and once on the day that has two', () => {
    const berlin = repeat('30 2 * * *', 'Europe/Berlin')
    const spring = firings(berlin, Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 2, 30, 12)).map(iso)
    expect(spring).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'])
    const autumn = firings(berlin, Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 26, 12)).map(iso)
    expect(autumn).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'])
  })

  test('end with the date and with the count', () => {
    const now = Date.UTC(2026, 10, 23, 8)
    const day = 24 * hour
    const daily = (rest: Partial<Repeat>) => repeat('0 8 * * *', 'UTC', rest)
    expect(nextDue(daily({ until: now + day }), now, 0)).toBe(now + day)
    expect(nextDue(daily({ until: now + day - 1 }), now, 0)).toBeNull()
    expect(nextDue(daily({ count: 3 }), now, 2)).toBe(now + day)
    expect(nextDue(daily({ count: 3 }), now, 3)).toBeNull()
    expect(nextDue(repeat('0 0 29 2 *', 'UTC'), now, 0)).toBe(Date.UTC(2028, 1, 29))
  })

  test('what is let go by is named up to the end, and the next one comes after it', () => {
    const now = Date.UTC(2026, 10, 23, 8)
    const daily = repeat('0 8 * * *', 'UTC')
    const day = 24 * hour
    expect(letGo(daily, now, now + 2 * day, 0, 'why')).toEqual({
      skipped: [
        { dueAt: now + day, reason: 'why' },
        { dueAt: now + 2 * day, reason: 'why' },
      ],
      next: now + 3 * day,
    })
    expect(letGo(daily, now, now, 0, 'why')).toEqual({ skipped: [], next: now + day })
    const minutely = letGo(repeat('* * * * *', 'UTC'), now, now + day, 0, 'why')
    expect(minutely.skipped).toHaveLength(100)
    expect(minutely.next).toBe(now + day + minute)
  })
})

describe('a repeat', () => {
  test('takes five fields that come due some day', () => {
    for (const cron of ['0 8 * * MON-FRI', '0 8 L * *', '*/15 6-20 * * *', '@daily', '0 8 * * 5#1'])
      expect(repeatSchema.safeParse({ cron, timeZone: 'Europe/Berlin' }).success, cron).toBe(true)
    for (const cron of ['* * * * * *', '0 8 30 2 *', 'every day', '61 8 * * *', ''])
      expect(repeatSchema.safeParse({ cron, timeZone: 'Europe/Berlin' }).success, cron).toBe(false)
    expect(repeatSchema.safeParse({ cron: '0 8 * * *', timeZone: 'Berlin' }).success).toBe(false)
  })
})
