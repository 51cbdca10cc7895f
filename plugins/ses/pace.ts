import type { Clock } from '../../engine/channel/index.ts'

/** Leave to make a request: so many at a time, so many a second, urgent ones first. */
export interface Pace {
  /** Resolves with what ends the request when its turn comes; `stopped` where `signal` was aborted before, `held` where
   *  nothing goes for longer than a batch should wait. */
  take(urgent: boolean, signal: AbortSignal): Promise<(() => void) | 'stopped' | 'held'>
  /** Requests a second from now on. */
  setRate(perSecond: number): void
  /** Nothing goes for this long. */
  hold(ms: number): void
  /** How long nothing goes. */
  heldMs(): number
  close(): void
}

// What is held for less waits for its turn; a lease is not kept for more.
const patienceMs = 5000

type Go = (leave: (() => void) | 'held') => void

export function createPace(options: {
  readonly clock: Clock
  readonly atOnce: number
  readonly perSecond: number
}): Pace {
  const { clock, atOnce } = options
  const waiting = { urgent: new Set<Go>(), bulk: new Set<Go>() }
  let perSecond = options.perSecond
  let running = 0
  // SES counts over a second that slides, so a second's worth at once after a pause would be twice the rate: a tenth.
  const burst = () => Math.max(1, perSecond / 10)
  let tokens = burst()
  let filledAt = clock.now()
  let heldUntil = 0
  let cancel: (() => void) | null = null

  const heldMs = () => Math.max(0, heldUntil - clock.now())

  function fill(): void {
    const now = clock.now()
    tokens = Math.min(burst(), tokens + (Math.max(0, now - filledAt) / 1000) * perSecond)
    filledAt = now
  }

  function run(): void {
    cancel?.()
    cancel = null
    fill()
    while (running < atOnce) {
      const queue = waiting.urgent.size > 0 ? waiting.urgent : waiting.bulk
      const [next] = queue
      if (next === undefined) return
      // Sums of fractions miss the whole by a hair.
      const missing = 1 - tokens - 1e-6
      const waitMs = Math.max(heldMs(), missing > 0 ? Math.ceil((missing / perSecond) * 1000) : 0)
      if (waitMs > 0) {
        cancel = clock.after(waitMs, run)
        return
      }
      queue.delete(next)
      tokens--
      running++
      next(leave())
    }
  }

  function leave(): () => void {
    let left = false
    return () => {
      if (left) return
      left = true
      running--
      run()
    }
  }

  return {
    heldMs,
    take(urgent, signal) {
      if (signal.aborted) return Promise.resolve('stopped')
      if (heldMs() > patienceMs) return Promise.resolve('held')
      return new Promise((resolve) => {
        const queue = waiting[urgent ? 'urgent' : 'bulk']
        const go: Go = (turn) => {
          signal.removeEventListener('abort', stop)
          resolve(turn)
        }
        const stop = () => {
          queue.delete(go)
          resolve('stopped')
          run()
        }
        signal.addEventListener('abort', stop, { once: true })
        queue.add(go)
        run()
      })
    },
    setRate(rate) {
      fill()
      perSecond = rate
      tokens = Math.min(tokens, burst())
      run()
    },
    hold(ms) {
      heldUntil = Math.max(heldUntil, clock.now() + ms)
      if (heldMs() <= patienceMs) return
      for (const queue of [waiting.urgent, waiting.bulk])
        for (const go of queue) {
          queue.delete(go)
          go('held')
        }
      run()
    },
    close() {
      cancel?.()
      cancel = null
    },
  }
}
