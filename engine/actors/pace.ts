import type { Clock } from '../clock.ts'
import type { BatchReport } from '../delivery/lane.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { EpochMs } from '../model/ids.ts'

const windowMs = 10_000
/** Bucket borders of the letter time, milliseconds, from 0.1 ms to two minutes: each a quarter above the one before. */
const borders = Array.from({ length: 64 }, (_, i) => 0.1 * 1.25 ** i)

/** Rate and letter times of one publication in this process. Constant size, whatever its audience. */
export interface Pace {
  add(batch: BatchReport): void
  readonly counts: DeliveryCounts | null
  perSecond(): number
  /** Within a quarter, by its buckets. */
  p95LetterMs(): number | null
}

export function createPace(clock: Clock): Pace {
  const recent: { at: EpochMs; done: number }[] = []
  const histogram = new Float64Array(borders.length)
  let letters = 0
  let counts: DeliveryCounts | null = null
  const startedAt = clock.now()
  return {
    add(batch) {
      const done = (of: DeliveryCounts | null) => (of ? of.audience - of.queued - of.handing - of.retry : 0)
      const before = counts === null ? done(batch.counts) - batch.letterMs.length : done(counts)
      counts = batch.counts
      recent.push({ at: clock.now(), done: Math.max(0, done(counts) - before) })
      for (const ms of batch.letterMs) {
        const found = borders.findIndex((border) => ms <= border)
        histogram[found < 0 ? borders.length - 1 : found]!++
      }
      letters += batch.letterMs.length
    },
    get counts() {
      return counts
    },
    perSecond() {
      const now = clock.now()
      while (recent.length > 0 && recent[0]!.at < now - windowMs) recent.shift()
      const span = Math.min(windowMs, Math.max(now - startedAt, 250))
      return recent.reduce((sum, { done }) => sum + done, 0) / (span / 1000)
    },
    p95LetterMs() {
      if (letters === 0) return null
      let below = 0
      for (const [i, n] of histogram.entries()) {
        below += n
        if (below >= letters * 0.95) return Math.round(borders[i]! * 10) / 10
      }
      return null
    },
  }
}
