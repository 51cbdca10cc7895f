import { merge, quantile } from '../measure/histogram.ts'
import type { Check, Run } from '../report/schema.ts'
import { check } from '../targets.ts'
import type { Driven } from '../world/driver.ts'

/** Of all routes together. */
export const allOf = (driven: Driven) => merge(Object.values(driven.latency))

/** What is asked of any answers under load. */
export function answerChecks(driven: Driven): Check[] {
  const all = allOf(driven)
  const p95 = quantile(all, 0.95)
  return [
    check('API p95', p95, `${Math.round(driven.sent / driven.seconds)} requests/s, open loop`),
    check('API answers 5xx', countOf(driven, '5')),
    check('API requests refused or broken', countOf(driven, '4') + driven.broken),
  ]
}

const countOf = ({ statuses }: Driven, first: string): number =>
  Object.entries(statuses).reduce((sum, [status, n]) => sum + (status.startsWith(first) ? n : 0), 0)

export const answerLatencies = (driven: Driven, name: string): Run['latencies'] => [
  { name, main: true, histogram: allOf(driven) },
  ...Object.entries(driven.latency)
    .map(([route, histogram]) => ({ name: route, main: false, histogram }))
    .sort((a, b) => (quantile(b.histogram, 0.95) ?? 0) - (quantile(a.histogram, 0.95) ?? 0)),
]

/** Answers in each second. The last second is not whole, and left out. */
export const answersOverTime = (driven: Driven, name: string, fromSeconds = 0): Run['throughput'] => [
  {
    name,
    unit: 'answers/s',
    points: driven.answered
      .slice(0, Math.max(1, Math.floor(driven.seconds)))
      .map(([seconds, answers]) => [fromSeconds + seconds, answers]),
  },
]
