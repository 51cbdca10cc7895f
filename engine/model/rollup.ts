// Without zod: the stores' threads read these.
import type { EventType, ReadClass } from './event.ts'
import type { EpochMs, EventId, PublicationId, SubscriberId } from './ids.ts'

/** What numbers are broken down by. `all`: not at all; its one value is ''. `domain`: of the address. `provider`: who runs
 *  its mailboxes. `language`: the reader's; '' for none. `variant`: which ranker chose (`learned`, `holdout`; '' where there
 *  was one only). `topic`, `link`: of clicks alone; of the item that was clicked, and the link's number. */
export const dimensions = ['all', 'domain', 'provider', 'language', 'variant', 'topic', 'link'] as const
export type Dimension = (typeof dimensions)[number]

export const bounceClasses = ['hard', 'soft', 'block', 'full', 'policy'] as const
export type BounceClass = (typeof bounceClasses)[number]
/** What events are told apart by: opens and clicks by who did it, bounces by their class; '' of all other types. */
export type EventClass = ReadClass | BounceClass | ''
/** Two unions of classes: `people` is human and proxy (a proxy fetches when a person looks), `all` is everything that came. Events of a
 *  union are the sum of its classes; its people are not, since one person may be of several: they have numbers of their own. */
export type PeopleClass = ReadClass | 'people' | 'all' | ''

/** The classes that a person who opened or clicked counts in. */
export const countedIn: { readonly [read in ReadClass]: readonly PeopleClass[] } = {
  human: ['human', 'people', 'all'],
  proxy: ['proxy', 'people', 'all'],
  prefetch: ['prefetch', 'all'],
  scanner: ['scanner', 'all'],
  unknown: ['unknown', 'all'],
}

/** An event, as much of it as is counted. */
export interface CountedEvent {
  readonly id: EventId
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  readonly type: EventType
  readonly at: EpochMs
  readonly class: ReadClass | null
  readonly was: ReadClass | null
  readonly link: number | null
  /** Of a bounce, its class and a colon come first. */
  readonly detail: string | null
}

/** What is known of a person when they are counted. */
export interface CountedPerson {
  readonly subscriberId: SubscriberId
  /** In lower case; '' of those that were erased. */
  readonly domain: string
  readonly language: string | null
  readonly joinedAt: EpochMs
}

/** What one person did with one publication: how often, by slot (engine/analytics/slots.ts). Slots at 0 are left out. */
export interface Touch {
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  /** slot, count, slot, count ... by slot. */
  readonly counts: readonly number[]
}

/** Events. `day`: since 1970, UTC. */
export interface CountRow {
  readonly publicationId: PublicationId
  readonly dimension: Dimension
  readonly value: string
  readonly day: number
  readonly type: EventType
  readonly class: EventClass
  readonly n: number
}

/** Distinct people of one publication. */
export interface PeopleRow {
  readonly publicationId: PublicationId
  readonly dimension: Dimension
  readonly value: string
  readonly type: EventType
  readonly class: PeopleClass
  readonly people: number
}

/** Events. `quarter`: quarters of an hour since 1970, which every time zone's hours are made of. */
export interface QuarterRow {
  readonly publicationId: PublicationId
  readonly quarter: number
  readonly type: EventType
  readonly class: EventClass
  readonly n: number
}

/** How engaged a person is: `log2` of the sum of their reads' weights x 2^(time / half-life). Time passes for all alike, so that
 *  nothing has to be written for those who do nothing. Null: nothing is left. */
export interface ScoreRow {
  readonly subscriberId: SubscriberId
  readonly log2: number | null
}
/** People with a score in [bin / 4, (bin + 1) / 4). */
export interface ScoreBin {
  readonly bin: number
  readonly people: number
}

/** Reads of a person in a month (`YYYYMM`, UTC). */
export interface ActiveRow {
  readonly subscriberId: SubscriberId
  readonly month: number
  readonly n: number
}
/** People who joined in the month `cohort` and read in the month `month`. */
export interface CohortRow {
  readonly cohort: number
  readonly month: number
  readonly people: number
}

/** Quarters of a doubling. */
export const binOf = (log2: number): number => Math.floor(log2 * 4)

export const dayMs = 86_400_000
export const quarterMs = 900_000
export const dayOf = (at: EpochMs): number => Math.floor(at / dayMs)
export const quarterOf = (at: EpochMs): number => Math.floor(at / quarterMs)
export const monthOf = (at: EpochMs): number => {
  const date = new Date(at)
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1
}
export const isRead = (type: EventType): type is 'opened' | 'clicked' =>
  type === 'opened' || type === 'clicked'
