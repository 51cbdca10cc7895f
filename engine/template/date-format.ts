/** strftime, with the directives, flags and paddings of LiquidJS. */
export type DateFormat = (moment: Moment) => string

export interface DateNames {
  readonly weekdays: readonly string[]
  readonly shortWeekdays: readonly string[]
  readonly months: readonly string[]
  readonly shortMonths: readonly string[]
  readonly dateTime: Intl.DateTimeFormat
  readonly date: Intl.DateTimeFormat
  readonly time: Intl.DateTimeFormat
}

export interface Moment {
  readonly at: number
  /** East of Greenwich. */
  readonly offsetMs: number
  readonly zoneName: string
  readonly names: DateNames
}

interface Directive {
  readonly conversion: string
  readonly flags: string
  readonly width: string | undefined
}

/** The wall clock in the getters of UTC, and what it was made from. */
interface Wall extends Moment {
  readonly date: Date
}

const directive = /%([-_0^#:]+)?(\d+)?([EO])?(.)/g
// No sensible date is wider, and "%999999999d" would fill the memory.
const maxWidth = 1000

export function compileFormat(pattern: string): DateFormat {
  const pieces: (string | Directive)[] = []
  let end = 0
  for (const match of pattern.matchAll(directive)) {
    pieces.push(pattern.slice(end, match.index))
    end = match.index + match[0].length
    const conversion = match[4]!
    if (!Object.hasOwn(conversions, conversion)) pieces.push(match[0])
    else pieces.push({ conversion, flags: match[1] ?? '', width: match[2] })
  }
  pieces.push(pattern.slice(end))
  return (moment) => {
    const wall: Wall = { ...moment, date: new Date(moment.at + moment.offsetMs) }
    let text = ''
    for (const piece of pieces) text += typeof piece === 'string' ? piece : write(piece, wall)
    return text
  }
}

function write(piece: Directive, wall: Wall): string {
  const { conversion, flags } = piece
  let text = String(conversions[conversion]!(wall, piece))
  let pad = spacePadded.has(conversion) ? ' ' : '0'
  let width = Math.min(Number(piece.width) || padWidths[conversion] || 0, maxWidth)
  if (flags.includes('^')) text = text.toUpperCase()
  else if (flags.includes('#')) text = /[a-z]/.test(text) ? text.toUpperCase() : text.toLowerCase()
  if (flags.includes('_')) pad = ' '
  else if (flags.includes('0')) pad = '0'
  if (flags.includes('-')) width = 0
  if (pad === '0' && text.startsWith('-')) return `-${text.slice(1).padStart(width - 1, pad)}`
  return text.padStart(width, pad)
}

const padWidths: { readonly [conversion: string]: number } = {
  C: 2,
  d: 2,
  e: 2,
  H: 2,
  I: 2,
  j: 3,
  k: 2,
  l: 2,
  L: 3,
  m: 2,
  M: 2,
  S: 2,
  U: 2,
  W: 2,
  y: 2,
  Y: 4,
}
const spacePadded = new Set('aAbBceklpP')

const year = ({ date }: Wall): number => date.getUTCFullYear()
const hours = ({ date }: Wall): number => date.getUTCHours()
const month = ({ names, date }: Wall): string => names.shortMonths[date.getUTCMonth()]!
const twelveHours = (wall: Wall): string => String(hours(wall) % 12 || 12)

function dayOfYear({ date }: Wall): number {
  const start = new Date(date)
  start.setUTCMonth(0, 1)
  return Math.round((date.getTime() - start.getTime()) / 86_400_000) + 1
}

/** Days before the first `startDay` of the year belong to week 0. */
function weekOfYear(wall: Wall, startDay: number): string {
  const sinceStart = (wall.date.getUTCDay() - startDay + 7) % 7
  return String(Math.floor((dayOfYear(wall) - 1 - sinceStart + 7) / 7))
}

function offset({ offsetMs }: Wall, { flags }: Directive): string {
  const minutes = Math.trunc(Math.abs(offsetMs) / 60_000)
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${flags.includes(':') ? ':' : ''}${two(minutes % 60)}`
}

function ordinal({ date }: Wall): string {
  const day = date.getUTCDate()
  if (day > 10 && day < 14) return 'th'
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'
}

function fraction({ date }: Wall, { width }: Directive): string {
  const digits = Math.min(Number(width) || 9, maxWidth)
  return String(date.getUTCMilliseconds()).padStart(3, '0').slice(0, digits).padEnd(digits, '0')
}

const conversions: { readonly [conversion: string]: (wall: Wall, piece: Directive) => string | number } = {
  a: ({ names, date }) => names.shortWeekdays[date.getUTCDay()]!,
  A: ({ names, date }) => names.weekdays[date.getUTCDay()]!,
  b: month,
  B: ({ names, date }) => names.months[date.getUTCMonth()]!,
  c: ({ names, date }) => names.dateTime.format(date),
  C: (wall) => Math.floor(year(wall) / 100),
  d: ({ date }) => date.getUTCDate(),
  e: ({ date }) => date.getUTCDate(),
  h: month,
  H: hours,
  I: twelveHours,
  j: dayOfYear,
  k: hours,
  l: twelveHours,
  L: ({ date }) => date.getUTCMilliseconds(),
  m: ({ date }) => date.getUTCMonth() + 1,
  M: ({ date }) => date.getUTCMinutes(),
  N: fraction,
  p: (wall) => (hours(wall) < 12 ? 'AM' : 'PM'),
  P: (wall) => (hours(wall) < 12 ? 'am' : 'pm'),
  q: ordinal,
  s: ({ at }) => Math.floor(at / 1000),
  S: ({ date }) => date.getUTCSeconds(),
  u: ({ date }) => date.getUTCDay() || 7,
  U: (wall) => weekOfYear(wall, 0),
  w: ({ date }) => date.getUTCDay(),
  W: (wall) => weekOfYear(wall, 1),
  x: ({ names, date }) => names.date.format(date),
  X: ({ names, date }) => names.time.format(date),
  y: (wall) => ((year(wall) % 100) + 100) % 100,
  Y: year,
  z: offset,
  Z: (wall, piece) => wall.zoneName || offset(wall, piece),
  t: () => '\t',
  n: () => '\n',
  '%': () => '%',
}
