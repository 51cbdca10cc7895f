import type { EpochMs } from '../../model/ids.ts'

/** What the calls of a channel came to lately, by tenths of the window: newest last, at most ten. A value, not an object
 *  that changes: it lives in the machine's context. */
export type FaultWindow = readonly {
  /** Of its beginning, counted in tenths since 1970. */
  readonly no: number
  readonly calls: number
  /** Each call counts for the share of its messages that the channel failed. */
  readonly faults: number
}[]

const slices = 10

/** The window after a call that ended now. */
export function withCall(window: FaultWindow, faults: number, now: EpochMs, windowMs: number): FaultWindow {
  const no = Math.floor((now * slices) / windowMs)
  const last = window.at(-1)
  // A clock set back counts on in the newest tenth.
  if (last !== undefined && no <= last.no)
    return [...window.slice(0, -1), { ...last, calls: last.calls + 1, faults: last.faults + faults }]
  return [...window.filter((slice) => slice.no > no - slices), { no, calls: 1, faults }]
}

/** Enough calls to judge by, and too many of them failed? */
export function isFaulty(window: FaultWindow, minCalls: number, faultShare: number): boolean {
  let calls = 0
  let faults = 0
  for (const slice of window) {
    calls += slice.calls
    faults += slice.faults
  }
  return calls >= minCalls && faults >= calls * faultShare
}
