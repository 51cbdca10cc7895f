import type { Severity } from '../model/alert.ts'
import type { FollowPreferences } from '../model/follow.ts'
import type { EpochMs } from '../model/ids.ts'
import { instantOf, wallAt } from '../model/wall-clock.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

const minutesOf = (clockTime: string): number => {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number)
  return hours * 60 + minutes
}

/** The next time, after `now`, that clocks in this zone show that. */
function nextAt(clockTime: string, now: EpochMs, timeZone: string): EpochMs {
  const wall = wallAt(now, timeZone)
  const midnight = Math.floor(wall / dayMs) * dayMs
  for (const day of [0, 1, 2]) {
    const at = instantOf(midnight + day * dayMs + minutesOf(clockTime) * minuteMs, timeZone)
    if (at > now) return at
  }
  return now + dayMs
}

/** Is a time of day within these, also over midnight? From and until the same: never. */
function isWithin(
  minutes: number,
  { from, until }: { readonly from: string; readonly until: string },
): boolean {
  const begins = minutesOf(from)
  const ends = minutesOf(until)
  return begins <= ends ? minutes >= begins && minutes < ends : minutes >= begins || minutes < ends
}

/** When a person wants to hear of something that is known now, by the hours they named; null: now. How often they want to
 *  hear is another matter. `home`: the zone of people who did not say theirs. */
export function wantedAt(
  { quiet, digestAt, criticalAnyway }: FollowPreferences,
  severity: Severity,
  now: EpochMs,
  timeZone: string | null,
  home: string,
): { readonly at: EpochMs; readonly code: 'quiet' | 'digest' } | null {
  if (criticalAnyway && severity === 'critical') return null
  const zone = knownZone(timeZone) ?? home
  if (digestAt !== null) return { at: nextAt(digestAt, now, zone), code: 'digest' }
  if (quiet === null) return null
  const wall = wallAt(now, zone)
  const minutes = Math.floor((((wall % dayMs) + dayMs) % dayMs) / minuteMs)
  return isWithin(minutes, quiet) ? { at: nextAt(quiet.until, now, zone), code: 'quiet' } : null
}

/** Null for a name that this machine does not know. */
function knownZone(timeZone: string | null): string | null {
  if (timeZone === null) return null
  try {
    wallAt(0, timeZone)
    return timeZone
  } catch {
    return null
  }
}
