import type { Caches } from '../cache/caches.ts'
import { policies } from '../cache/caches.ts'
import type { Clock } from '../clock.ts'
import type { EpochMs, PublicationId } from '../model/ids.ts'
import type { Link } from '../model/link.ts'
import type { Candidate, Publication } from '../model/publication.ts'
import { type CountRow, dayOf } from '../model/rollup.ts'
import type { Comparison } from '../personalise/compare.ts'
import type { Store } from '../ports/store.ts'
import type { Counter } from './counter.ts'
import {
  bandsOf,
  type Cohort,
  cohortsOf,
  type DomainRow,
  domainsOf,
  type ScoreBand,
  type TopicTrend,
  trendsOf,
} from './queries/account.ts'
import {
  type AlertDelay,
  type AudienceQuestion,
  type AudienceSpan,
  createAudienceNumbers,
} from './queries/audience.ts'
import { createNumbers, type TimelineQuestion, type TimelineRow } from './queries/numbers.ts'
import { type EventCounts, eventCounts } from './queries/tally.ts'
import {
  type Breakdown,
  type BreakdownRow,
  breakdownOf,
  clickMapOf,
  experimentOf,
  type Funnel,
  funnelOf,
  type LinkClicks,
} from './queries/views.ts'

/** Whole days of UTC: from `from`'s to the one that `to` (exclusive) ends in. */
export interface DayRange {
  readonly from: EpochMs
  readonly to: EpochMs
}

export interface AnalyticsStatus {
  /** Events up to this id are in the numbers; `last` is the newest there is. */
  readonly rolledTo: number
  readonly last: number
  /** How long the oldest event that is not in the numbers has been waiting, by its own time; 0: all are. */
  readonly behindMs: number
}

/** What happened to letters, as numbers. docs/analytics.md says what each means. Numbers are about a second old at most while
 *  a node counts. Null where there is no such publication. */
export interface Analytics {
  /** In the order of the ids. */
  funnels(ids: readonly PublicationId[]): Promise<readonly (Funnel | null)[]>
  clickMap(id: PublicationId): Promise<readonly LinkClicks[] | null>
  breakdown(
    id: PublicationId,
    by: Breakdown,
  ): Promise<{
    /** At most 1,000. */
    readonly rows: readonly BreakdownRow[]
    /** Of variants: what was learned against the hold-out, in clicks of people. */
    readonly experiment: Comparison | null
  } | null>
  /** Of one publication, or with null of all. In whole spans; refuses with E_INPUT more than 1,000 of them. */
  timeline(query: TimelineQuestion): Promise<readonly TimelineRow[]>
  totals(range: DayRange): Promise<EventCounts>
  /** Against the range of the same length before. */
  topics(range: DayRange): Promise<readonly TopicTrend[]>
  /** The 250 domains to which most was sent, and what went to all of them. */
  domains(range: DayRange): Promise<{ readonly rows: readonly DomainRow[]; readonly total: EventCounts }>
  engagement(): Promise<readonly ScoreBand[]>
  /** Of those who joined from month to month (`YYYYMM`, both included). */
  cohorts(range: { readonly from: number; readonly to: number }): Promise<readonly Cohort[]>
  /** How many came and left, and how many there are; up to an hour old. In whole spans; refuses with E_INPUT more than 1,000. */
  audience(query: AudienceQuestion): Promise<readonly AudienceSpan[]>
  /** How long alerts took, of those that came in within these days of UTC; up to an hour old. */
  alertDelays(range: DayRange): Promise<readonly AlertDelay[]>
  status(): Promise<AnalyticsStatus>
  /** Count what has happened until now, also where no node does it by itself. */
  catchUp(options?: CatchUpOptions): Promise<AnalyticsStatus>
  /** Forget all numbers and count the events again that are still kept. Numbers are too low until it is done. */
  rebuild(options?: CatchUpOptions): Promise<AnalyticsStatus>
}

export interface CatchUpOptions {
  /** Aborted: the rest is left to the node that counts. */
  readonly signal?: AbortSignal
  readonly onProgress?: (rolledTo: number, last: number) => void
}

/** What the one who counts calls. */
export interface OpenAnalytics extends Analytics {
  moved(publicationIds: readonly PublicationId[]): Promise<void>
  stop(): void
}

/** The parts of a letter that click maps show. */
interface LetterLinks {
  readonly links: readonly Link[]
  readonly candidates: readonly Pick<Candidate, 'id' | 'title' | 'topics'>[]
}

/** As the roller's: others write beside it. */
const catchUpEvents = 1000

export function createAnalytics(parts: {
  readonly store: Store
  readonly caches: Pick<Caches, 'space'>
  readonly counter: Counter
  readonly clock: Clock
}): OpenAnalytics {
  const { store, caches, counter, clock } = parts
  const numbers = createNumbers(parts)
  const audience = createAudienceNumbers(parts)
  const letters = caches.space<PublicationId, LetterLinks>({
    name: 'analytics.letters',
    policy: policies.analytics,
    groupOf: (id) => `p${id}`,
    async load(ids) {
      const found = await Promise.all(
        ids.map(async (id) => {
          const [publication, links] = await Promise.all([store.publications.get(id), store.links.get(id)])
          if (publication === null) return []
          const candidates = publication.spec.candidates.map(({ id, title, topics }) => ({
            id,
            title,
            topics,
          }))
          return [[id, { links, candidates }] as const]
        }),
      )
      return new Map(found.flat())
    },
  })

  /** Without its spec, which may be large. */
  async function publicationOf(id: PublicationId): Promise<Omit<Publication, 'spec'> | null> {
    const [row] = (await store.publications.page({ after: id + 1, limit: 1 })).rows
    return row?.id === id ? row : null
  }

  async function range(
    dimension: CountRow['dimension'],
    { from, to }: DayRange,
  ): Promise<readonly CountRow[]> {
    return numbers.range({ dimension, from: dayOf(from), to: dayOf(to - 1) })
  }

  async function status(): Promise<AnalyticsStatus> {
    const { rolledTo, last } = await store.analytics.cursor()
    if (rolledTo >= last) return { rolledTo, last, behindMs: 0 }
    const [oldest] = (await store.events.page({ after: rolledTo, limit: 1 })).rows
    return { rolledTo, last, behindMs: oldest === undefined ? 0 : Math.max(0, clock.now() - oldest.at) }
  }

  return {
    async funnels(ids) {
      const [publications, rows] = await Promise.all([
        Promise.all(ids.map(publicationOf)),
        numbers.publications(ids.map((publicationId) => ({ publicationId, dimension: 'all' }))),
      ])
      return publications.map((found, i) => (found === null ? null : funnelOf(found, found.counts, rows[i]!)))
    },
    async clickMap(id) {
      const [publication, letter, [rows]] = await Promise.all([
        publicationOf(id),
        letters.get(id),
        numbers.publications([{ publicationId: id, dimension: 'link' }]),
      ])
      if (publication === null || letter === null) return null
      return clickMapOf(letter.links, letter.candidates, publication.counts.sent, rows!)
    },
    async breakdown(id, by) {
      const [publication, [rows]] = await Promise.all([
        publicationOf(id),
        numbers.publications([{ publicationId: id, dimension: by }]),
      ])
      if (publication === null) return null
      const found = breakdownOf(by, publication.counts.sent, rows!)
      return { rows: found, experiment: by === 'variant' ? experimentOf(found) : null }
    },
    timeline: numbers.timeline,
    totals: async (asked) => eventCounts(await range('all', asked)),
    async topics(asked) {
      // In whole days, as what it is compared with.
      const days = dayOf(asked.to - 1) - dayOf(asked.from) + 1
      const from = dayOf(asked.from)
      const [now, before] = await Promise.all([
        range('topic', asked),
        numbers.range({ dimension: 'topic', from: from - days, to: from - 1 }),
      ])
      return trendsOf(now, before)
    },
    async domains(asked) {
      const [rows, all] = await Promise.all([range('domain', asked), range('all', asked)])
      return { rows: domainsOf(rows), total: eventCounts(all) }
    },
    async engagement() {
      const [bins, active] = await Promise.all([
        numbers.scores(),
        store.reports.subscribers.count({ status: 'active' }),
      ])
      return bandsOf(bins, active, clock.now())
    },
    async cohorts(asked) {
      const [rows, sizes] = await Promise.all([numbers.cohorts(asked), audience.cohortSizes(asked)])
      return cohortsOf(rows, sizes)
    },
    audience: audience.spans,
    alertDelays: audience.alertDelays,
    status,
    catchUp,
    async rebuild(options) {
      await store.rollups.reset()
      return catchUp(options)
    },
    moved,
    stop: numbers.stop,
  }

  async function catchUp({ signal, onProgress }: CatchUpOptions = {}): Promise<AnalyticsStatus> {
    const { last } = await store.analytics.cursor()
    for (let rolledTo = 0; rolledTo < last && signal?.aborted !== true; ) {
      const { events, publicationIds } = await counter.step(catchUpEvents)
      if (events === 0) break
      await moved(publicationIds)
      rolledTo = Math.min((await store.analytics.cursor()).rolledTo, last)
      onProgress?.(rolledTo, last)
    }
    return status()
  }

  async function moved(publicationIds: readonly PublicationId[]): Promise<void> {
    await Promise.all([numbers.moved(publicationIds), ...publicationIds.map((id) => letters.clear(`p${id}`))])
  }
}
