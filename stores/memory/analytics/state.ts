import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import {
  type ActiveRow,
  binOf,
  type CohortRow,
  type CountRow,
  type PeopleRow,
  type QuarterRow,
  type Touch,
} from '../../../engine/model/rollup.ts'

/** Numbers of the events up to the cursor, by their keys. */
export interface RollupState {
  rolledTo: number
  readonly counts: Map<string, CountRow>
  readonly people: Map<string, PeopleRow>
  readonly quarters: Map<string, QuarterRow>
  readonly touches: Map<string, Touch>
  readonly scores: Map<SubscriberId, number>
  readonly bins: Map<number, number>
  readonly active: Map<string, ActiveRow>
  readonly cohorts: Map<string, CohortRow>
}

export const createRollupState = (): RollupState => ({
  rolledTo: 0,
  counts: new Map(),
  people: new Map(),
  quarters: new Map(),
  touches: new Map(),
  scores: new Map(),
  bins: new Map(),
  active: new Map(),
  cohorts: new Map(),
})

export const touchKey = (publicationId: PublicationId, subscriberId: SubscriberId) =>
  `${publicationId} ${subscriberId}`
export const activeKey = (subscriberId: SubscriberId, month: number) => `${subscriberId} ${month}`

/** What is kept of one person goes; what they were counted in stays, but that nobody has their score any more. */
export function forgetReader(state: RollupState, id: SubscriberId): void {
  for (const [key, touch] of state.touches) if (touch.subscriberId === id) state.touches.delete(key)
  for (const [key, row] of state.active) if (row.subscriberId === id) state.active.delete(key)
  const log2 = state.scores.get(id)
  if (log2 === undefined) return
  state.scores.delete(id)
  state.bins.set(binOf(log2), (state.bins.get(binOf(log2)) ?? 0) - 1)
}
