import type { Limit, WarmUp } from '../../config.ts'
import type { EpochMs } from '../../model/ids.ts'
import { instantOf, parseWall } from '../../model/wall-clock.ts'
import type { Limited } from './limited.ts'

/** What senders that are new to the world may send yet: so many letters a day, more with each. */
export interface WarmUps {
  /** When one of its days ends next, and with it what is said of when more may go; null where it is warm. */
  nextDay(sender: string, now: EpochMs): EpochMs | null
  /** Of all its letters together. */
  ofSender(sender: string, now: EpochMs): readonly Limited[]
  /** Of those to one domain. */
  ofDomain(sender: string, domain: string, now: EpochMs): readonly Limited[]
}

interface Ramp {
  readonly startsAt: EpochMs
  readonly perDay: readonly number[]
  /** Null: all of them together; `*`: each. */
  readonly domain: string | null
}

const dayMs = 86_400_000
const hoursADay = 24

/** Days of 24 hours, from midnight of the first one in `timeZone` (the calendar's): one of daylight saving is none longer. */
export function createWarmUps(said: readonly WarmUp[], timeZone: string): WarmUps {
  const bySender = new Map<string, Ramp[]>()
  for (const { sender, startsAt, perDay, domain } of said) {
    const ramp = { startsAt: instantOf(parseWall(`${startsAt}T00:00`) ?? 0, timeZone), perDay, domain }
    bySender.set(sender, [...(bySender.get(sender) ?? []), ramp])
  }
  const limited = (ramp: Ramp | undefined, key: string, now: EpochMs): readonly Limited[] => {
    if (ramp === undefined) return []
    const limit = limitOf(ramp, now)
    return limit === null ? [] : [[key, limit]]
  }
  return {
    nextDay(sender, now) {
      const ramps = bySender.get(sender)?.filter((ramp) => limitOf(ramp, now) !== null) ?? []
      const days = ramps.map(({ startsAt }) => startsAt + (dayOf(startsAt, now) + 1) * dayMs)
      return days.length === 0 ? null : Math.min(...days)
    },
    ofSender: (sender, now) =>
      limited(
        bySender.get(sender)?.find(({ domain }) => domain === null),
        `warm:${sender}`,
        now,
      ),
    ofDomain(sender, domain, now) {
      const ramps = bySender.get(sender)
      const ramp = ramps?.find((one) => one.domain === domain) ?? ramps?.find((one) => one.domain === '*')
      return limited(ramp, `warm:${sender}/${domain}`, now)
    },
  }
}

const dayOf = (startsAt: EpochMs, now: EpochMs) => Math.max(0, Math.floor((now - startsAt) / dayMs))

/** What the day allows, spread over it: the letters of an hour may go at once, the others as the day passes. With both, a
 *  day never sees more than its number, whatever the day before left over. Before the first day, its number holds; after
 *  the last, none does. */
function limitOf({ startsAt, perDay }: Ramp, now: EpochMs): Limit | null {
  const allowed = perDay[dayOf(startsAt, now)]
  if (allowed === undefined) return null
  const burst = Math.max(1, Math.floor(allowed / hoursADay))
  return { perSecond: (Math.max(1, allowed - burst) * 1000) / dayMs, burst }
}
