import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import type { HttpPressure } from '../../config/http.ts'

/** Who is turned away in which order: reports first, then the rest of the API, alerts last, and what is kept never. */
export const priorities = ['reports', 'usual', 'alerts', 'kept'] as const
export type Priority = (typeof priorities)[number]

/** Which share of a limit is too much for whom. */
const shares = {
  reports: 0.25,
  usual: 0.5,
  alerts: 1,
  kept: Number.POSITIVE_INFINITY,
} as const satisfies Record<Priority, number>

export interface PressureFigures {
  /** Of each limit the share that is reached, 1 where even alerts are turned away; and the largest of them, as it is acted by. */
  readonly delay: number
  readonly underWay: number
  readonly store: number
  readonly bodies: number
  readonly level: number
  /** Whom it turns away now; null: nobody. */
  readonly shedding: Priority | null
  readonly shed: { readonly [priority in Priority]: number }
}

/** How much there is to do, and who may still come. */
export interface Pressure {
  /** False: turn it away. `bytes`: of its body. Whoever was admitted must leave. */
  admit(priority: Priority, bytes: number): boolean
  leave(bytes: number): void
  figures(): PressureFigures
}

/** What is looked at each time, ms; a test has others. */
export interface PressureGauges {
  /** By how much the event loop was late since the last look, on average. */
  delayMs(): number
  /** For how long calls of the store wait. */
  storeMs(): number
}

const lookMs = 250
const averageMs = 1000
// Who was turned away is let in again at four fifths of where it began, after this long without a worse look.
const calmShare = 0.8
const calmMs = 2000

/** Rises with the worst look, falls slowly: requests that were turned away come back together. It looks when somebody comes:
 *  where nobody does, there is nothing to decide. */
export function createPressure(options: {
  readonly limits: HttpPressure
  readonly gauges: PressureGauges
  readonly clock: Clock
  readonly log: Log
}): Pressure {
  const { limits, gauges, clock, log } = options
  let underWay = 0
  let bodyBytes = 0
  let delay = 0
  let store = 0
  let level = 0
  let shedding: Priority | null = null
  let worseAt = clock.now()
  let lookedAt = worseAt
  const shed: Record<Priority, number> = { reports: 0, usual: 0, alerts: 0, kept: 0 }

  const underWayShare = () => underWay / limits.underWay
  const bodiesShare = () => bodyBytes / limits.bodyBytes
  /** The last of whom it is too much for. */
  const tooMuchFor = (share: number): Priority | null =>
    priorities.findLast((priority) => share >= shares[priority]) ?? null
  const rankOf = (priority: Priority | null) => (priority === null ? -1 : priorities.indexOf(priority))

  function settle(now: EpochMs): void {
    level = Math.max(delay, store, underWayShare(), bodiesShare())
    const wanted = rankOf(tooMuchFor(level))
    const rank = rankOf(shedding)
    if (wanted > rank) change(tooMuchFor(level))
    // Or the clock was set back.
    if (shedding === null || level >= shares[shedding] * calmShare || now < worseAt) {
      worseAt = now
      return
    }
    // A step for each while it has been calm, and no further than what is left allows.
    const steps = Math.floor((now - worseAt) / calmMs)
    if (steps === 0) return
    worseAt = now
    change(priorities[Math.max(wanted, rank - steps)] ?? null)
  }
  function change(to: Priority | null): void {
    const worse = rankOf(to) > rankOf(shedding)
    shedding = to
    const fields = {
      shedding,
      level: round(level),
      delay: round(delay),
      store: round(store),
      underWay,
      bodyBytes,
    }
    if (worse) log.warn(fields, 'http.shedding')
    else log.info(fields, 'http.shedding')
  }
  function look(): void {
    const now = clock.now()
    const ms = now - lookedAt
    if (ms >= lookMs || ms < 0) {
      lookedAt = now
      delay += (gauges.delayMs() / limits.delayMs - delay) * (1 - Math.exp(-Math.max(ms, lookMs) / averageMs))
      store = gauges.storeMs() / limits.storeMs
    }
    settle(now)
  }

  return {
    admit(priority, bytes) {
      underWay++
      bodyBytes += bytes
      look()
      if (priority === 'kept' || rankOf(shedding) < rankOf(priority)) return true
      underWay--
      bodyBytes -= bytes
      shed[priority]++
      return false
    },
    leave(bytes) {
      underWay--
      bodyBytes -= bytes
    },
    figures() {
      look()
      return {
        delay,
        underWay: underWayShare(),
        store,
        bodies: bodiesShare(),
        level,
        shedding,
        shed: { ...shed },
      }
    },
  }
}

const round = (share: number): number => Math.round(share * 100) / 100

/** By how much the event loop is late, by libuv's own timer, every 20 ms. */
export function loopDelay(): { delayMs(): number; close(): void } {
  const resolution = 20
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  let seenCount = 0
  let seenSum = 0
  return {
    // No reset(): the tick after it is not counted, and with a loop that ticks rarely that is the one that matters.
    delayMs() {
      const { count } = histogram
      const sum = count === 0 ? 0 : (histogram.mean / 1e6) * count
      const ticks = count - seenCount
      const mean = ticks === 0 ? 0 : (sum - seenSum) / ticks
      seenCount = count
      seenSum = sum
      return Math.max(0, mean - resolution)
    },
    close: () => histogram.disable(),
  }
}
