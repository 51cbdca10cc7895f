import type { Clock } from '../../../engine/clock.ts'

export interface TestClock extends Clock {
  /** Move time, running what falls due on the way, in order. */
  advance(ms: number): void
  /** Set the wall clock without running anything: what a jump of an hour looks like. */
  jump(ms: number): void
}

export function createTestClock(start = Date.UTC(2026, 10, 23, 8)): TestClock {
  let now = start
  const timers = new Map<number, { at: number; run: () => void }>()
  let last = 0
  return {
    now: () => now,
    after(ms, run) {
      const id = ++last
      timers.set(id, { at: now + ms, run })
      return () => timers.delete(id)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
        if (!due) break
        timers.delete(due[0])
        now = Math.max(now, due[1].at)
        due[1].run()
      }
      now = end
    },
    jump(ms) {
      now += ms
    },
  }
}
