import { toValue } from 'liquidjs'
import type { Calendar } from '../locale.ts'
import { printed } from '../printed.ts'
import type { Run } from '../run.ts'
import { type Filter, runOf } from './host.ts'

// LiquidJS's date filters read the machine's clock, zone and language. Ours take the letter's: `now` is the
// publication's, the zone and the names of months are the subscriber's, and numbers are milliseconds.

const defaultPattern = '%A, %B %-e, %Y at %-l:%M %P %z'
const maxLength = 100
/** A time without a zone is what a clock on the wall shows, wherever the reader is: birthdays stay put. */
const wallClock = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?)?$/
const withZone = /(?:Z|[+-]\d{2}:?\d{2}|\b(?:UTC?|GMT|[ECMP][SD]T))\)?$/i

interface Instant {
  readonly at: number
  readonly calendar: Calendar
}

/** `{{ item.publishedAt | date: "%d %B", "Europe/Berlin" }}`. What is no time is returned as it is. */
const date: Filter = function (value, pattern, zone) {
  const run = runOf(this)
  const instant = instantOf(run, value, zone)
  if (instant === null) return value
  const wanted: unknown = toValue(pattern)
  return write(run, instant, wanted === undefined || wanted === null ? defaultPattern : printed(wanted))
}

const dateToXmlSchema: Filter = function (value) {
  return date.call(this, value, '%Y-%m-%dT%H:%M:%S%:z')
}

const dateToRfc822: Filter = function (value) {
  const run = runOf(this)
  const instant = instantOf(run, value, undefined)
  if (instant === null) return value
  const english = run.locales.calendar(run.locales.locale('en-US'), instant.calendar.zone)
  return english.write(instant.at, '%a, %d %b %Y %H:%M:%S %z')
}

const spelled = (month: string): Filter =>
  function (value, type, style) {
    if (type !== 'ordinal') return date.call(this, value, `%d ${month} %Y`)
    return date.call(this, value, style === 'US' ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`)
  }

export const dateFilters: { readonly [name: string]: Filter } = {
  date,
  date_to_xmlschema: dateToXmlSchema,
  date_to_rfc822: dateToRfc822,
  date_to_string: spelled('%b'),
  date_to_long_string: spelled('%B'),
}

function write(run: Run, { at, calendar }: Instant, pattern: string): string {
  run.use(pattern.length)
  // A pattern is code more than text; a megabyte of directives is an attack.
  if (pattern.length > 1000) throw new Error('The date format is longer than 1000 characters')
  const text = calendar.write(at, pattern)
  run.use(text.length)
  return text
}

function instantOf(run: Run, value: unknown, zone: unknown): Instant | null {
  const inner: unknown = toValue(value)
  if (inner === undefined || inner === null || typeof inner === 'object') return null
  const calendar = calendarOf(run, toValue(zone))
  const at = timeOf(run, inner, calendar)
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? { at, calendar } : null
}

function timeOf(run: Run, value: unknown, calendar: Calendar): number {
  if (typeof value === 'number') return value
  if (value === 'now' || value === 'today') return run.now
  if (typeof value !== 'string' || value.length > maxLength) return Number.NaN
  const text = value.trim()
  if (/^-?\d{5,}$/.test(text)) return Number(text)
  const clock = wallClock.exec(text)
  if (clock !== null) {
    const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = ''] = clock
    const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`)
    // V8 takes the 31st of February for the 3rd of March.
    if (new Date(wall).getUTCDate() !== Number(day)) return Number.NaN
    return calendar.fromWallClock(wall)
  }
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) || withZone.test(text)) return Date.parse(text)
  if (!/\d/.test(text)) return Number.NaN
  const wall = Date.parse(`${text} UTC`)
  return Number.isNaN(wall) ? wall : calendar.fromWallClock(wall)
}

/** A zone's name, or minutes west of Greenwich as in LiquidJS; else the letter's own. */
function calendarOf(run: Run, zone: unknown): Calendar {
  if (zone === undefined || zone === null || zone === '') return run.calendar
  if (typeof zone === 'number' && Number.isFinite(zone))
    return run.locales.calendar(run.locale, offsetZone(zone))
  if (typeof zone !== 'string') return run.calendar
  try {
    return run.locales.calendar(run.locale, zone)
  } catch {
    throw new Error(`"${zone.slice(0, 64)}" is not a time zone; one is, e.g., "Europe/Berlin"`)
  }
}

function offsetZone(minutesWest: number): string {
  const minutes = Math.min(Math.abs(Math.trunc(minutesWest)), 23 * 60 + 59)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${minutesWest > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
