import { expect, vi } from 'vitest'
import type { Clock } from '../../engine/channel/index.ts'
import { systemClock } from '../../engine/clock.ts'

export interface WatchedClock extends Clock {
  /** Timers that neither ran nor were cancelled. */
  timers(): number
  /** Moves on at once; what falls due runs. */
  advance(ms: number): void
}

/** The real clock, counted, and ahead of it by what it was advanced. */
export function createWatchedClock(): WatchedClock {
  let ahead = 0
  const pending = new Set<{ readonly at: number; readonly run: () => void }>()
  const now = () => systemClock.now() + ahead
  return {
    now,
    after(ms, run) {
      const timer = {
        at: now() + ms,
        run() {
          cancel()
          if (pending.delete(timer)) run()
        },
      }
      const cancel = systemClock.after(ms, timer.run)
      pending.add(timer)
      return () => {
        cancel()
        pending.delete(timer)
      }
    },
    timers: () => pending.size,
    advance(ms) {
      ahead += ms
      for (const timer of pending) if (timer.at <= now()) timer.run()
    },
  }
}

/** Sockets, servers and files that keep this process alive, by kind. */
export type Handles = Readonly<Record<string, number>>

function handles(): Handles {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    // Timers are the test runner's own as often as not; those of the channel are counted by its clock.
    if (kind !== 'Immediate' && kind !== 'Timeout') counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** What there is, once what earlier tests closed is gone: a handle takes a turn or two of the event loop to end. */
export async function restingHandles(): Promise<Handles> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  return handles()
}

/** No timer, and no handle that was not there before. */
export async function expectNothingLeft(clock: WatchedClock, before: Handles): Promise<void> {
  expect(clock.timers()).toBe(0)
  await vi.waitFor(() => expect(handles()).toEqual(before), { interval: 5, timeout: 60_000 })
}
