import type { ChannelMeter } from '../../engine/channel/index.ts'

/** Tells how long each step took that came to its end. */
export interface Stopwatch {
  /** The step ended now; the next one begins. */
  lap(phase: 'connect' | 'ehlo' | 'starttls' | 'auth' | 'envelope' | 'data'): void
}

const silent: Stopwatch = { lap() {} }

/** Begins now. Without a meter it tells nobody, and looks at no clock. */
export function startStopwatch(meter: ChannelMeter | undefined): Stopwatch {
  if (meter === undefined) return silent
  let from = performance.now()
  return {
    lap(phase) {
      const now = performance.now()
      meter.phase(phase, (now - from) / 1000)
      from = now
    },
  }
}
