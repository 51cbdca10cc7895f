import { createPerSecond } from '../measure/per-second.ts'
import type { Run } from '../report/schema.ts'
import type { Told } from '../stage/campaign.ts'

/** Letters that came in each second, of the one in which it began on. */
export function lettersOverTime(
  arrivals: readonly { readonly atMs: number }[],
  startedMs: number,
): Run['throughput'][number] {
  const seconds = createPerSecond()
  for (const { atMs } of arrivals) seconds.add((atMs - startedMs) / 1000)
  return {
    name: 'letters',
    unit: 'letters/s',
    points: seconds.counts().map((n, second) => [second + 0.5, n] as const),
  }
}

/** Letters a second between two words of a campaign. */
export function toldOverTime(
  told: readonly Told[],
  startedMs: number,
  fromSeconds: number,
): Run['throughput'][number] {
  const points = told.slice(1).flatMap(({ atMs, sent }, i) => {
    const before = told[i]!
    const seconds = (atMs - before.atMs) / 1000
    if (seconds < 0.05 || sent < before.sent) return []
    const middle = (atMs + before.atMs) / 2 - startedMs
    return [[fromSeconds + middle / 1000, (sent - before.sent) / seconds] as const]
  })
  return { name: 'letters', unit: 'letters/s', points }
}
