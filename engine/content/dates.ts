import type { EpochMs } from '../model/ids.ts'

// RFC 822 5.1 and what else is in use, in minutes east of Greenwich.
const zones: { readonly [name: string]: number } = {
  z: 0,
  utc: 0,
  ut: 0,
  gmt: 0,
  wet: 0,
  bst: 60,
  ist: 330,
  west: 60,
  cet: 60,
  met: 60,
  mez: 60,
  cest: 120,
  mesz: 120,
  mest: 120,
  sast: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  hkt: 480,
  sgt: 480,
  awst: 480,
  jst: 540,
  kst: 540,
  acst: 570,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  ast: -240,
  adt: -180,
  nst: -210,
  brt: -180,
  art: -180,
}
const englishMonths = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
// Not Croatian: its "listopad" is October, in Czech and Polish November.
const locales =
  'de fr es it pt nl sv da nb fi pl cs sk sl ro hu tr el ru uk bg et lv lt ca eu ga is vi id af'.split(' ')

const maxLength = 100
const bare = (word: string): string =>
  word
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase()

let monthNames: Map<string, number> | null = null
/** Month names of the locales, both forms. Made when a month first is not English: it takes some 20 ms. */
function namesOfMonths(): Map<string, number> {
  if (monthNames !== null) return monthNames
  const names = new Map<string, number>()
  for (const locale of locales)
    for (const options of [
      { month: 'long', day: 'numeric' },
      { month: 'short', day: 'numeric' },
      { month: 'long' },
      { month: 'short' },
    ] as const) {
      const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
      for (let month = 0; month < 12; month++) {
        const part = format.formatToParts(Date.UTC(2024, month, 15)).find(({ type }) => type === 'month')
        const name = bare(part?.value ?? '')
        if (/^\p{L}{2,}$/u.test(name) && !names.has(name)) names.set(name, month)
      }
    }
  // Spelt otherwise than ICU does.
  for (const [name, month] of [
    ['mrz', 2],
    ['maerz', 2],
    ['jaenner', 0],
    ['janner', 0],
    ['sept', 8],
    ['set', 8],
  ] as const)
    names.set(name, month)
  monthNames = names
  return names
}

function monthOf(word: string): number | null {
  const name = bare(word)
  const english = englishMonths.indexOf(name.slice(0, 3))
  if (english >= 0 && /^(jan|feb|mar(ch)?$|apr|may$|june?$|july?$|aug|sept?|oct|nov|dec)/.test(name))
    return english
  const names = namesOfMonths()
  const whole = names.get(name)
  if (whole !== undefined || name.length < 3) return whole ?? null
  // "ноя" for "ноябрь": any beginning that only one month has.
  const begun = new Set([...names].filter(([each]) => each.startsWith(name)).map(([, month]) => month))
  return begun.size === 1 ? [...begun][0]! : null
}

/** A time as feeds write it: ISO 8601 and its variants, RFC 822 with two-digit years, without weekday, seconds or
 *  zone, with zone names, with month names of some thirty languages, `Nov 3, 2026 5:04 PM`, `03.11.2026 17:04`, and
 *  seconds or milliseconds since 1970. Without a zone: UTC. Null where it says no one time: `03/04/2026`. */
export function parseDate(raw: string): EpochMs | null {
  const text = raw.trim().slice(0, maxLength)
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  const iso =
    /^(\d{4})-?(\d{2})(?:-?(\d{2}))?(?:[T ,]{1,3}(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s{0,3}([a-z]{1,5}|(?:GMT|UTC)?[+-]\d{1,2}:?\d{0,2})?$/i.exec(
      text,
    )
  if (iso !== null) {
    const [, year, month, day = '1', hour = '0', minute = '0', second = '0', fraction = '', zone] = iso
    const ms = Number(`${fraction}000`.slice(0, 3))
    return at(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      ms,
      zone,
    )
  }
  return spoken(text)
}

function spoken(text: string): EpochMs | null {
  const clock = /(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?\s{0,3}(?:([ap])\.?m\b\.?)?/i.exec(
    // 03.11.2026 is no time of day.
    text.replace(/\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d{2})\b/, (date) => '_'.repeat(date.length)),
  )
  let hour = Number(clock?.[1] ?? 0)
  const half = clock?.[4]?.toLowerCase()
  if (half === 'p' && hour < 12) hour += 12
  if (half === 'a' && hour === 12) hour = 0
  const before = clock === null ? text : text.slice(0, clock.index)
  const after = clock === null ? '' : text.slice(clock.index + clock[0].length)
  const zone = /^\s{0,3}\(?((?:GMT|UTC)?[+-]\d{1,2}:?\d{0,2}|[a-z]{1,5}(?![a-z]))/i.exec(after)?.[1]
  // The year may stand behind the time (asctime).
  const rest = `${before} ${zone === undefined ? after : after.slice(after.indexOf(zone) + zone.length)}`

  const dotted = /(?:^|\D)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:\D|$)/.exec(rest)
  const slashed = /(?:^|\D)(\d{1,4})\/(\d{1,2})\/(\d{1,4})(?:\D|$)/.exec(rest)
  const month = dotted || slashed ? null : monthIn(rest)
  const numbers = [...rest.matchAll(/\d{1,4}/g)].map(([digits]) => digits)
  let day: string | undefined
  let monthIndex: number
  let year: string | undefined
  if (dotted !== null) [day, monthIndex, year] = [dotted[1], Number(dotted[2]) - 1, dotted[3]]
  else if (slashed !== null) {
    const [, a = '', b = '', c = ''] = slashed
    if (a.length === 4) [year, monthIndex, day] = [a, Number(b) - 1, c]
    else if (Number(a) > 12) [day, monthIndex, year] = [a, Number(b) - 1, c]
    else if (Number(b) > 12) [monthIndex, day, year] = [Number(a) - 1, b, c]
    else return null
  } else if (month !== null) {
    monthIndex = month
    const four = numbers.findIndex((digits) => digits.length === 4)
    if (four >= 0) [year] = numbers.splice(four, 1)
    day = numbers.shift()
    year ??= numbers.shift()
  } else return null
  if (day === undefined || year === undefined) return null
  // RFC 2822 4.3.
  const short = Number(year)
  const whole =
    year.length > 2 ? (year.length === 3 ? short + 1900 : short) : short < 50 ? short + 2000 : short + 1900
  return at(whole, monthIndex, Number(day), hour, Number(clock?.[2] ?? 0), Number(clock?.[3] ?? 0), 0, zone)
}

/** The last word that is a month: weekdays, which stand before it, look like months elsewhere (mardi, mar.). */
function monthIn(text: string): number | null {
  const words = [...text.matchAll(/\p{L}[\p{L}\p{M}]{1,}\.?/gu)].map(([word]) => monthOf(word))
  return words.findLast((month) => month !== null) ?? null
}

function at(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  zone: string | undefined,
): EpochMs | null {
  const fits = month >= 0 && month < 12 && day >= 1 && day <= 31 && hour <= 24 && minute < 60 && second <= 60
  const offset = offsetOf(zone)
  if (!fits || offset === null || year < 1980 || year > 2200) return null
  const utc = Date.UTC(year, month, day, hour, minute, second, ms)
  // 31 February is in March.
  return new Date(Date.UTC(year, month, day)).getUTCMonth() === month ? utc - offset * 60_000 : null
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined) return 0
  const numeric = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone)
  if (numeric === null) return zones[zone.toLowerCase()] ?? 0
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0)
  return minutes > 16 * 60 ? null : numeric[1] === '-' ? -minutes : minutes
}
