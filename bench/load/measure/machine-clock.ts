/** Milliseconds of the machine's own clock, which nobody sets: the same in all its processes (CLOCK_MONOTONIC; on macOS
 *  mach_absolute_time), so that a moment of one can be taken from a moment of another. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6
