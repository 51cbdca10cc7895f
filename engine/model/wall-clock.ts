// Without zod: stores cut audiences into waves by these rules.
import type { EpochMs } from './ids.ts'

/** What a clock on a wall shows, as if it hung in Greenwich: milliseconds since 1970-01-01T00:00 of the wall. It is not
 *  an instant: which one it means depends on the zone. */
export type WallMs = number

/** Further than any zone is from Greenwich, so that the offsets of both sides of a change are seen. */
const reachMs = 36 * 3_600_000

// A DateTimeFormat costs 30 us to make and 3 us to use; there are some 600 names of zones.
const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

/** What clocks in this IANA zone show at an instant. */
export function wallAt(at: EpochMs, timeZone: string): WallMs {
  const read: { [part: string]: number } = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) read[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000)
}

/** When clocks in this zone show `wall`. Shown twice (clocks go back): the first time. Never shown (clocks go
 *  forward): the moment they jump over it. So later walls never come before earlier ones. */
export function instantOf(wall: WallMs, timeZone: string): EpochMs {
  const shown = [-reachMs, reachMs]
    .map((shift) => wall - (wallAt(wall + shift, timeZone) - (wall + shift)))
    .filter((at) => wallAt(at, timeZone) === wall)
  if (shown.length > 0) return Math.min(...shown)
  let before = wall - reachMs
  let after = wall + reachMs
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (wallAt(middle, timeZone) < wall) before = middle
    else after = middle
  }
  return after
}

/** `2026-11-24T08:00`, with seconds where there are some. */
export function wallText(wall: WallMs): string {
  const text = new Date(wall).toISOString().slice(0, 19)
  return text.endsWith(':00') ? text.slice(0, 16) : text
}

/** `2026-11-24T08:00`, or with seconds; null for anything else. */
export function parseWall(text: string): WallMs | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return null
  const wall = Date.parse(`${text}Z`)
  // 30 February is read as 2 March.
  return Number.isNaN(wall) || wallText(wall).slice(0, 16) !== text.slice(0, 16) ? null : wall
}

/** When a letter of this wall time goes out to somebody in this zone; `home` is for those without one, and for a name
 *  that this machine does not know. */
export function waveOf(wall: WallMs, timeZone: string | null, home: string): EpochMs {
  if (timeZone === null) return instantOf(wall, home)
  try {
    return instantOf(wall, timeZone)
  } catch {
    return instantOf(wall, home)
  }
}
