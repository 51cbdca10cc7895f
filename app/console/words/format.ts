/** Numbers and times as the reader's language writes them. Times are milliseconds since 1970, shown in the reader's zone. */
export interface Format {
  /** For what is not here: `en-GB`. */
  readonly locale: string
  /** `12,345`. */
  count(value: number): string
  /** `12.3k`, for axes and narrow places. */
  short(value: number): string
  /** Of a share from 0 to 1: `12.3 %`. */
  percent(share: number): string
  bytes(value: number): string
  /** `3 Nov 2026`. */
  date(at: number): string
  /** `14:05`. */
  time(at: number): string
  /** `3 Nov 2026, 14:05`. */
  dateTime(at: number): string
  /** `5 minutes ago`, `in 2 hours`. */
  ago(at: number, now: number): string
  /** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
  duration(ms: number): string
  list(words: readonly string[]): string
  /** `1.5`: a figure that is small. */
  decimal(value: number): string
  /** `+12.3 %`, `−3 %`. */
  change(share: number): string
  /** What the clocks of some zone show, such as `2026-11-24T08:00`, as an hour, a day or a month. */
  wall(local: string, unit: 'hour' | 'day' | 'week' | 'month'): string
}

export function createFormat(
  locale: string,
  units: { readonly s: string; readonly min: string; readonly h: string; readonly d: string },
  /** Left out: the browser's. */
  timeZone?: string,
): Format {
  const whole = new Intl.NumberFormat(locale)
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const zone = timeZone === undefined ? {} : { timeZone }
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', ...zone })
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', ...zone })
  const both = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...zone,
  })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const signed = new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  })
  const two = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  // The text is a wall clock's already: no zone is to move it.
  const wallOf = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
  const walls = {
    hour: wallOf({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    day: wallOf({ weekday: 'short', day: 'numeric', month: 'short' }),
    week: wallOf({ day: 'numeric', month: 'short', year: 'numeric' }),
    month: wallOf({ month: 'short', year: 'numeric' }),
  }
  const conjunction = new Intl.ListFormat(locale, { type: 'conjunction' })
  return {
    locale,
    count: (value) => whole.format(value),
    short: (value) => compact.format(value),
    percent: (value) => share.format(value),
    bytes: (value) => {
      for (const [size, unit] of sizes) if (value >= size) return `${tenth.format(value / size)} ${unit}`
      return `${whole.format(value)} B`
    },
    date: (at) => date.format(at),
    time: (at) => time.format(at),
    dateTime: (at) => both.format(at),
    ago: (at, now) => {
      const seconds = (at - now) / 1000
      for (const [length, unit] of spans)
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
      return relative.format(Math.round(seconds), 'second')
    },
    duration: (ms) => {
      if (ms < 1000) return `${whole.format(Math.round(ms))} ms`
      const seconds = Math.round(ms / 1000)
      if (seconds < 60) return `${seconds} ${units.s}`
      const minutes = Math.floor(seconds / 60)
      if (minutes < 60) return join(minutes, units.min, seconds % 60, units.s)
      const hours = Math.floor(minutes / 60)
      if (hours < 24) return join(hours, units.h, minutes % 60, units.min)
      return join(Math.floor(hours / 24), units.d, hours % 24, units.h)
    },
    list: (words) => conjunction.format(words),
    decimal: (value) => two.format(value),
    change: (value) => signed.format(value),
    wall: (local, unit) =>
      walls[unit].format(
        Date.parse(
          `${local.length === 7 ? `${local}-01` : local.slice(0, 16)}${local.length > 10 ? 'Z' : ''}`,
        ),
      ),
  }
}

const join = (large: number, unit: string, small: number, smaller: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`

const sizes = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const
const spans = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const
