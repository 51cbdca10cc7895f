import type { CohortSize } from '../../model/audience-flow.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { CohortRow, CountRow, ScoreBin } from '../../model/rollup.ts'
import { compareProportions, type Interval } from '../../personalise/compare.ts'
import { binWorth } from '../score.ts'
import { type BounceTally, bounceEvents, eventsOf, isOfPeople, shareOf } from './tally.ts'

export interface TopicTrend {
  readonly topic: string
  /** Clicks of people, and all that came. */
  readonly clicks: { readonly people: number; readonly all: number }
  /** Clicks of people in the range of the same length before. */
  readonly before: number
  /** `clicks.people` by `before`, less 1: 0.2 is 20 % more. Null where there were none. */
  readonly change: number | null
  /** Of all clicks of people on topics, its share now and before, and whether the difference is more than chance would make. */
  readonly share: Interval | null
  readonly shareBefore: Interval | null
  readonly significant: boolean
}

const clicksOf = (rows: readonly CountRow[]): ReadonlyMap<string, { people: number; all: number }> => {
  const topics = new Map<string, { people: number; all: number }>()
  for (const { type, value, class: by, n } of rows) {
    if (type !== 'clicked') continue
    const sums = topics.get(value) ?? { people: 0, all: 0 }
    sums.all += n
    if (isOfPeople(by)) sums.people += n
    topics.set(value, sums)
  }
  return topics
}

/** The most clicked first. */
export function trendsOf(now: readonly CountRow[], before: readonly CountRow[]): readonly TopicTrend[] {
  const is = clicksOf(now)
  const was = clicksOf(before)
  const total = (topics: typeof is) => [...topics.values()].reduce((sum, { people }) => sum + people, 0)
  const [isTotal, wasTotal] = [total(is), total(was)]
  return [...new Set([...is.keys(), ...was.keys()])]
    .map((topic): TopicTrend => {
      const clicks = is.get(topic) ?? { people: 0, all: 0 }
      const earlier = was.get(topic)?.people ?? 0
      return {
        topic,
        clicks,
        before: earlier,
        change: earlier === 0 ? null : clicks.people / earlier - 1,
        share: shareOf(clicks.people, isTotal),
        shareBefore: shareOf(earlier, wasTotal),
        significant: compareProportions({ hits: clicks.people, of: isTotal }, { hits: earlier, of: wasTotal })
          .significant,
      }
    })
    .sort((a, b) => b.clicks.people - a.clicks.people || b.before - a.before || (a.topic < b.topic ? -1 : 1))
}

/** How a receiving domain treats letters, in events of a range. */
export interface DomainRow {
  readonly domain: string
  readonly sent: number
  readonly failed: number
  /** Of what was tried: sent and failed. */
  readonly failedShare: Interval | null
  readonly bounced: {
    readonly events: number
    readonly classes: BounceTally['classes']
    readonly share: Interval | null
  }
  readonly complained: { readonly events: number; readonly share: Interval | null }
  readonly unsubscribed: number
  /** Opens a letter, of people and of all that came: a domain whose figure is far below the others' may put letters where nobody
   *  looks. Events, so that it may be above 1. */
  readonly opensPerLetter: { readonly people: number; readonly all: number } | null
}

/** Most letters first. */
export function domainsOf(rows: readonly CountRow[]): readonly DomainRow[] {
  return [...Map.groupBy(rows, ({ value }) => value)]
    .map(([domain, some]): DomainRow => {
      const sent = eventsOf(some, 'sent')
      const failed = eventsOf(some, 'failed')
      const bounced = eventsOf(some, 'bounced')
      const complained = eventsOf(some, 'complained')
      const opens = some.filter(({ type }) => type === 'opened')
      const ofPeople = opens.filter((row) => isOfPeople(row.class))
      return {
        domain,
        sent,
        failed,
        failedShare: shareOf(failed, sent + failed),
        bounced: { events: bounced, classes: bounceEvents(some), share: shareOf(bounced, sent) },
        complained: { events: complained, share: shareOf(complained, sent) },
        unsubscribed: eventsOf(some, 'unsubscribed'),
        opensPerLetter:
          sent === 0
            ? null
            : { people: eventsOf(ofPeople, 'opened') / sent, all: eventsOf(opens, 'opened') / sent },
      }
    })
    .sort((a, b) => b.sent - a.sent || b.failed - a.failed || (a.domain < b.domain ? -1 : 1))
}

/** People by what their score is worth now. */
export interface ScoreBand {
  /** Worth at least this; 0: those whose reads have faded, or who never read. */
  readonly from: number
  /** Below this; null: no end. */
  readonly to: number | null
  readonly people: number
}

/** Doublings: one click is 4, one open 1, and what is 30 days old counts half. */
const bandEdges = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const

/** `active`: subscribers who may be sent letters; those without a score are in the lowest band. Scores are kept in bins of a quarter of a
 *  doubling, which time moves down over these edges: somebody leaves a band up to a quarter of a half-life late. */
export function bandsOf(bins: readonly ScoreBin[], active: number, now: EpochMs): readonly ScoreBand[] {
  const bands = [0, ...bandEdges].map((from, i) => ({ from, to: bandEdges[i] ?? null, people: 0 }))
  let scored = 0
  for (const { bin, people } of bins) {
    // The upper end, so that what was just clicked is not below 4.
    const worth = binWorth(bin + 1, now)
    bands.findLast(({ from }) => worth >= from)!.people += people
    scored += people
  }
  bands[0]!.people += Math.max(0, active - scored)
  return bands
}

/** Of those who joined in a month, who read in the months since. */
export interface Cohort {
  /** `2026-11`. */
  readonly joined: string
  /** Whatever became of them since; null where it is not known. */
  readonly people: number | null
  readonly months: readonly {
    readonly month: string
    readonly age: number
    readonly people: number
    readonly share: Interval | null
  }[]
}

const monthText = (month: number): string =>
  `${Math.floor(month / 100)}-${String(month % 100).padStart(2, '0')}`
const monthIndex = (month: number): number => Math.floor(month / 100) * 12 + (month % 100) - 1

/** Newest last. */
export function cohortsOf(rows: readonly CohortRow[], sizes: readonly CohortSize[]): readonly Cohort[] {
  const sizeOf = new Map(sizes.map(({ cohort, people }) => [cohort, people]))
  const cohorts = new Set([...rows.map(({ cohort }) => cohort), ...sizeOf.keys()])
  return [...cohorts]
    .sort((a, b) => a - b)
    .map((cohort) => ({
      joined: monthText(cohort),
      people: sizeOf.get(cohort) ?? null,
      months: rows
        .filter((row) => row.cohort === cohort)
        .filter(({ month }) => month >= cohort)
        .sort((a, b) => a.month - b.month)
        .map(({ month, people }) => ({
          month: monthText(month),
          age: monthIndex(month) - monthIndex(cohort),
          people,
          // Of a month that is not counted yet some may have read already.
          share: shareOf(people, sizeOf.get(cohort) ?? 0),
        })),
    }))
}
