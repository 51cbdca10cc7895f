import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantOf, parseWall, wallAt, wallText, waveOf } from '../../../engine/model/wall-clock.ts'
import { waveSpan } from '../../../engine/schedule/waves.ts'
import { cutWaves } from '../../../stores/rules/waves.ts'
import { aroundChanges, shownBy, zone } from './zones.ts'

const minute = 60_000

describe('wall clocks', () => {
  test('show what Intl says', () => {
    fc.assert(
      fc.property(aroundChanges, zone, (at, timeZone) => {
        expect(wallText(Math.floor(wallAt(at, timeZone) / minute) * minute)).toBe(shownBy(at, timeZone))
      }),
      { numRuns: 80 },
    )
  })

  test('a wall time is found at the first moment that Intl shows it, or where the clocks jump over it', () => {
    fc.assert(
      fc.property(aroundChanges, zone, (near, timeZone) => {
        const wall = Math.floor(near / minute) * minute
        const at = instantOf(wall, timeZone)
        const shown = shownBy(at, timeZone)
        if (shown === wallText(wall)) {
          // Not shown an hour, or half of one, before: the first time counts.
          for (const earlier of [30, 60]) expect(shownBy(at - earlier * minute, timeZone)).not.toBe(shown)
        } else {
          expect(shown > wallText(wall)).toBe(true)
          expect(shownBy(at - 1, timeZone) < wallText(wall)).toBe(true)
        }
      }),
      { numRuns: 80 },
    )
  })

  test('later wall times never come earlier', () => {
    fc.assert(
      fc.property(aroundChanges, fc.integer({ min: 0, max: 300 }), zone, (near, later, timeZone) => {
        const wall = Math.floor(near / minute) * minute
        expect(instantOf(wall + later * minute, timeZone)).toBeGreaterThanOrEqual(instantOf(wall, timeZone))
      }),
      { numRuns: 80 },
    )
  })

  test.each([
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z', 'does not exist: when the clocks jump'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z', 'exists twice: the first time'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z', 'half an hour is missing'],
    ['2011-12-30T08:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 'a whole day is missing'],
    ['2026-07-01T08:00', 'Asia/Kathmandu', '2026-07-01T02:15:00.000Z', 'quarters of an hour'],
  ])('%s in %s is %s: %s', (wall, timeZone, at) => {
    expect(new Date(instantOf(parseWall(wall)!, timeZone)).toISOString()).toBe(at)
  })

  test('only a date with a time that exists in the calendar is a wall time', () => {
    expect(parseWall('2026-02-28T23:59')).toBe(Date.UTC(2026, 1, 28, 23, 59))
    for (const text of ['2026-02-30T10:00', '2026-02-28', '2026-02-28T24:30', 'soon', '2026-02-28T10:00Z'])
      expect(parseWall(text)).toBeNull()
  })
})

describe('waves', () => {
  const people = fc.array(fc.option(zone, { nil: null }), { maxLength: 40 })

  test('everybody is in one, in order, when their own clock shows the time', () => {
    fc.assert(
      fc.property(aroundChanges, people, zone, (near, zones, home) => {
        const localTime = Math.floor(near / minute) * minute
        const all = zones.map((own, i) => ({ id: (i + 1) as never, zone: own }))
        const waves = cutWaves({ localTime, timeZone: home }, all)
        const dues = waves.map(({ dueAt }) => dueAt!)
        expect(dues).toEqual([...new Set(dues)].sort((a, b) => a - b))
        expect(waves.flatMap(({ ids }) => ids).sort((a, b) => a - b)).toEqual(all.map(({ id }) => id))
        for (const { dueAt, ids } of waves) {
          expect(ids).toEqual(ids.toSorted((a, b) => a - b))
          for (const id of ids) expect(dueAt).toBe(waveOf(localTime, zones[id - 1]!, home))
        }
        const { first, last } = waveSpan(
          localTime,
          zones.filter((own) => own !== null),
          home,
        )
        for (const due of dues) {
          expect(due).toBeGreaterThanOrEqual(first)
          expect(due).toBeLessThanOrEqual(last)
        }
        expect(last - first).toBeLessThanOrEqual(27 * 60 * minute)
      }),
      { numRuns: 50 },
    )
  })

  test('a zone that this machine does not know goes by the campaign’s', () => {
    const wall = parseWall('2026-11-24T08:00')!
    expect(waveOf(wall, 'Mars/Olympus', 'Asia/Tokyo')).toBe(instantOf(wall, 'Asia/Tokyo'))
  })

  test('without local time there is one, due at once', () => {
    expect(cutWaves({ localTime: null, timeZone: 'UTC' }, [])).toEqual([])
    const people = [
      { id: 1 as never, zone: 'Asia/Tokyo' },
      { id: 2 as never, zone: null },
    ]
    expect(cutWaves({ timeZone: 'UTC' }, people)).toEqual([{ dueAt: null, ids: [1, 2] }])
  })
})
