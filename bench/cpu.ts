import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** CPU so far by thread name, microseconds; of another process with `pid`. Linux only: elsewhere empty. */
export function cpuByThread(pid: number | 'self' = 'self'): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  let tasks: readonly string[]
  try {
    tasks = readdirSync(`/proc/${pid}/task`)
  } catch {
    return sums
  }
  for (const task of tasks) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8')
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
      // Fields 14 and 15 of proc(5): user and system time in clock ticks.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const micros = ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond
      sums.set(name, (sums.get(name) ?? 0) + micros)
    } catch {
      // The thread ended meanwhile.
    }
  }
  return sums
}

/** What was used since, in the order of its size. */
export function cpuSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly { readonly part: string; readonly micros: number }[] {
  return [...after]
    .map(([part, micros]) => ({ part, micros: micros - (before.get(part) ?? 0) }))
    .filter(({ micros }) => micros > 0)
    .sort((a, b) => b.micros - a.micros)
}
