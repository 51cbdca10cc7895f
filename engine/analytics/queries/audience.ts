import { type Caches, policies } from '../../cache/caches.ts'
import { type Severity, severities } from '../../model/alert.ts'
import {
  type AlertTimeRow,
  type AlertTiming,
  alertTimings,
  type CohortSize,
  type FlowRow,
  hourMs,
  hourOf,
  type SizeRow,
} from '../../model/audience-flow.ts'
import type { EpochMs, ListId } from '../../model/ids.ts'
import type { SubscriberStatus } from '../../model/subscriber.ts'
import type { Store } from '../../ports/store.ts'
import { type Span, spansOf, type Unit } from './spans.ts'

/** Looked at once an hour: what was read is shown for a minute at most. */
const policy = { ...policies.analytics, ttlMs: 60_000, slidingUntilMs: null }

export interface AudienceQuestion {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly unit: Unit
  readonly timeZone: string
  /** Null: everybody. Of a list only sizes are known. */
  readonly listId: ListId | null
}

/** How the audience grew in a span. */
export interface AudienceSpan extends Span {
  /** Who became `active`: for the first time, or again. */
  readonly joined: number
  /** Who was `active` and is not any more, by what they became. */
  readonly left: number
  readonly leftAs: { readonly [status in SubscriberStatus]?: number }
  /** Active people at the last hour of the span that is known; null where none is. */
  readonly active: number | null
}

/** How long it took, of the alerts that came in within a range. Percentiles are upper ends of bins, up to a fifth too high. */
export interface AlertDelay {
  /** Null: of all severities. */
  readonly severity: Severity | null
  readonly timing: AlertTiming
  readonly alerts: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

export interface AudienceNumbers {
  spans(question: AudienceQuestion): Promise<readonly AudienceSpan[]>
  alertDelays(range: { readonly from: EpochMs; readonly to: EpochMs }): Promise<readonly AlertDelay[]>
  cohortSizes(range: { readonly from: number; readonly to: number }): Promise<readonly CohortSize[]>
}

export function createAudienceNumbers(parts: {
  readonly store: Pick<Store, 'reports'>
  readonly caches: Pick<Caches, 'space'>
}): AudienceNumbers {
  const { store, caches } = parts
  const { audienceFlow } = store.reports

  const remembered = <Q extends object, A extends object>(name: string, ask: (question: Q) => Promise<A>) =>
    caches.space<Q, A>({
      name: `analytics.${name}`,
      policy,
      keyOf: (question) => Object.values(question).join(' '),
      load: async (questions) =>
        new Map(
          await Promise.all(questions.map(async (question) => [question, await ask(question)] as const)),
        ),
    })
  const flows = remembered('flow', (asked: Parameters<typeof audienceFlow.flow>[0]) =>
    audienceFlow.flow(asked),
  )
  const sizes = remembered('sizes', (asked: Parameters<typeof audienceFlow.sizes>[0]) =>
    audienceFlow.sizes(asked),
  )
  const delays = remembered('alert-times', (asked: Parameters<typeof audienceFlow.alertTimes>[0]) =>
    audienceFlow.alertTimes(asked),
  )
  const cohorts = remembered('cohort-sizes', (asked: Parameters<typeof audienceFlow.cohorts>[0]) =>
    audienceFlow.cohorts(asked),
  )

  return {
    async spans(question) {
      const { listId, unit, timeZone } = question
      const spans = spansOf(question)
      const [first, last] = [spans[0], spans.at(-1)]
      if (first === undefined || last === undefined) return []
      const hours = { from: hourOf(first.from), to: Math.ceil(last.to / hourMs) }
      const every = timeZone === 'UTC' && unit !== 'hour' ? 24 : 1
      const [flow, size] = await Promise.all([
        listId === null ? flows.get({ ...hours, every }) : [],
        sizes.get({ ...hours, every, listId }),
      ])
      return growthOf(spans, flow ?? [], size ?? [])
    },
    async alertDelays({ from, to }) {
      const rows = await delays.get({ from: hourOf(from), to: Math.ceil(to / hourMs), every: 24 })
      return delaysOf(rows ?? [])
    },
    cohortSizes: async (range) => (await cohorts.get(range)) ?? [],
  }
}

/** Rows by hour; each belongs to the span in which its hour begins. */
function growthOf(
  spans: readonly Span[],
  flow: readonly FlowRow[],
  sizes: readonly SizeRow[],
): readonly AudienceSpan[] {
  const bySpan = spans.map((span) => ({
    ...span,
    joined: 0,
    left: 0,
    leftAs: {} as { [status in SubscriberStatus]?: number },
    active: null as number | null,
  }))
  const spanOf = (hour: number) => {
    const at = hour * hourMs
    // Spans follow each other without a gap.
    let [low, high] = [0, bySpan.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (bySpan[middle]!.from <= at) low = middle
      else high = middle - 1
    }
    const span = bySpan[low]
    return span !== undefined && at < span.to ? span : null
  }
  for (const { hour, from, to, n } of flow) {
    const span = spanOf(hour)
    if (span === null || (from === 'active') === (to === 'active')) continue
    if (to === 'active') span.joined += n
    else {
      span.left += n
      span.leftAs[to] = (span.leftAs[to] ?? 0) + n
    }
  }
  const lastHour = new Map<object, number>()
  for (const { hour } of sizes) {
    const span = spanOf(hour)
    if (span !== null) lastHour.set(span, Math.max(lastHour.get(span) ?? hour, hour))
  }
  for (const { hour, status, people } of sizes) {
    const span = spanOf(hour)
    if (span === null || lastHour.get(span) !== hour) continue
    span.active = (span.active ?? 0) + (status === 'active' ? people : 0)
  }
  return bySpan
}

/** All together first, then the most severe. Those of which there are none are left out. */
function delaysOf(rows: readonly AlertTimeRow[]): readonly AlertDelay[] {
  return [null, ...severities.toReversed()].flatMap((severity) =>
    alertTimings.flatMap((timing): AlertDelay[] => {
      const bins = new Map<number, number>()
      let alerts = 0
      for (const row of rows) {
        if (row.timing !== timing || (severity !== null && row.severity !== severity)) continue
        bins.set(row.bin, (bins.get(row.bin) ?? 0) + row.alerts)
        alerts += row.alerts
      }
      if (alerts === 0) return []
      const sorted = [...bins].sort(([a], [b]) => a - b)
      const within = (share: number): number => {
        let sum = 0
        for (const [bin, n] of sorted) {
          sum += n
          if (sum >= share * alerts) return Math.round(2 ** ((bin + 1) / 4))
        }
        return 0
      }
      return [{ severity, timing, alerts, p50Ms: within(0.5), p95Ms: within(0.95), p99Ms: within(0.99) }]
    }),
  )
}
