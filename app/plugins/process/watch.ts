import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../../engine/channel/index.ts'
import type { PluginLimits } from '../grant.ts'

export interface Watch {
  /** Begin to ask whether its event loop turns; memory is watched from the start. */
  beat(): void
  /** An answer to a ping; false when there was none of that number. */
  pong(beat: number, rssBytes: number): boolean
  stop(): void
}

const memoryEveryMs = 200
/** A beat that is not answered until the next is missed: so many in a row are `stuckMs`. Counted in beats and not by the clock,
 *  so that a daemon that slept itself (a laptop) blames nobody. */
const beats = 5

/** Ends a process that takes more memory than it may, or whose event loop stands still. */
export function watch(options: {
  readonly child: ChildProcess
  readonly limits: PluginLimits
  readonly clock: Clock
  readonly ping: (beat: number) => void
  readonly kill: (reason: string) => void
}): Watch {
  const { child, limits, clock, ping, kill } = options
  let beat = 0
  let answered = true
  let missed = 0
  let stopped = false
  let cancelBeat = () => {}
  let cancelMemory = () => {}

  const judge = (rssBytes: number): void => {
    if (rssBytes > limits.memoryMb * 2 ** 20) kill(`it took more than its ${limits.memoryMb} MB of memory`)
  }
  const next = (): void => {
    if (stopped) return
    missed = answered ? 0 : missed + 1
    if (missed >= beats) {
      kill(`its event loop stood still for ${limits.stuckMs / 1000} s`)
      return
    }
    if (answered) {
      answered = false
      ping(++beat)
    }
    cancelBeat = clock.after(limits.stuckMs / beats, next)
  }
  /** Linux tells from outside; elsewhere the answers to pings do. */
  const measure = async (): Promise<void> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => null)
    if (status === null || stopped) return
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    if (kilobytes !== undefined) judge(Number(kilobytes) * 1024)
    cancelMemory = clock.after(memoryEveryMs, () => void measure())
  }
  void measure()

  return {
    beat: next,
    pong(number, rssBytes) {
      if (number !== beat || answered) return false
      answered = true
      judge(rssBytes)
      return true
    },
    stop() {
      stopped = true
      cancelBeat()
      cancelMemory()
    },
  }
}
