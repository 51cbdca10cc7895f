import type { DeliveryCounts } from '../../model/delivery.ts'
import type { CampaignId, EpochMs, ItemId, PublicationId } from '../../model/ids.ts'
import type { Link } from '../../model/link.ts'
import type { Candidate, Publication, PublicationState } from '../../model/publication.ts'
import { type Dimension, dimensions } from '../../model/rollup.ts'
import { type Comparison, compareProportions, type Interval } from '../../personalise/compare.ts'
import type { PublicationRows } from './numbers.ts'
import {
  type BounceTally,
  bounceTally,
  type Outcomes,
  outcomesOf,
  plainTally,
  type ReadTally,
  type Rows,
  readTally,
  shareOf,
  type Tally,
} from './tally.ts'

/** What became of a publication. */
export interface Funnel {
  readonly publicationId: PublicationId
  readonly campaignId: CampaignId
  readonly state: PublicationState
  readonly startedAt: EpochMs
  readonly finishedAt: EpochMs | null
  /** Of the books, not of events: who was to get it, and what became of each. */
  readonly deliveries: DeliveryCounts
  readonly opened: ReadTally
  readonly clicked: ReadTally
  /** Of those people who opened (human or proxy), how many clicked. */
  readonly clickedOfOpened: Interval | null
  readonly bounced: BounceTally
  readonly complained: Tally
  readonly unsubscribed: Tally
}

/** `of`: its numbers of dimension `all`. */
export function funnelOf(
  publication: Pick<Publication, 'id' | 'campaignId' | 'state' | 'createdAt' | 'finishedAt'>,
  deliveries: DeliveryCounts,
  rows: PublicationRows,
): Funnel {
  const { sent } = deliveries
  const opened = readTally(rows, 'opened', sent)
  const clicked = readTally(rows, 'clicked', sent)
  return {
    publicationId: publication.id,
    campaignId: publication.campaignId,
    state: publication.state,
    startedAt: publication.createdAt,
    finishedAt: publication.finishedAt,
    deliveries,
    opened,
    clicked,
    clickedOfOpened: shareOf(clicked.people.recipients, opened.people.recipients),
    bounced: bounceTally(rows, sent),
    complained: plainTally(rows, 'complained', sent),
    unsubscribed: plainTally(rows, 'unsubscribed', sent),
  }
}

export interface LinkClicks {
  readonly index: number
  readonly url: string
  readonly item: { readonly id: ItemId; readonly title: string; readonly topics: readonly string[] } | null
  readonly clicked: ReadTally
}

/** Every link of a publication's letters, the most clicked by people first. */
export function clickMapOf(
  links: readonly Link[],
  candidates: readonly Pick<Candidate, 'id' | 'title' | 'topics'>[],
  sent: number,
  rows: PublicationRows,
): readonly LinkClicks[] {
  const items = new Map(candidates.map((item) => [item.id, item]))
  const byLink = byValue(rows)
  return links
    .map(({ index, url, itemId }): LinkClicks => {
      const item = itemId === null ? undefined : items.get(itemId)
      return {
        index,
        url,
        item: item === undefined ? null : { id: item.id, title: item.title, topics: item.topics },
        clicked: readTally(byLink.get(String(index)) ?? noRows, 'clicked', sent),
      }
    })
    .sort(
      (a, b) =>
        b.clicked.people.recipients - a.clicked.people.recipients ||
        b.clicked.all.events - a.clicked.all.events ||
        a.index - b.index,
    )
}

/** What a publication's numbers can be broken down by. */
export const breakdowns = dimensions.filter((dimension) => dimension !== 'all' && dimension !== 'link')
export type Breakdown = Exclude<Dimension, 'all' | 'link'>

export interface BreakdownRow extends Outcomes {
  /** '' is nobody's: no language, an erased person's domain, no experiment. */
  readonly value: string
}

/** Those with the most letters first; of topics, those with the most clicks of people. Of topics only clicks are known, and shares are
 *  of all letters. */
export function breakdownOf(
  dimension: Breakdown,
  sent: number,
  rows: PublicationRows,
): readonly BreakdownRow[] {
  return [...byValue(rows)]
    .map(([value, some]): BreakdownRow => {
      const isTopic = dimension === 'topic'
      const outcomes = isTopic ? { ...outcomesOf(some, sent), sent: 0 } : outcomesOf(some)
      return { value, ...outcomes }
    })
    .sort(
      (a, b) =>
        b.sent - a.sent ||
        b.clicked.people.recipients - a.clicked.people.recipients ||
        b.clicked.all.events - a.clicked.all.events ||
        (a.value < b.value ? -1 : 1),
    )
}

/** Clicks of people, of those whose letters were chosen by what was learned, against those of the hold-out. Null where there was no experiment. */
export function experimentOf(variants: readonly BreakdownRow[]): Comparison | null {
  const [learned, holdout] = ['learned', 'holdout'].map((arm) => variants.find(({ value }) => value === arm))
  if (learned === undefined || holdout === undefined) return null
  const proportion = ({ clicked, sent }: BreakdownRow) => ({
    hits: Math.min(clicked.people.recipients, sent),
    of: sent,
  })
  return compareProportions(proportion(learned), proportion(holdout))
}

const noRows: Rows = { counts: [], people: [] }

function byValue({ counts, people }: PublicationRows): ReadonlyMap<string, Rows> {
  const of = new Map<string, { counts: Rows['counts'][number][]; people: Rows['people'][number][] }>()
  const rowsOf = (value: string) => {
    const there = of.get(value)
    if (there !== undefined) return there
    const made = { counts: [], people: [] }
    of.set(value, made)
    return made
  }
  for (const row of counts) rowsOf(row.value).counts.push(row)
  for (const row of people) rowsOf(row.value).people.push(row)
  return of
}
