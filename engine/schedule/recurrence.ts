import { Cron } from 'croner'
import { LRUCache } from 'lru-cache'
import type { EpochMs } from '../model/ids.ts'
import type { Repeat, SkippedEdition } from '../model/schedule.ts'
import { instantOf, wallAt } from '../model/wall-clock.ts'

const patterns = new LRUCache<string, Cron>({ max: 500 })

// The pattern is read on a wall clock that never changes, and each wall time is then looked up in the zone: daylight
// saving is decided in one place (wall-clock.ts). A fixed offset is also six times faster here than a named zone.
function patternOf(cron: string): Cron {
  const known = patterns.get(cron)
  if (known !== undefined) return known
  const made = new Cron(cron, { utcOffset: 0, mode: '5-part' })
  patterns.set(cron, made)
  return made
}

/** The first due time after `after`; null when the series has ended. `begun`: editions begun so far.
 *  A wall time that does not exist comes due when the clocks jump over it, one that exists twice the first time; wall
 *  times that fall together are one due time. */
export function nextDue(repeat: Repeat, after: EpochMs, begun: number): EpochMs | null {
  if (repeat.count !== null && begun >= repeat.count) return null
  const pattern = patternOf(repeat.cron)
  let wall = wallAt(after, repeat.timeZone)
  for (;;) {
    const next = pattern.nextRun(new Date(wall))
    if (next === null) return null
    wall = next.getTime()
    const at = instantOf(wall, repeat.timeZone)
    // What lies in the hour that clocks show twice was due the first time round.
    if (at <= after) continue
    return repeat.until !== null && at > repeat.until ? null : at
  }
}

/** A month of a schedule that came due every minute is noted in a few pages, not in 40,000 rows. */
const maxNoted = 100

/** Let go by what came due after `after` up to and with `end`. The rows are the first hundred; the next due time
 *  comes after all of them. */
export function letGo(
  repeat: Repeat,
  after: EpochMs,
  end: EpochMs,
  begun: number,
  reason: string,
): { readonly skipped: readonly SkippedEdition[]; readonly next: EpochMs | null } {
  const skipped: SkippedEdition[] = []
  let next = nextDue(repeat, after, begun)
  while (next !== null && next <= end) {
    if (skipped.length === maxNoted) return { skipped, next: nextDue(repeat, end, begun) }
    skipped.push({ dueAt: next, reason })
    next = nextDue(repeat, next, begun)
  }
  return { skipped, next }
}
