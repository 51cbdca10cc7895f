import { describe, expect, test } from 'vitest'
import { compileInterval, holdsAt } from '../../../engine/alerts/interval.ts'
import type { Issue } from '../../../engine/errors.ts'
import { type TimeIntervalInput, timeIntervalInputSchema } from '../../../engine/model/alert-rules.ts'

const read = (input: unknown) => {
  const issues: Issue[] = []
  const interval = compileInterval(timeIntervalInputSchema.parse(input), 'x', issues)
  return { interval, issues }
}
const office = {
  weekdays: ['monday:friday'],
  times: [{ start_time: '09:00', end_time: '17:00' }],
}

describe('a time interval', () => {
  // Alertmanager's own (timeinterval_test.go): when it holds, and when not.
  test.each<[string, unknown, readonly string[], readonly string[]]>([
    ['without a word', {}, ['2006-01-02T15:04Z', '2007-01-03T10:04Z'], []],
    [
      'of office hours',
      office,
      [
        '2020-05-04T15:04Z',
        '2020-05-05T10:04Z',
        '2020-06-09T09:04Z',
        '2020-07-08T09:00Z',
        '2020-07-08T16:59Z',
      ],
      ['2020-05-03T15:04Z', '2020-05-04T08:59Z', '2020-05-05T05:00Z', '2020-07-08T17:00Z'],
    ],
    [
      'of Easter 2020',
      { days_of_month: ['4:6'], months: ['april'], years: ['2020'] },
      ['2020-04-04T15:04Z', '2020-04-05T00:00Z', '2020-04-06T23:05Z'],
      [
        '2018-05-03T15:04Z',
        '2020-04-03T23:59Z',
        '2020-06-04T23:59Z',
        '2019-04-06T23:59Z',
        '2020-04-07T00:00Z',
      ],
    ],
    [
      'of the last days of a month',
      { days_of_month: ['-3:-1'] },
      ['2020-01-31T15:04Z', '2020-01-29T15:04Z', '2020-06-30T00:00Z', '2020-02-29T23:05Z'],
      ['2018-05-03T15:04Z', '2020-01-27T15:04Z', '2020-04-07T00:00Z', '2020-03-01T00:00Z'],
    ],
    [
      'past the beginning of a month',
      { months: ['june'], days_of_month: ['-31:-1'] },
      ['2020-06-30T00:00Z', '2020-06-01T00:00Z'],
      ['2020-05-31T00:00Z', '2020-07-01T00:00Z'],
    ],
    [
      'in Sydney',
      { ...office, location: 'Australia/Sydney' },
      ['2021-04-06T13:00+10:00'],
      ['2021-04-06T13:00Z'],
    ],
    [
      'in Sydney in summer',
      { ...office, months: ['november'], location: 'Australia/Sydney' },
      ['2021-11-01T09:00+11:00', '2021-10-31T22:00Z'],
      ['2021-10-31T21:00Z'],
    ],
    [
      'of everything',
      {
        weekdays: ['monday:friday', 'Sunday'],
        months: ['january:March'],
        days_of_month: ['-7:-1'],
        years: ['2020:2025', '2030:2035'],
        times: [{ start_time: '09:00', end_time: '17:00' }],
      },
      [
        '2021-01-27T09:00Z',
        '2021-01-28T16:59Z',
        '2021-01-29T13:00Z',
        '2025-03-31T13:00Z',
        '2035-01-31T13:00Z',
      ],
      ['2021-01-30T13:00Z', '2021-04-01T13:00Z', '2026-01-30T13:00Z', '2035-01-31T17:01Z'],
    ],
    ['of the 31st', { days_of_month: ['31'] }, ['2026-03-31T12:00Z'], ['2026-04-30T12:00Z']],
    // Where Alertmanager counts 30 days, for an hour of that month is missing.
    [
      'of the last day of a March with summer time',
      { days_of_month: ['-1'], location: 'Europe/Berlin' },
      ['2026-03-31T12:00Z'],
      ['2026-03-30T12:00Z'],
    ],
    [
      'to the end of a day',
      { times: [{ start_time: '17:00', end_time: '24:00' }] },
      ['2026-01-01T23:59:59Z'],
      ['2026-01-02T00:00Z'],
    ],
  ])('%s', (_, input, within, outside) => {
    const { interval, issues } = read(input)
    expect(issues).toEqual([])
    expect(within.filter((at) => !holdsAt(interval, Date.parse(at)))).toEqual([])
    expect(outside.filter((at) => holdsAt(interval, Date.parse(at)))).toEqual([])
  })

  test.each<[TimeIntervalInput, string]>([
    [{ times: [{ start_time: '17:31', end_time: '17:31' }] }, 'x.times[0].end_time'],
    [{ times: [{ start_time: '22:00', end_time: '06:00' }] }, 'x.times[0].end_time'],
    [{ times: [{ start_time: '12:30', end_time: '24:01' }] }, 'x.times[0].end_time'],
    [{ times: [{ start_time: '1:99', end_time: '23:59' }] }, 'x.times[0].start_time'],
    [{ weekdays: ['friday:monday'] }, 'x.weekdays[0]'],
    [{ weekdays: ['blurgsday'] }, 'x.weekdays[0]'],
    [{ weekdays: ['1:3'] }, 'x.weekdays[0]'],
    [{ days_of_month: ['0'] }, 'x.days_of_month[0]'],
    [{ days_of_month: ['1', '-32'] }, 'x.days_of_month[1]'],
    [{ days_of_month: ['-3:3'] }, 'x.days_of_month[0]'],
    [{ days_of_month: ['10:-25'] }, 'x.days_of_month[0]'],
    [{ months: ['july:june'] }, 'x.months[0]'],
    [{ months: ['13'] }, 'x.months[0]'],
    [{ months: ['1:2:3'] }, 'x.months[0]'],
    [{ years: ['2021:2020'] }, 'x.years[0]'],
    [{ location: 'Mars' }, 'x.location'],
    [{ location: 'Local' }, 'x.location'],
  ])('%j is refused', (input, path) => {
    expect(read(input).issues.map((issue) => issue.path)).toEqual([path])
  })
})
