import { systemClock } from '../../../engine/clock.ts'
import type { TestClock } from '../../engine/support/clock.ts'

/** The system's clocks with a wall clock that can be set while timers go on: what an administrator, NTP or a
 *  laptop waking up does to a process. */
export function createJumpingClock(): TestClock {
  let offset = 0
  return {
    now: () => Date.now() + offset,
    after: systemClock.after,
    // Real time passes by itself.
    advance() {},
    jump(ms) {
      offset += ms
    },
  }
}
