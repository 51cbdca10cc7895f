import type { EpochMs } from '../../../../engine/model/ids.ts'

const dayMs = 86_400_000
const shape = /^(\d{4})-(\d{2})-(\d{2})$/

/** When a day (`2026-12-24`) begins in a time zone; null for what is no day. Where clocks go forward at midnight, its
 *  first moment. */
export function startOfDay(day: string, timeZone: string): EpochMs | null {
  const [, year, month, date] = shape.exec(day) ?? []
  if (year === undefined) return null
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(date))
  if (new Date(midnight).toISOString().slice(0, 10) !== day) return null
  // The offset that is asked for is that of the result: the second look is at a moment on the right side of a change.
  const near = midnight - offsetOf(midnight, timeZone)
  const at = midnight - offsetOf(near, timeZone)
  return dayOf(at, timeZone) === day ? at : at + 3_600_000
}

/** The day that it is at a moment in a time zone. */
export const dayOf = (at: EpochMs, timeZone: string): string =>
  new Date(at + offsetOf(at, timeZone)).toISOString().slice(0, 10)

export const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10)

function offsetOf(at: EpochMs, timeZone: string): number {
  const parts = new Map<string, number>(
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: string) => parts.get(type) ?? 0
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return local - Math.floor(at / 1000) * 1000
}
