import type { EpochMs } from '../../model/ids.ts'

/** What the calls of a channel came to lately. */
export interface FaultWindow {
  /** A call ended now. It counts for the share of its messages that the channel failed. True: with this fault there are enough calls to
   *  judge by, and too many of them failed. One that answers is never too many: the faults before it were, or were not. */
  add(share: number, now: EpochMs): boolean
  clear(): void
}

// The window goes on by tenths.
const tenths = 10

export function createFaultWindow(settings: {
  readonly windowMs: number
  readonly minCalls: number
  readonly faultShare: number
}): FaultWindow {
  const { windowMs, minCalls, faultShare } = settings
  /** The newest last. `no`: of its beginning, counted in tenths since 1970. */
  let slices: { readonly no: number; calls: number; faults: number }[] = []

  return {
    add(share, now) {
      const no = Math.floor((now * tenths) / windowMs)
      let last = slices.at(-1)
      // A clock set back counts on in the newest tenth.
      if (last === undefined || no > last.no) {
        last = { no, calls: 0, faults: 0 }
        slices = [...slices.filter((slice) => slice.no > no - tenths), last]
      }
      last.calls++
      last.faults += share
      if (share === 0) return false
      let [calls, faults] = [0, 0]
      for (const slice of slices) {
        calls += slice.calls
        faults += slice.faults
      }
      return calls >= minCalls && faults >= calls * faultShare
    },
    clear() {
      slices = []
    },
  }
}
