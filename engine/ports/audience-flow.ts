import type { AlertTimeRow, CohortSize, FlowRow, SizeRow } from '../model/audience-flow.ts'
import type { ListId } from '../model/ids.ts'

/** Hours from `from` to before `to` (engine/model/audience-flow.ts). */
export interface HourRange {
  readonly from: number
  readonly to: number
}

/** What there is to know of some hours, and of the audience now, which is kept as that of the beginning of the hour `to`. */
export interface AudienceLook extends HourRange {
  readonly flow: readonly FlowRow[]
  readonly sizes: readonly SizeRow[]
  readonly cohorts: readonly CohortSize[]
  readonly alertTimes: readonly AlertTimeRow[]
}

/** How the audience grows and shrinks, in numbers that one node looks at and keeps once an hour. What is read of them is what was kept. */
export interface AudienceFlowStore {
  /** Everybody is counted, and every consent and alert of those hours: a second or two for a million people. Of an alert's
   *  posts the first are looked at: 1,000 of each of its first two notifications. */
  look(hours: HourRange): Promise<AudienceLook>
  /** One transaction. What is kept of the flow and the alerts of those hours, of the sizes of the hour `to` and of cohorts is replaced. */
  keep(look: AudienceLook): Promise<void>
  /** Up to which hour it was looked; null: never. */
  kept(): Promise<number | null>
  /** By hour, as the others are. `every`: so many hours as one row, with the first of them as its hour: 1, or 24 for days of UTC. */
  flow(query: HourRange & { readonly every: number }): Promise<readonly FlowRow[]>
  /** Of so many hours (`every`) the last that is known. */
  sizes(
    query: HourRange & { readonly every: number; readonly listId: ListId | null },
  ): Promise<readonly SizeRow[]>
  /** Months from `from` to `to`, both included, by month. */
  cohorts(query: { readonly from: number; readonly to: number }): Promise<readonly CohortSize[]>
  alertTimes(query: HourRange & { readonly every: number }): Promise<readonly AlertTimeRow[]>
}
