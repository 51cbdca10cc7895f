import { type Caches, policies } from '../../cache/caches.ts'
import type { Clock } from '../../clock.ts'
import type { EpochMs, PublicationId } from '../../model/ids.ts'
import type { CohortRow, CountRow, Dimension, PeopleRow, ScoreBin } from '../../model/rollup.ts'
import type { Store } from '../../ports/store.ts'
import { type SpanRow, spanCounts } from './span-counts.ts'
import { type Span, spansOf, type Unit } from './spans.ts'
import { type EventCounts, eventCounts } from './tally.ts'

/** Of the values of a dimension, at most so many: a letter to a million people goes to 50,000 domains. */
export const maxValues = 1000
/** Of all publications together: by domain, 30 days of 1,000 take 100 ms to add up. */
export const maxAccountValues = 250

export interface PublicationQuestion {
  readonly publicationId: PublicationId
  readonly dimension: Dimension
}
export interface PublicationRows {
  readonly counts: readonly CountRow[]
  readonly people: readonly PeopleRow[]
}

export interface TimelineQuestion {
  /** Null: of all. */
  readonly publicationId: PublicationId | null
  readonly from: EpochMs
  readonly to: EpochMs
  readonly unit: Unit
  readonly timeZone: string
}
export type TimelineRow = Span & EventCounts

/** Of all publications, days of UTC from `from` to `to`, both included. */
export interface RangeQuestion {
  readonly dimension: Dimension
  readonly from: number
  readonly to: number
}

export interface CohortQuestion {
  readonly from: number
  readonly to: number
}

/** The numbers of the rollups, as few questions to the store as can be: those that are asked for at the same time are asked
 *  together, the same one once, and answers are remembered until a count moves what they show. */
export interface Numbers {
  publications(questions: readonly PublicationQuestion[]): Promise<readonly PublicationRows[]>
  timeline(question: TimelineQuestion): Promise<readonly TimelineRow[]>
  range(question: RangeQuestion): Promise<readonly CountRow[]>
  cohorts(question: CohortQuestion): Promise<readonly CohortRow[]>
  scores(): Promise<readonly ScoreBin[]>
  /** These have been counted on. */
  moved(publicationIds: readonly PublicationId[]): Promise<void>
  stop(): void
}

/** A copy of the database that is further behind is not read any more. */
const copyBehindMs = 6000
const everything = 'all'
const groupOf = (id: PublicationId | null): string => (id === null ? everything : `p${id}`)
const none: PublicationRows = { counts: [], people: [] }

export function createNumbers(parts: {
  readonly store: Pick<Store, 'kind' | 'reports'>
  readonly caches: Pick<Caches, 'space'>
  readonly clock: Clock
}): Numbers {
  const { store, caches, clock } = parts
  const { analytics } = store.reports
  const policy = policies.analytics

  const publications = caches.space<PublicationQuestion, PublicationRows>({
    name: 'analytics.publications',
    policy,
    keyOf: ({ publicationId, dimension }) => `${publicationId} ${dimension}`,
    groupOf: ({ publicationId }) => groupOf(publicationId),
    async load(questions) {
      const answers = new Map<PublicationQuestion, PublicationRows>()
      await Promise.all(
        [...Map.groupBy(questions, ({ dimension }) => dimension)].map(async ([dimension, some]) => {
          const publicationIds = some.map(({ publicationId }) => publicationId)
          const query = { publicationIds, dimension }
          const [counts, people] = await Promise.all([
            // The largest values of several are not those of each.
            dimension === 'domain' ? largest(publicationIds) : allCounts(query),
            dimension === 'domain' ? largestPeople(publicationIds) : analytics.people(query),
          ])
          for (const question of some) {
            const ofIt = ({ publicationId }: { publicationId: PublicationId }) =>
              publicationId === question.publicationId
            answers.set(question, { counts: counts.filter(ofIt), people: people.filter(ofIt) })
          }
        }),
      )
      return answers
    },
  })
  const allCounts = (query: { publicationIds: readonly PublicationId[]; dimension: Dimension }) =>
    analytics.counts({ ...query, byDay: false, byPublication: true })
  const largest = async (ids: readonly PublicationId[]) =>
    (
      await Promise.all(
        ids.map((id) =>
          analytics.counts({
            publicationIds: [id],
            dimension: 'domain',
            byDay: false,
            byPublication: true,
            top: maxValues,
          }),
        ),
      )
    ).flat()
  const largestPeople = async (ids: readonly PublicationId[]) =>
    (
      await Promise.all(
        ids.map((id) => analytics.people({ publicationIds: [id], dimension: 'domain', top: maxValues })),
      )
    ).flat()

  const timelines = caches.space<TimelineQuestion, readonly TimelineRow[]>({
    name: 'analytics.timelines',
    policy,
    keyOf: ({ publicationId, from, to, unit, timeZone }) =>
      `${publicationId} ${from} ${to} ${unit} ${timeZone}`,
    groupOf: ({ publicationId }) => groupOf(publicationId),
    async load(questions) {
      const answers = new Map<TimelineQuestion, readonly TimelineRow[]>()
      const alike = Map.groupBy(
        questions,
        ({ publicationId, from, to, unit, timeZone }) =>
          `${publicationId === null} ${from} ${to} ${unit} ${timeZone}`,
      )
      await Promise.all(
        [...alike.values()].map(async (some) => {
          const spans = spansOf(some[0]!)
          if (spans.length === 0) {
            for (const question of some) answers.set(question, [])
            return
          }
          const ids = some.flatMap(({ publicationId }) => publicationId ?? [])
          const kind = some[0]!.unit === 'hour' ? 'hours' : 'days'
          const rows = await spanCounts(analytics, ids.length === 0 ? null : ids, spans, kind)
          for (const question of some) {
            const { publicationId } = question
            answers.set(
              question,
              fill(
                spans,
                publicationId === null ? rows : rows.filter((row) => row.publicationId === publicationId),
              ),
            )
          }
        }),
      )
      return answers
    },
  })

  const ranges = caches.space<RangeQuestion, readonly CountRow[]>({
    name: 'analytics.ranges',
    policy,
    keyOf: ({ dimension, from, to }) => `${dimension} ${from} ${to}`,
    groupOf: () => everything,
    load: (questions) =>
      each(questions, ({ dimension, from, to }) =>
        analytics.counts({
          publicationIds: null,
          dimension,
          from,
          to,
          byDay: false,
          byPublication: false,
          ...(dimension !== 'all' && { top: maxAccountValues }),
        }),
      ),
  })
  const cohorts = caches.space<CohortQuestion, readonly CohortRow[]>({
    name: 'analytics.cohorts',
    policy,
    keyOf: ({ from, to }) => `${from} ${to}`,
    groupOf: () => everything,
    load: (questions) => each(questions, (question) => analytics.cohorts(question)),
  })
  const scores = caches.space<'scores', readonly ScoreBin[]>({
    name: 'analytics.scores',
    policy,
    groupOf: () => everything,
    load: (questions) => each(questions, () => analytics.scores()),
  })

  const late = new Set<PublicationId>()
  let cancelLate: (() => void) | null = null
  async function clear(ids: readonly PublicationId[]): Promise<void> {
    const groups = ids.map(groupOf)
    await Promise.all([
      ...groups.map((group) => publications.clear(group)),
      ...[everything, ...groups].map((group) => timelines.clear(group)),
      ...[ranges, cohorts, scores].map((space) => space.clear(everything)),
    ])
  }
  /** What is read of a copy now may be from before the count, and is not true any more when the copy has it. */
  function clearLater(ids: readonly PublicationId[]): void {
    if (store.kind !== 'postgres') return
    for (const id of ids) late.add(id)
    cancelLate ??= clock.after(copyBehindMs, () => {
      const some = [...late]
      late.clear()
      cancelLate = null
      void clear(some)
    })
  }

  return {
    publications: async (questions) => (await publications.getMany(questions)).map((found) => found ?? none),
    timeline: async (question) => (await timelines.get(question)) ?? [],
    range: async (question) => (await ranges.get(question)) ?? [],
    cohorts: async (question) => (await cohorts.get(question)) ?? [],
    scores: async () => (await scores.get('scores')) ?? [],
    async moved(publicationIds) {
      await clear(publicationIds)
      clearLater(publicationIds)
    },
    stop: () => cancelLate?.(),
  }
}

function fill(spans: readonly Span[], rows: readonly SpanRow[]): readonly TimelineRow[] {
  const bySpan = spans.map((): SpanRow[] => [])
  for (const row of rows) bySpan[row.span]!.push(row)
  return spans.map((span, i) => ({ ...span, ...eventCounts(bySpan[i]!) }))
}

async function each<Q, A>(
  questions: readonly Q[],
  ask: (question: Q) => Promise<A>,
): Promise<ReadonlyMap<Q, A>> {
  return new Map(
    await Promise.all(questions.map(async (question) => [question, await ask(question)] as const)),
  )
}
