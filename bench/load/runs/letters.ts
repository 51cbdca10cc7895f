import { createPerSecond } from '../measure/per-second.ts'
import type { Run } from '../report/schema.ts'
import type { Told } from '../stage/campaign.ts'

/** Letters that came, in seconds, or in tenths of one where all came within ten. */
export function lettersOverTime(
  arrivals: readonly { readonly atMs: number }[],
  startedMs: number,
): Run['throughput'][number] {
  const lastMs = arrivals.reduce((latest, { atMs }) => Math.max(latest, atMs), startedMs)
  const counted = createPerSecond(lastMs - startedMs < 10_000 ? 0.1 : 1)
  for (const { atMs } of arrivals) counted.add((atMs - startedMs) / 1000)
  return { name: 'letters', unit: 'letters/s', points: counted.points() }
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
