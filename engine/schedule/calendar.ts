import type { CalendarConfig } from '../config.ts'
import type { EpochMs } from '../model/ids.ts'
import { instantOf, parseWall, wallAt } from '../model/wall-clock.ts'

/** A time in which no campaign sends. `until` is the first moment after it. */
export interface Blackout {
  readonly from: EpochMs
  readonly until: EpochMs
  readonly reason: string
}

export interface Calendar {
  /** The black-out that this moment lies in, those that it runs into taken together; null when there is none. */
  at(now: EpochMs): Blackout | null
  /** Those that overlap `from` to `until`, by their beginning. */
  between(from: EpochMs, until: EpochMs): readonly Blackout[]
  /** When what is due at `dueAt` may begin: `dueAt`, or the end of the black-out it lies in. Somebody who is late by up
   *  to `graceMs` and found the next one begun meanwhile waits for the end of that. */
  opensAt(dueAt: EpochMs, graceMs: number, now: EpochMs): EpochMs
}

const dayMs = 86_400_000
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
// Every night for a year: what stays closed for longer is closed.
const maxJoined = 400

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** Black-outs by the clocks of the calendar's zone; daylight saving as in wall-clock.ts. */
export function createCalendar({ timeZone, blackouts }: CalendarConfig): Calendar {
  const instant = (said: number | string): EpochMs =>
    typeof said === 'number' ? said : instantOf(parseWall(said) ?? 0, timeZone)
  const once: Blackout[] = []
  const weekly: ((from: EpochMs, until: EpochMs) => Blackout[])[] = []
  for (const entry of blackouts) {
    if (!('weekdays' in entry)) {
      once.push({ from: instant(entry.from), until: instant(entry.until), reason: entry.reason })
      continue
    }
    const days = new Set(entry.weekdays.map((day) => weekdays.indexOf(day)))
    const start = minutesOf(entry.from)
    const end = minutesOf(entry.until)
    const lengthMs = ((end > start ? end - start : end - start + 1440) || 1440) * 60_000
    weekly.push((from, until) => {
      const found: Blackout[] = []
      // The one of two days before may still be going on.
      const first = Math.floor(wallAt(from, timeZone) / dayMs) * dayMs - 2 * dayMs
      const last = wallAt(until, timeZone)
      for (let day = first; day <= last; day += dayMs) {
        if (!days.has(new Date(day).getUTCDay())) continue
        const wall = day + start * 60_000
        found.push({
          from: instantOf(wall, timeZone),
          until: instantOf(wall + lengthMs, timeZone),
          reason: entry.reason,
        })
      }
      return found
    })
  }

  const between: Calendar['between'] = (from, until) =>
    [...once, ...weekly.flatMap((windows) => windows(from, until))]
      .filter((window) => window.from < window.until && window.until > from && window.from <= until)
      .sort((a, b) => a.from - b.from || a.until - b.until)

  const at: Calendar['at'] = (now) => {
    if (blackouts.length === 0) return null
    const [first] = between(now, now)
    if (first === undefined) return null
    let until = first.until
    for (let turn = 0; turn < maxJoined; turn++) {
      const next = between(until, until)
      if (next.length === 0) break
      until = Math.max(...next.map((window) => window.until))
    }
    return { ...first, until }
  }

  return {
    at,
    between,
    opensAt(dueAt, graceMs, now) {
      if (blackouts.length === 0) return dueAt
      let opens = at(dueAt)?.until ?? dueAt
      for (let turn = 0; turn < maxJoined; turn++) {
        const next = between(opens, opens + graceMs).find(({ from }) => from >= opens)
        if (next === undefined || next.from > now) break
        opens = at(next.from)?.until ?? next.until
      }
      return opens
    },
  }
}
