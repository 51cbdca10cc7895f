import { styleText } from 'node:util'
import { bytes, clip, count, duration, rate, width } from './format.ts'

type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta'

export interface ProgressState {
  readonly done: number
  /** Null: not known, there is no bar then. */
  readonly total: number | null
  /** Overall rate, where the caller knows better than the growth of `done`. */
  readonly perSecond?: number
  readonly remainingMs?: number | null
  /** Parts of `done` in colours of their own, the rest is green. */
  readonly parts?: readonly { readonly value: number; readonly style: Style }[]
  /** Behind the figures: `3 failed`. */
  readonly note?: string
  /** What `--json` says beside done, total, perSecond and remainingMs. */
  readonly fields?: object
}

export interface ProgressOptions {
  /** One JSON object a line. */
  readonly json?: boolean
  readonly label?: string
  readonly unit?: 'count' | 'bytes'
  readonly now?: () => number
  /** `type` of the JSON lines. */
  readonly type?: string
}

export interface Progress {
  /** Call as often as you like: a terminal is redrawn ten times a second at most, other places get a line
   *  every two seconds, JSON one a second. */
  update(state: ProgressState): void
  /** Show the last state whole and go to the next line. `line` stands in its place. Idempotent. */
  finish(line?: string): void
  /** A line above the bar. */
  say(line: string): void
}

export type ProgressStream = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean
  readonly columns?: number
}

const windowMs = 5000
const narrowest = 8
const widest = 40
// `hello  100%  59,991/59,991  9,000/s  1 min 17 s left  59,991 sent, 12 failed` and the gaps.
const usualFigures = 78
const pace = { terminal: 100, lines: 2000, json: 1000 } as const

/** A bar on a terminal, a line every two seconds elsewhere, NDJSON with `json`. */
export function createProgress(stream: ProgressStream, options: ProgressOptions = {}): Progress {
  const {
    json = false,
    label = '',
    unit = 'count',
    now = () => performance.now(),
    type = 'progress',
  } = options
  const mode = json ? 'json' : stream.isTTY === true ? 'terminal' : 'lines'
  const samples: { at: number; done: number }[] = []
  let state: ProgressState | null = null
  let drawnAt = Number.NEGATIVE_INFINITY
  let drawn: ProgressState | null = null
  let finished = false

  /** Growth over the last five seconds. */
  const measure = (next: ProgressState): { perSecond: number; remainingMs: number | null } => {
    const at = now()
    samples.push({ at, done: next.done })
    while (samples.length > 2 && samples[1]!.at < at - windowMs) samples.shift()
    const first = samples[0]!
    const grown = at > first.at ? ((next.done - first.done) * 1000) / (at - first.at) : 0
    const perSecond = next.perSecond ?? grown
    const left = next.total === null ? null : Math.max(0, next.total - next.done)
    const remainingMs = left === null || perSecond <= 0 ? null : (left * 1000) / perSecond
    return { perSecond, remainingMs: next.remainingMs === undefined ? remainingMs : next.remainingMs }
  }

  const draw = (final: boolean): void => {
    if (state === null || (final && drawn === state && mode !== 'terminal')) return
    const speed = measure(state)
    drawnAt = now()
    drawn = state
    switch (mode) {
      case 'json':
        stream.write(
          `${JSON.stringify({
            type,
            done: state.done,
            total: state.total,
            perSecond: Number(speed.perSecond.toFixed(1)),
            remainingMs: speed.remainingMs === null ? null : Math.round(speed.remainingMs),
            ...state.fields,
          })}\n`,
        )
        break
      case 'lines':
        stream.write(`${figures(state, speed).join('  ')}\n`)
        break
      case 'terminal':
        stream.write(`\r${bar(state, speed)}\x1b[K`)
        break
    }
  }

  const figures = (
    { done, total, note }: ProgressState,
    { perSecond, remainingMs }: { perSecond: number; remainingMs: number | null },
  ): string[] => {
    const amount = unit === 'bytes' ? bytes : count
    const share =
      total === null || total === 0 ? null : `${Math.floor((Math.min(done, total) * 100) / total)}%`
    const ended = total !== null && done >= total
    return [
      label,
      share === null ? '' : share.padStart(4),
      total === null ? amount(done) : `${amount(done)}/${amount(total)}`,
      ended ? '' : unit === 'bytes' ? `${bytes(perSecond)}/s` : rate(perSecond),
      ended || remainingMs === null ? '' : `${duration(remainingMs)} left`,
      note ?? '',
    ].filter((part) => part !== '')
  }

  const bar = (shown: ProgressState, speed: { perSecond: number; remainingMs: number | null }): string => {
    const columns = (stream.columns ?? 80) - 1
    const words = figures(shown, speed)
    const spare = () => columns - width(words.join('  '))
    // The note goes before the bar does: its figures are on the next line, too, when all is done.
    if (spare() < narrowest + 2 && shown.note !== undefined) words.pop()
    if (shown.total === null || shown.total === 0 || spare() < narrowest + 2)
      return clip(words.join('  '), columns)
    // Figures change their width all the time; a bar of one width does not dance.
    const room = Math.min(spare() - 2, Math.max(narrowest, Math.min(widest, columns - usualFigures)))
    words.splice(label === '' ? 0 : 1, 0, cells(shown, room))
    return words.join('  ')
  }

  const cells = ({ done, total, parts = [] }: ProgressState, room: number): string => {
    const scale = room / Math.max(1, total ?? 1)
    const filled = Math.min(room, Math.floor(done * scale))
    const coloured = parts
      .filter(({ value }) => value > 0)
      .map(({ value, style }) => ({ style, length: Math.max(1, Math.round(value * scale)) }))
    const rest = Math.max(0, filled - coloured.reduce((sum, { length }) => sum + length, 0))
    const paint = (style: Style | 'dim', text: string) =>
      styleText(style, text, { stream: stream as NodeJS.WriteStream })
    // Without colours the empty part needs a letter of its own.
    const plain = paint('green', 'x') === 'x'
    const text =
      paint('green', (plain ? '█' : '━').repeat(rest)) +
      coloured.map(({ style, length }) => paint(style, (plain ? '▓' : '━').repeat(length))).join('')
    return text + paint('dim', (plain ? '░' : '━').repeat(Math.max(0, room - width(text))))
  }

  return {
    update(next) {
      if (finished) return
      state = next
      if (now() - drawnAt >= pace[mode]) draw(false)
    },
    finish(line) {
      if (finished) return
      finished = true
      if (mode === 'terminal' && line !== undefined) stream.write(`\r${line}\x1b[K\n`)
      else {
        draw(true)
        if (mode === 'terminal' && state !== null) stream.write('\n')
        else if (mode === 'lines' && line !== undefined) stream.write(`${line}\n`)
      }
    },
    say(line) {
      if (mode === 'json') return
      stream.write(mode === 'terminal' ? `\r${line}\x1b[K\n` : `${line}\n`)
      if (mode === 'terminal' && !finished) draw(false)
    },
  }
}
