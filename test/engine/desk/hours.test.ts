import { expect, test } from 'vitest'
import { wantedAt } from '../../../engine/desk/hours.ts'
import { noFollowPreferences } from '../../../engine/model/follow.ts'

const at = (text: string) => Date.parse(text)
const quiet = { ...noFollowPreferences, quiet: { from: '22:00', until: '07:00' } }

test.each([
  ['2026-11-28T20:59:00Z', null],
  ['2026-11-28T21:00:00Z', '2026-11-29T06:00:00Z'],
  ['2026-11-29T05:59:59Z', '2026-11-29T06:00:00Z'],
  ['2026-11-29T06:00:00Z', null],
])('quiet hours over midnight, in the zone of the person: %s', (now, until) => {
  const wanted = wantedAt(quiet, 'warning', at(now), 'Europe/Berlin', 'UTC')
  expect(wanted?.at ?? null).toBe(until === null ? null : at(until))
})

test('critical alerts come at once, unless the person does not want that either', () => {
  const night = at('2026-11-28T23:00:00Z')
  expect(wantedAt(quiet, 'critical', night, 'UTC', 'UTC')).toBeNull()
  expect(wantedAt({ ...quiet, criticalAnyway: false }, 'critical', night, 'UTC', 'UTC')).not.toBeNull()
})

test('a digest once a day, also on the days when clocks change', () => {
  const daily = { ...noFollowPreferences, digestAt: '02:30' }
  // Clocks go from 2 to 3 on this day: the moment they jump over it.
  const spring = wantedAt(daily, 'info', at('2026-03-28T12:00:00Z'), 'Europe/Berlin', 'UTC')
  expect(spring).toEqual({ at: at('2026-03-29T01:00:00Z'), code: 'digest' })
  // Shown twice: the first time. After it, the next day.
  const autumn = wantedAt(daily, 'info', at('2026-10-25T00:29:00Z'), 'Europe/Berlin', 'UTC')
  expect(autumn?.at).toBe(at('2026-10-25T00:30:00Z'))
  const after = wantedAt(daily, 'info', at('2026-10-25T00:30:00Z'), 'Europe/Berlin', 'UTC')
  expect(after?.at).toBe(at('2026-10-26T01:30:00Z'))
})

test('a zone that this machine does not know counts as the home zone', () => {
  const wanted = wantedAt(quiet, 'info', at('2026-11-28T22:30:00Z'), 'Mars/Olympus', 'UTC')
  expect(wanted?.at).toBe(at('2026-11-29T07:00:00Z'))
})
