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

/** Of a time, counted in tenths of the window since 1970. */
export const sliceOf = (at: EpochMs, windowMs: number): number => Math.floor((at * slices) / windowMs)

/** The window after `calls` that ended then. */
export function withCalls(
  window: FaultWindow,
  { calls, faults, at }: { readonly calls: number; readonly faults: number; readonly at: EpochMs },
  windowMs: number,
): FaultWindow {
  const no = sliceOf(at, windowMs)
  const last = window.at(-1)
  // A clock set back counts on in the newest tenth.
  if (last !== undefined && no <= last.no)
    return [...window.slice(0, -1), { ...last, calls: last.calls + calls, faults: last.faults + faults }]
  return [...window.filter((slice) => slice.no > no - slices), { no, calls, faults }]
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
