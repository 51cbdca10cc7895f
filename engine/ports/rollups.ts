import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import type {
  ActiveRow,
  CohortRow,
  CountedEvent,
  CountedPerson,
  CountRow,
  Dimension,
  PeopleRow,
  QuarterRow,
  ScoreBin,
  ScoreRow,
  Touch,
} from '../model/rollup.ts'

/** What must be known to count some events. Each at most once. */
export interface CountNeeds {
  readonly subscribers: readonly SubscriberId[]
  readonly touches: readonly (readonly [PublicationId, SubscriberId])[]
  readonly scores: readonly SubscriberId[]
  readonly active: readonly (readonly [SubscriberId, month: number])[]
}

/** What there is of it: who is not named has nothing yet. Every subscriber that ever was is named. */
export interface CountKnown {
  readonly people: readonly CountedPerson[]
  readonly touches: readonly Touch[]
  readonly scores: readonly ScoreRow[]
  readonly active: readonly ActiveRow[]
}

/** One step of counting: rows that are written as they are (`touches`, `scores`, `active`), and rows whose numbers are added to
 *  those there (which may be negative: corrections). A key comes at most once in each. */
export interface CountStep {
  /** The cursor that the step goes on from, and the one that it leaves. */
  readonly from: number
  readonly to: number
  /** Without counts: the row goes. */
  readonly touches: readonly Touch[]
  /** With null: the row goes. */
  readonly scores: readonly ScoreRow[]
  /** With 0: the row goes. */
  readonly active: readonly ActiveRow[]
  readonly counts: readonly CountRow[]
  readonly people: readonly PeopleRow[]
  readonly quarters: readonly QuarterRow[]
  readonly bins: readonly ScoreBin[]
  readonly cohorts: readonly CohortRow[]
}

/** Numbers that are kept up to date as events come: read on after the cursor, count, write.
 *  Invariant: at every moment the rows are those of exactly the events up to the cursor. Two nodes that count at once do no harm:
 *  the step of one is refused. */
export interface RollupStore {
  /** The cursor, and the events after it in the order of `EventStore.page`, with its promise that none is missed. */
  next(limit: number): Promise<{ readonly cursor: number; readonly events: readonly CountedEvent[] }>
  known(needs: CountNeeds): Promise<CountKnown>
  /** One transaction. False, and nothing was written: the cursor is elsewhere, or somebody of whom the step keeps something was erased
   *  since it was `known`. */
  apply(step: CountStep): Promise<boolean>
  /** Forget all numbers and begin at the first event that is still there. */
  reset(): Promise<void>
  /** Retention: forget up to `limit` rows that only say who did what: touches of publications from before that time, and active months
   *  that were over by then. Numbers stay; whoever reads such a publication after that counts anew. Resolves with how many; less
   *  than `limit`: there are no more. */
  forget(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}

/** Reading the numbers. Of several publications, all of them where `publicationIds` is null; sums over those that are asked for,
 *  in the order of publication, day (where it is by day) and value. Nothing that is 0 is there.
 *  `top`: of so many values only, the largest. Those of domains are those to which most was sent, ever, by the publications that are asked for; of
 *  other dimensions those with the most events (people) in the answer. Without it a publication to a million has 200,000 rows by domain. */
export interface AnalyticsStore {
  /** `byDay: false`: one row for all days, with the first one as its day. Days from `from` to `to`, both included. `byPublication: false`: one row for
   *  all publications, with 0 as its id. */
  counts(query: {
    readonly publicationIds: readonly PublicationId[] | null
    readonly dimension: Dimension
    readonly from?: number
    readonly to?: number
    readonly byDay: boolean
    readonly byPublication: boolean
    readonly top?: number
  }): Promise<readonly CountRow[]>
  people(query: {
    readonly publicationIds: readonly PublicationId[]
    readonly dimension: Dimension
    readonly top?: number
  }): Promise<readonly PeopleRow[]>
  /** Quarters from `from` to before `to`. */
  quarters(query: {
    readonly publicationIds: readonly PublicationId[] | null
    readonly from: number
    readonly to: number
    readonly byPublication: boolean
  }): Promise<readonly QuarterRow[]>
  scores(): Promise<readonly ScoreBin[]>
  score(subscriberId: SubscriberId): Promise<ScoreRow | null>
  /** Cohorts from `from` to `to`, both included. */
  cohorts(query: { readonly from: number; readonly to: number }): Promise<readonly CohortRow[]>
  /** Up to which event they are, and the last event that there is. */
  cursor(): Promise<{ readonly rolledTo: number; readonly last: number }>
}
