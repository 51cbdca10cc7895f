import { compileFormat, type DateFormat, type DateNames } from './date-format.ts'

/** Names and number formats of a language. Intl formatters cost 30 us and more each, so each is made once. */
export class Locale {
  readonly language: string
  private names: DateNames | null = null
  private readonly numbers = new Map<string, Intl.NumberFormat>()

  constructor(language: string) {
    this.language = language
  }

  dateNames(): DateNames {
    this.names ??= dateNames(this.language)
    return this.names
  }

  /** With exactly `digits` decimals; null: as many as the number has, at most three. */
  number(value: number, digits: number | null): string {
    const options = digits === null ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }
    return this.numberFormat(`n${digits}`, options).format(value)
  }

  /** ISO 4217 code. Throws RangeError for anything else. */
  currency(value: number, code: string, digits: number | null): string {
    return this.numberFormat(`c${code}${digits}`, {
      style: 'currency',
      currency: code,
      ...(digits === null ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    }).format(value)
  }

  private numberFormat(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = this.numbers.get(key)
    if (format === undefined) {
      format = new Intl.NumberFormat(this.language, options)
      this.numbers.set(key, format)
    }
    return format
  }
}

function dateNames(language: string): DateNames {
  const list = (
    options: Intl.DateTimeFormatOptions,
    count: number,
    at: (index: number) => number,
  ): string[] => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
    return Array.from({ length: count }, (_, index) => format.format(at(index)))
  }
  // 2023-01-01 was a Sunday.
  const day = (index: number): number => Date.UTC(2023, 0, 1 + index)
  const month = (index: number): number => Date.UTC(2023, index, 15)
  const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
  const date = { year: 'numeric', month: 'numeric', day: 'numeric' } as const
  return {
    weekdays: list({ weekday: 'long' }, 7, day),
    shortWeekdays: list({ weekday: 'short' }, 7, day),
    months: list({ month: 'long' }, 12, month),
    shortMonths: list({ month: 'short' }, 12, month),
    dateTime: new Intl.DateTimeFormat(language, { ...date, ...clock, timeZone: 'UTC' }),
    date: new Intl.DateTimeFormat(language, { ...date, timeZone: 'UTC' }),
    time: new Intl.DateTimeFormat(language, { ...clock, timeZone: 'UTC' }),
  }
}

const quarterHourMs = 900_000
const maxCached = 2000

/** Wall clocks of a time zone, written in a language. */
export class Calendar {
  readonly zone: string
  private readonly locale: Locale
  private readonly formats = new Map<
    string,
    { readonly format: DateFormat; readonly written: Map<number, string> }
  >()
  private readonly offsets = new Map<number, number>()
  private readonly fields: Intl.DateTimeFormat

  /** Throws RangeError for a zone that Intl does not know. */
  constructor(locale: Locale, zone: string) {
    this.locale = locale
    this.zone = zone
    this.fields = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  }

  /** The same few times (an item's date, now) are written for every letter of a zone and language. */
  write(at: number, pattern: string): string {
    let known = this.formats.get(pattern)
    if (known === undefined) {
      if (this.formats.size >= 100) this.formats.clear()
      known = { format: compileFormat(pattern), written: new Map() }
      this.formats.set(pattern, known)
    }
    let text = known.written.get(at)
    if (text === undefined) {
      if (known.written.size >= maxCached) known.written.clear()
      text = known.format({
        at,
        offsetMs: this.offset(at),
        zoneName: this.zone,
        names: this.locale.dateNames(),
      })
      known.written.set(at, text)
    }
    return text
  }

  /** Of a wall clock's time, given as if it were UTC. In the hour that daylight saving repeats, the first. */
  fromWallClock(wallMs: number): number {
    const guess = wallMs - this.offset(wallMs)
    return wallMs - this.offset(guess)
  }

  /** Milliseconds east of Greenwich. Changes of offset fall on quarter hours of UTC. */
  private offset(at: number): number {
    const quarter = Math.floor(at / quarterHourMs)
    let offset = this.offsets.get(quarter)
    if (offset === undefined) {
      if (this.offsets.size >= maxCached) this.offsets.clear()
      offset = this.readOffset(quarter * quarterHourMs)
      this.offsets.set(quarter, offset)
    }
    return offset
  }

  private readOffset(at: number): number {
    const part: { [type: string]: string } = {}
    for (const { type, value } of this.fields.formatToParts(at)) part[type] = value
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
    const wall = new Date(0)
    wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day))
    wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second))
    return wall.getTime() - at
  }
}

/** Locales and calendars by name, made on first use. */
export class Locales {
  private readonly fallback: string
  private readonly locales = new Map<string, Locale>()
  private readonly calendars = new Map<string, Calendar>()

  constructor(fallback: string) {
    this.fallback = fallback
  }

  locale(language: string): Locale {
    let locale = this.locales.get(language)
    if (locale === undefined) {
      locale = new Locale(supported(language) ?? supported(this.fallback) ?? 'en')
      this.locales.set(language, locale)
    }
    return locale
  }

  /** Throws RangeError for a zone that Intl does not know. */
  calendar(locale: Locale, zone: string): Calendar {
    const key = `${locale.language} ${zone}`
    let calendar = this.calendars.get(key)
    if (calendar === undefined) {
      // Some 400 zones in a few languages; a formatter takes some ten kilobytes.
      if (this.calendars.size >= 500) this.calendars.clear()
      calendar = new Calendar(locale, zone)
      this.calendars.set(key, calendar)
    }
    return calendar
  }
}

function supported(language: string): string | null {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0 ? language : null
  } catch {
    return null
  }
}
