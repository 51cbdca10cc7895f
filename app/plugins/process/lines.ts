import type { Readable } from 'node:stream'
import type { Clock, Json, Log } from '../../../engine/channel/index.ts'

/** What a plugin says beside its answers: log lines, and what it prints. */
export interface Lines {
  /** False when there were too many this second. */
  log(line: {
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    readonly event: string
    readonly fields: { readonly [key: string]: Json }
  }): boolean
  /** So many lines were dropped in the process itself. */
  drop(count: number): void
  /** What V8 printed of its own end, where no code of ours could run any more; null: nothing. */
  lastWords(): string | null
  /** Nothing more is told, and nothing that is printed is held back. */
  stop(): void
}

const linesPerSecond = 100
/** More is not read before the second is over: the one who prints waits. */
const bytesPerSecond = 256 * 1024
const lineLength = 500

export function createLines(options: {
  readonly clock: Clock
  readonly log: Log
  readonly streams: readonly Readable[]
}): Lines {
  const { clock, log, streams } = options
  let lines = 0
  let dropped = 0
  let bytes = 0
  let stopped = false
  let cancel: (() => void) | null = null
  let last = ''

  const rest = (): void => {
    cancel = null
    if (dropped > 0) log.warn({ dropped }, 'plugin.flood')
    lines = dropped = bytes = 0
    for (const stream of streams) stream.resume()
  }
  /** Counts one line; false when it is too many. */
  const admit = (): boolean => {
    if (stopped) return false
    cancel ??= clock.after(1000, rest)
    if (++lines <= linesPerSecond) return true
    dropped++
    return false
  }
  for (const [index, stream] of streams.entries()) {
    let begun = ''
    stream.on('data', (chunk: Buffer) => {
      const text = begun + chunk.toString('utf8')
      const whole = text.split('\n')
      // A line without an end is cut, not kept.
      begun = (whole.pop() ?? '').slice(0, lineLength)
      if (index === 1) last = (last + chunk.toString('utf8')).slice(-4000)
      for (const line of whole)
        if (line.trim() !== '' && admit()) log.debug({ text: line.slice(0, lineLength) }, 'plugin.printed')
      bytes += chunk.length
      if (bytes > bytesPerSecond && !stopped) {
        cancel ??= clock.after(1000, rest)
        for (const each of streams) each.pause()
      }
    })
  }

  return {
    log({ level, event, fields }) {
      const admitted = admit()
      // Nested, and `said`: a plugin's "channel", "time" or event is not taken for the daemon's own.
      if (admitted) log[level]({ said: event.slice(0, 100), fields }, 'plugin.log')
      return admitted
    },
    drop(count) {
      dropped += count
      cancel ??= clock.after(1000, rest)
    },
    lastWords: () => /fatal error: ([^\n]{1,200})|fatal process out of memory/i.exec(last)?.[0] ?? null,
    stop() {
      stopped = true
      cancel?.()
      cancel = null
      for (const stream of streams) stream.resume()
    },
  }
}
