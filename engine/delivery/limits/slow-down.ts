import { LRUCache } from 'lru-cache'
import type { Outcome } from '../../channel/index.ts'
import type { EngineConfig } from '../../config.ts'
import { domainOf } from '../../model/address.ts'
import type { EpochMs } from '../../model/ids.ts'

/** A rate that was cut. `domain` null: of the whole channel. */
export interface Cut {
  readonly channel: string
  readonly domain: string | null
  /** Of this node, from now on. */
  readonly perSecond: number
}

/** Sends less to who asked for less: a recipient domain, or a channel, that answers 4.7.x, or 421 and no more. Each node slows down what
 *  it sends itself, so that the sum of all is cut by as much; news of a cut is passed on to the others. */
export interface SlowDown {
  /** What became of letters over a channel, outcome by letter. Returns the cuts that follow. */
  hear(
    channel: string,
    letters: readonly { readonly to: string }[],
    outcomes: readonly Outcome[],
    now: EpochMs,
  ): readonly Cut[]
  /** Another node had to slow down. */
  follow(channel: string, domain: string | null, now: EpochMs): void
  applies(channel: string, now: EpochMs): boolean
  /** Each cut of a channel that still holds, with its rate by now. */
  slowed(channel: string, now: EpochMs): readonly Omit<Cut, 'channel'>[]
  /** Of `want` letters, how many may go now, and when the next of the others may. They count as sent. */
  take(
    channel: string,
    domain: string | null,
    want: number,
    now: EpochMs,
  ): { readonly granted: number; readonly nextAt: EpochMs }
  /** Of those granted, so many did not go. */
  giveBack(channel: string, domain: string | null, unused: number): void
}

type Settings = NonNullable<EngineConfig['limits']['slowDown']>

/** Letters that were tried lately: so many in this span of time, so many in the one before. */
interface Meter {
  since: EpochMs
  spanAt: EpochMs
  present: number
  before: number
}

interface Slowed {
  readonly cutAt: EpochMs
  /** Just after the cut, and before the first one: what it recovers to. */
  readonly perSecond: number
  readonly base: number
  /** A token bucket of one second's worth. */
  tokens: number
  filledAt: EpochMs
}

// RFC 3463: x.7.x is security or policy; with 4 it is how providers say "too fast" (Gmail 4.7.28, Outlook 4.7.650).
// A 421 with another one explains itself: 4.3.2 is shutting down, and the breaker's business. One without any may mean both.
const tooFast = /^421$|^4\d\d 4\.7\.\d/
/** Domains whose rates are known; of others the first cut is a guess. */
const remembered = 10_000
const wholeChannel = '*'

/** The rule (additive increase, multiplicative decrease: Chiu and Jain 1989). On the first refusal the rate of the last
 *  `watchMs` is halved, at most once in `watchMs`, since letters on their way say nothing of the new rate; never below
 *  `floorPerSecond`. Without refusals it rises evenly, by what it was before the first cut in `recoverMs`, and is free again
 *  once it is there. */
export function createSlowDown(settings: Settings): SlowDown {
  const { floorPerSecond, watchMs, recoverMs } = settings
  const meters = new LRUCache<string, Meter>({ max: remembered })
  const slowed = new Map<string, Map<string, Slowed>>()

  const meterOf = (key: string, now: EpochMs): Meter => {
    const known = meters.get(key)
    const idle = known === undefined || now - known.spanAt >= 2 * watchMs
    if (idle) {
      const fresh = { since: now, spanAt: now, present: 0, before: 0 }
      meters.set(key, fresh)
      return fresh
    }
    if (now - known.spanAt >= watchMs) {
      known.before = known.present
      known.present = 0
      known.spanAt += watchMs
    }
    return known
  }
  /** Letters a second over the last `watchMs`, or since they began. */
  const rateOf = (key: string, now: EpochMs): number => {
    const { since, spanAt, present, before } = meterOf(key, now)
    const letters = present + before * Math.max(0, 1 - (now - spanAt) / watchMs)
    return (letters * 1000) / Math.min(watchMs, Math.max(1000, now - since))
  }
  const keyOf = (channel: string, domain: string) => `${channel} ${domain}`
  const nowOf = ({ cutAt, perSecond, base }: Slowed, now: EpochMs): number =>
    perSecond + (base * Math.max(0, now - cutAt - watchMs)) / recoverMs

  /** Undefined where it goes at full speed. */
  const find = (channel: string, domain: string | null, now: EpochMs): Slowed | undefined => {
    const ofChannel = slowed.get(channel)
    const one = ofChannel?.get(domain ?? wholeChannel)
    if (one === undefined || nowOf(one, now) < one.base) return one
    ofChannel?.delete(domain ?? wholeChannel)
    return undefined
  }

  function cut(channel: string, domain: string | null, now: EpochMs): Cut | null {
    const known = find(channel, domain, now)
    if (known !== undefined && now - known.cutAt < watchMs) return null
    const seen = rateOf(keyOf(channel, domain ?? wholeChannel), now)
    // Who sends nothing there has nothing to slow down.
    if (seen === 0) return null
    const from = known === undefined ? seen : Math.min(seen, nowOf(known, now))
    const perSecond = Math.max(floorPerSecond, from / 2)
    // Below the floor there is nothing to cut.
    const base = known?.base ?? Math.max(seen, 2 * floorPerSecond)
    const ofChannel = slowed.get(channel) ?? new Map<string, Slowed>()
    slowed.set(channel, ofChannel)
    ofChannel.set(domain ?? wholeChannel, { cutAt: now, perSecond, base, tokens: 0, filledAt: now })
    return { channel, domain, perSecond }
  }

  return {
    hear(channel, letters, outcomes, now) {
      const tried = new Map<string, number>()
      const refusing = new Set<string | null>()
      // With an index: this is the one thing here that each letter of a campaign pays for.
      for (let i = 0; i < letters.length; i++) {
        const domain = domainOf(letters[i]!.to)
        tried.set(domain, (tried.get(domain) ?? 0) + 1)
        const outcome = outcomes[i]!
        if (outcome.status === 'transient' && tooFast.test(outcome.code))
          refusing.add(outcome.scope === 'channel' ? null : domain)
      }
      for (const [domain, count] of tried) meterOf(keyOf(channel, domain), now).present += count
      meterOf(keyOf(channel, wholeChannel), now).present += letters.length
      return [...refusing].flatMap((domain) => cut(channel, domain, now) ?? [])
    },
    follow(channel, domain, now) {
      cut(channel, domain, now)
    },
    applies(channel, now) {
      const ofChannel = slowed.get(channel)
      if (ofChannel === undefined) return false
      for (const domain of ofChannel.keys()) find(channel, domain, now)
      if (ofChannel.size === 0) slowed.delete(channel)
      return ofChannel.size > 0
    },
    slowed(channel, now) {
      return [...(slowed.get(channel)?.keys() ?? [])].flatMap((key) => {
        const domain = key === wholeChannel ? null : key
        const one = find(channel, domain, now)
        return one === undefined ? [] : { domain, perSecond: nowOf(one, now) }
      })
    },
    take(channel, domain, want, now) {
      const one = find(channel, domain, now)
      if (one === undefined) return { granted: want, nextAt: now }
      const rate = nowOf(one, now)
      const burst = Math.max(1, rate)
      one.tokens = Math.min(burst, one.tokens + (rate * Math.max(0, now - one.filledAt)) / 1000)
      one.filledAt = now
      const granted = Math.min(want, Math.floor(one.tokens + 1e-9))
      one.tokens -= granted
      const waitMs = ((1 - one.tokens) * 1000) / rate
      return { granted, nextAt: granted === want ? now : now + Math.max(1, Math.ceil(waitMs)) }
    },
    giveBack(channel, domain, unused) {
      const one = slowed.get(channel)?.get(domain ?? wholeChannel)
      if (one !== undefined) one.tokens += unused
    },
  }
}

/** Of settings that want none. */
export const noSlowDown: SlowDown = {
  hear: () => [],
  follow() {},
  applies: () => false,
  slowed: () => [],
  take: (_channel, _domain, want, now) => ({ granted: want, nextAt: now }),
  giveBack() {},
}
