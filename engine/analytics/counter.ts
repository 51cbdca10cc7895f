import type { PublicationId } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'
import { createFactBook } from './facts.ts'
import { fold, needsOf } from './fold.ts'

/** Counts what has come since the last count, a step at a time. Steps may overlap, on one node or several: the store refuses
 *  all but one of them. */
export interface Counter {
  /** At most `limit` events. */
  step(limit: number): Promise<CountedStep>
}

export interface CountedStep {
  /** Events that were looked at; less than asked for: there are no more for now. */
  readonly events: number
  /** False: somebody else counted them, or somebody was erased meanwhile. Nothing was written. */
  readonly applied: boolean
  /** Whose numbers moved. */
  readonly publicationIds: readonly PublicationId[]
}

export function createCounter(store: Pick<Store, 'rollups' | 'publications' | 'links'>): Counter {
  const { rollups } = store
  const book = createFactBook(store)
  return {
    async step(limit) {
      const { cursor, events } = await rollups.next(limit)
      if (events.length === 0) return { events: 0, applied: true, publicationIds: [] }
      const [known, facts] = await Promise.all([rollups.known(needsOf(events)), book.of(events)])
      const applied = await rollups.apply(fold(cursor, events, known, facts))
      return {
        events: events.length,
        applied,
        publicationIds: applied ? [...new Set(events.map(({ publicationId }) => publicationId))] : [],
      }
    },
  }
}
