import type { Answer } from '../../api/client.ts'

export type SystemNow = Answer<'GET /system'>

/** One point of time: every figure by its name and labels, such as `broadsheet_queue_chunks queued`. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly startedAt: number
  readonly figures: ReadonlyMap<string, number>
}

// An hour at one every five seconds.
const kept = 720
let samples: readonly Sample[] = []

/** Kept while the page is open, whichever screen is shown: another one does not forget it. */
export function remember(system: SystemNow): readonly Sample[] {
  const last = samples.at(-1)
  if (last !== undefined && last.at >= system.at) return samples
  // A daemon that was started anew counts from nothing.
  const before = last !== undefined && last.startedAt + 2000 < system.startedAt ? [] : samples
  const figures = new Map(
    system.figures.flatMap(({ name, values }) =>
      values.map(({ labels, value }) => [[name, ...Object.values(labels)].join(' '), value] as const),
    ),
  )
  samples = [...before.slice(1 - kept), { at: system.at, startedAt: system.startedAt, figures }]
  return samples
}

/** Its values over time; null where it was not told. */
export const series = (of: readonly Sample[], key: string, scale = 1): readonly (number | null)[] =>
  of.map(({ figures }) => {
    const value = figures.get(key)
    return value === undefined ? null : value * scale
  })

/** Of a counter: how fast it rises, a second. `keys` are added up. */
export const rate = (of: readonly Sample[], ...keys: readonly string[]): readonly (number | null)[] =>
  of.map(({ at, figures }, index) => {
    const before = of[index - 1]
    if (before === undefined) return null
    const rose = keys.reduce(
      (sum, key) => sum + ((figures.get(key) ?? 0) - (before.figures.get(key) ?? 0)),
      0,
    )
    return Math.max(0, (rose * 1000) / Math.max(1, at - before.at))
  })

/** Keys of a family that begin like this. */
export const keysOf = (of: readonly Sample[], name: string): readonly string[] =>
  [...(of.at(-1)?.figures.keys() ?? [])].filter((key) => key === name || key.startsWith(`${name} `))
