import { BroadsheetError } from '../../errors.ts'
import type { EpochMs } from '../../model/ids.ts'
import { quarterMs } from '../../model/rollup.ts'
import { instantOf, type WallMs, wallAt } from '../../model/wall-clock.ts'

export const units = ['hour', 'day', 'week', 'month'] as const
export type Unit = (typeof units)[number]

/** Whole hours, days, weeks (from Monday) or months of a time zone's clocks. */
export interface Span {
  readonly from: EpochMs
  /** The next one's beginning. */
  readonly to: EpochMs
  /** What clocks show at its beginning. */
  readonly wall: WallMs
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const maxSpans = 1000

/** The spans of a zone that a range touches, without a gap: the first begins at or before `from`, the last ends at or
 *  after `to`. A day may have 23 or 25 hours, and an hour that clocks show twice is two. Refuses with E_INPUT more than
 *  1,000. */
export function spansOf(query: {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly unit: Unit
  readonly timeZone: string
}): readonly Span[] {
  const { from, to, unit, timeZone } = query
  const spans: Span[] = []
  let start = startOf(from, unit, timeZone)
  while (start < to) {
    if (spans.length === maxSpans)
      throw new BroadsheetError('E_INPUT', `There are more than 1,000 of ${unit} in that range.`, {
        issues: [
          { path: 'unit', message: `gives more than 1,000 rows; ask for a larger one or a shorter range` },
        ],
      })
    const next = nextOf(start, unit, timeZone)
    spans.push({ from: start, to: next, wall: wallAt(start, timeZone) })
    start = next
  }
  return spans
}

function startOf(at: EpochMs, unit: Unit, timeZone: string): EpochMs {
  if (unit === 'hour') {
    let start = Math.floor(at / quarterMs) * quarterMs
    while (!beginsHour(start, timeZone)) start -= quarterMs
    return start
  }
  return instantOf(wallStart(wallAt(at, timeZone), unit), timeZone)
}

function nextOf(start: EpochMs, unit: Unit, timeZone: string): EpochMs {
  const wall = wallAt(start, timeZone)
  if (unit === 'hour') {
    // The usual case at the price of one reading: nothing was turned in between.
    if (wallAt(start + hourMs, timeZone) - wall === hourMs && wall % hourMs === 0) return start + hourMs
    let next = start + quarterMs
    while (!beginsHour(next, timeZone)) next += quarterMs
    return next
  }
  const next = instantOf(wallAfter(wallStart(wall, unit), unit), timeZone)
  // Clocks that skip a whole day, as Samoa's did: that day has no time.
  return next > start ? next : instantOf(wallAfter(wallAfter(wallStart(wall, unit), unit), unit), timeZone)
}

/** Clocks show a full hour, or were turned onto an hour in the quarter before. */
function beginsHour(at: EpochMs, timeZone: string): boolean {
  const wall = wallAt(at, timeZone)
  if (wall % hourMs === 0) return true
  const before = wallAt(at - quarterMs, timeZone)
  return before > wall || Math.floor(before / hourMs) !== Math.floor(wall / hourMs)
}

function wallStart(wall: WallMs, unit: Unit): WallMs {
  const day = Math.floor(wall / dayMs)
  switch (unit) {
    case 'hour':
      return Math.floor(wall / hourMs) * hourMs
    case 'day':
      return day * dayMs
    case 'week':
      // 1970-01-01 was a Thursday.
      return (day - ((day + 3) % 7)) * dayMs
    case 'month': {
      const date = new Date(wall)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    }
  }
}

function wallAfter(start: WallMs, unit: Unit): WallMs {
  switch (unit) {
    case 'hour':
      return start + hourMs
    case 'day':
      return start + dayMs
    case 'week':
      return start + 7 * dayMs
    case 'month': {
      const date = new Date(start)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    }
  }
}
