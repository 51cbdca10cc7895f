import { hash } from 'node:crypto'
import type { Clock } from '../../../engine/clock.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import type { Rate } from './limiter.ts'
import { createNewest } from './newest.ts'

/** What this node was granted of the buckets that all share, a tenth of a second's worth at a time: a request waits for
 *  Redis only where its purse is empty. Nodes together let through the burst and a purse each at most. */
export interface Purses {
  /** Spend one; ms to wait where there is none to be had, else 0. */
  spend(key: string, rate: Rate): Promise<number>
  /** False while the buckets do not answer: then everything passes. */
  answers(): boolean
}

interface Purse {
  tokens: number
  /** Nothing is to be had before. */
  emptyUntil: EpochMs
  filling: Promise<void> | null
}

const worthMs = 100
// A caller at its limit gets one an interval: collecting them for a moment keeps Redis out of most refusals.
const restMs = 20
// Redis answers in 1 ms. Rather than wait for one that does not, a node counts alone, and asks again once a second.
const patienceMs = 100
const probeMs = 1000
const leastPurses = 10_000

export function createPurses(options: { readonly buckets: BucketStore; readonly clock: Clock }): Purses {
  const { buckets, clock } = options
  const purses = createNewest<Purse>(leastPurses)
  let answering = true
  let probeAt: EpochMs = 0

  async function fill(purse: Purse, key: string, { perSecond, burst }: Rate): Promise<void> {
    const want = Math.max(1, Math.min(Math.floor((perSecond * worthMs) / 1000), Math.floor(burst / 10)))
    const now = clock.now()
    try {
      const [grant] = await buckets.take([{ key: nameOf(key), perSecond, burst, want }], now)
      purse.tokens += grant!.granted
      purse.emptyUntil = grant!.granted === want ? now : Math.max(grant!.nextAt, now + restMs)
      answering = true
    } catch {
      lose()
    }
  }
  function lose(): void {
    answering = false
    probeAt = clock.now() + probeMs
  }
  function filled(purse: Purse, key: string, rate: Rate): Promise<void> {
    purse.filling ??= fill(purse, key, rate).finally(() => {
      purse.filling = null
    })
    return purse.filling
  }
  async function patiently(work: Promise<void>): Promise<void> {
    let cancel = () => {}
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(patienceMs, () => {
        lose()
        resolve()
      })
    })
    await Promise.race([work, late]).finally(() => cancel())
  }

  return {
    async spend(key, rate) {
      let purse = purses.get(key)
      if (purse === undefined) {
        purse = { tokens: 0, emptyUntil: 0, filling: null }
        purses.set(key, purse)
      }
      for (;;) {
        const now = clock.now()
        if (!answering) {
          if (now >= probeAt) {
            probeAt = now + probeMs
            void filled(purse, key, rate)
          }
          return 0
        }
        if (purse.tokens > 0) {
          purse.tokens--
          // The next ones shall not wait either.
          if (purse.tokens === 0 && purse.emptyUntil <= now && rate.perSecond >= 10)
            void filled(purse, key, rate)
          return 0
        }
        if (purse.emptyUntil > now) return purse.emptyUntil - now
        await patiently(filled(purse, key, rate))
      }
    },
    answers: () => answering,
  }
}

/** Redis learns no addresses. */
const nameOf = (key: string): string => {
  const kind = key.slice(0, key.indexOf(':'))
  return `http:${kind}:${hash('sha256', key, 'base64url').slice(0, 16)}`
}
