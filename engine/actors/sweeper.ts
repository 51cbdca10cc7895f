import type { Clock } from '../clock.ts'
import { withoutTrace } from '../trace.ts'

/** Looks for what is due: every so often, and at once when there may be something; one look at a time. */
export interface Sweeper {
  /** The first look is now. */
  start(): void
  /** Look now, or once more when the look under way is over. Nothing before `start` and after `stop`. */
  kick(): void
  /** Resolves when no look is under way any more. */
  stop(): Promise<void>
}

export function createSweeper(parts: {
  readonly clock: Clock
  readonly everyMs: number
  readonly sweep: () => Promise<void>
  readonly onError: (error: unknown) => void
}): Sweeper {
  const { clock, everyMs, sweep, onError } = parts
  let state: 'new' | 'started' | 'stopped' = 'new'
  let sweeping: Promise<void> | null = null
  let again = false
  let cancelTimer = () => {}

  function kick(): void {
    if (state !== 'started') return
    if (sweeping) {
      again = true
      return
    }
    cancelTimer()
    // It looks for everybody, and its next look is nobody's: whoever kicked it lends no trace.
    sweeping = withoutTrace(sweep)
      .catch(onError)
      .finally(() => {
        sweeping = null
        if (state !== 'started') return
        if (again) {
          again = false
          kick()
        } else cancelTimer = withoutTrace(() => clock.after(everyMs, kick))
      })
  }

  return {
    start() {
      if (state !== 'new') return
      state = 'started'
      kick()
    },
    kick,
    async stop() {
      state = 'stopped'
      cancelTimer()
      await sweeping
    },
  }
}
