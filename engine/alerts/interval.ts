import type { Issue } from '../errors.ts'
import type { TimeIntervalInput } from '../model/alert-rules.ts'
import type { EpochMs } from '../model/ids.ts'
import { timeZoneSchema } from '../model/values.ts'
import { wallAt } from '../model/wall-clock.ts'

/** Both ends are inside. */
interface Range {
  readonly from: number
  readonly to: number
}

/** A part of the calendar. What is null holds always; all others must hold together. */
export interface TimeInterval {
  /** Minutes of a day; the end is outside. */
  readonly times: readonly Range[] | null
  /** 0 is Sunday. */
  readonly weekdays: readonly Range[] | null
  /** Negative: from the end of the month, -1 is its last day. */
  readonly daysOfMonth: readonly Range[] | null
  readonly months: readonly Range[] | null
  readonly years: readonly Range[] | null
  readonly timeZone: string
}

/** A name for some of them; it holds while one of them does. */
export interface NamedInterval {
  readonly name: string
  readonly intervals: readonly TimeInterval[]
}

const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** Null for what is no range of these. Go's Atoi takes signs and leading zeros, and so do we. */
function parseRange(text: string, read: (word: string) => number): Range | null {
  const words = text.toLowerCase().split(':')
  const [from = Number.NaN, to = from] = words.map(read)
  return words.length <= 2 && Number.isInteger(from) && Number.isInteger(to) ? { from, to } : null
}
const number = (word: string) => (/^[+-]?\d{1,5}$/.test(word) ? Number(word) : Number.NaN)
const weekday = (word: string) => (weekdayNames.includes(word) ? weekdayNames.indexOf(word) : Number.NaN)
const month = (word: string) => (monthNames.includes(word) ? monthNames.indexOf(word) + 1 : number(word))
const dayInMonth = (day: number, length: number) => (day < 0 ? length + day + 1 : day)

function parseClock(text: string): number | null {
  if (!/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text)) return null
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}

/** As Alertmanager reads one (its timeinterval package), except: a month must be one of twelve; `Local` is refused, for nodes
 *  may stand in several zones; and March has 31 days also where clocks go forward in it, which there are 30. `path` is put
 *  before the paths of issues. */
export function compileInterval(input: TimeIntervalInput, path: string, issues: Issue[]): TimeInterval {
  function ranges(
    key: 'weekdays' | 'days_of_month' | 'months' | 'years',
    read: (word: string) => number,
    allowed: (range: Range) => boolean,
    what: string,
  ): readonly Range[] | null {
    return (
      input[key]?.map((text, i) => {
        const range = parseRange(text, read)
        if (range !== null && allowed(range)) return range
        issues.push({ path: `${path}.${key}[${i}]`, message: `"${text}" must be ${what}.` })
        return { from: 1, to: 0 }
      }) ?? null
    )
  }
  const rising = ({ from, to }: Range) => from <= to
  const times =
    input.times?.map(({ start_time, end_time }, i) => {
      const from = parseClock(start_time)
      const to = parseClock(end_time)
      const wrong = (key: string, message: string) =>
        issues.push({ path: `${path}.times[${i}].${key}`, message })
      const shape = 'must be a time such as "09:00"; the end of a day is "24:00".'
      if (from === null) wrong('start_time', `"${start_time}" ${shape}`)
      if (to === null) wrong('end_time', `"${end_time}" ${shape}`)
      if (from !== null && to !== null && from >= to)
        wrong(
          'end_time',
          `"${end_time}" must be after ${start_time}: write a night as two, until "24:00" and from "00:00".`,
        )
      return { from: from ?? 1, to: to ?? 0 }
    }) ?? null
  const timeZone = input.location ?? 'UTC'
  if (!timeZoneSchema.safeParse(timeZone).success)
    issues.push({
      path: `${path}.location`,
      message: `"${timeZone}" must be an IANA time zone, e.g. "Europe/Berlin".`,
    })
  return {
    times,
    weekdays: ranges(
      'weekdays',
      weekday,
      rising,
      'a day of the week or a range such as "monday:friday"; weeks begin with sunday',
    ),
    daysOfMonth: ranges(
      'days_of_month',
      number,
      ({ from, to }) =>
        [from, to].every((day) => day !== 0 && Math.abs(day) <= 31) &&
        !(from < 0 && to > 0) &&
        // Where one end counts from the end of the month, by the shortest: as it reads -28 as day 0, so do we.
        (from < 0 ? 28 + from : from) <= (to < 0 ? 28 + to : to),
      'a day from 1 to 31, from -1 (the last one) to -31, or a rising range such as "1:5" or "-3:-1"',
    ),
    months: ranges(
      'months',
      month,
      (range) => rising(range) && range.from >= 1 && range.to <= 12,
      'a month such as "may" or "5", or a rising range such as "may:august"',
    ),
    years: ranges('years', number, rising, 'a year or a rising range such as "2026:2028"'),
    timeZone,
  }
}

const within = (value: number, ranges: readonly Range[] | null) =>
  ranges === null || ranges.some(({ from, to }) => value >= from && value <= to)

/** Does it hold at `now`? An hour that clocks show twice holds twice, one that they jump over not at all. */
export function holdsAt(interval: TimeInterval, now: EpochMs): boolean {
  const wall = new Date(wallAt(now, interval.timeZone))
  const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes()
  const length = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate()
  // "31" is no day of April: nothing is moved to its 30th. Ends are: "25:31" ends there.
  const days = interval.daysOfMonth?.map(({ from, to }) => ({
    from: dayInMonth(from, length),
    to: dayInMonth(to, length),
  }))
  return (
    (interval.times === null || interval.times.some(({ from, to }) => minute >= from && minute < to)) &&
    within(wall.getUTCDay(), interval.weekdays) &&
    within(wall.getUTCDate(), days ?? null) &&
    within(wall.getUTCMonth() + 1, interval.months) &&
    within(wall.getUTCFullYear(), interval.years)
  )
}
