// No longer than the longest that is known, so that every pattern below is tried on few letters.
const maxChars = 40

/** A time as exports write it, in milliseconds since 1970, or null. ISO 8601 and its forms with a blank; milliseconds; days
 *  with dots or dashes are day.month.year, with slashes month/day/year unless only the other order is a date. Without a
 *  zone it is UTC. */
export function parseTime(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > maxChars) return null
  if (/^\d{11,16}$/.test(trimmed)) return Number(trimmed)
  if (/^\d{9,10}$/.test(trimmed)) return Number(trimmed) * 1000
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(.*)$/.exec(trimmed)
  if (iso !== null) return build(iso[1], iso[2], iso[3], iso[4])
  const dotted = /^(\d{1,2})[.-](\d{1,2})[.-](\d{4})(.*)$/.exec(trimmed)
  if (dotted !== null) return build(dotted[3], dotted[2], dotted[1], dotted[4])
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(.*)$/.exec(trimmed)
  if (slashed !== null)
    return (
      build(slashed[3], slashed[1], slashed[2], slashed[4]) ??
      build(slashed[3], slashed[2], slashed[1], slashed[4])
    )
  // "12 Jan 2024 10:00", "Jan 12, 2024 10:00 am": only with a month's name, or Date.parse guesses.
  if (!/\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i.test(trimmed) || !/\d{4}/.test(trimmed))
    return null
  const zoned = /(z|utc|gmt|[+-]\d{2}:?\d{2})$/i.test(trimmed)
  const at = Date.parse(zoned ? trimmed : `${trimmed} UTC`)
  return Number.isFinite(at) && at >= 0 ? at : null
}

function build(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  rest: string | undefined,
): number | null {
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const back = new Date(date)
  // Date.UTC takes the 31st of February for the 3rd of March.
  if (back.getUTCMonth() !== Number(month) - 1 || back.getUTCDate() !== Number(day) || date < 0) return null
  const clock = (rest ?? '').trim().replace(/^[t,]\s*/i, '')
  if (clock === '') return date
  const found =
    /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?(?: utc)?$/i.exec(
      clock,
    )
  if (found === null) return null
  const [, hours = '', minutes = '', seconds = '0', fraction = '0', half, zone = 'z'] = found
  let hour = Number(hours)
  if (half !== undefined) hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null
  const ms = Math.floor(Number(`0.${fraction}`) * 1000)
  const sign = zone.startsWith('-') ? 1 : -1
  const offset = /^[+-]/.test(zone)
    ? sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0))
    : 0
  return date + ((hour * 60 + Number(minutes) + offset) * 60 + Number(seconds)) * 1000 + ms
}
