import type { EpochMs } from './model/ids.ts'

/** Time as an argument: tests move it, nothing sleeps. */
export interface Clock {
  now(): EpochMs
  /** Call `run` once after `ms`. The returned function cancels; calling it again does nothing. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    // setTimeout overflows past 2^31-1 ms and would fire at once.
    const timer = setTimeout(run, Math.min(ms, 2_147_483_647))
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms`, or at once when `signal` is aborted. Never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** Spaces what one does again and again: asked, it says how many milliseconds to wait, so that `ms` lie between one time and the next.
 *  0 after a quiet time: what comes alone waits for nothing. Whoever asks does it then. */
export function createSpacing(clock: Pick<Clock, 'now'>, ms: number): () => number {
  let next = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.now()
    // A clock that was set back keeps nobody longer than that.
    const wait = Math.max(0, Math.min(next - now, ms))
    next = now + wait + ms
    return wait
  }
}
