import type { DeliveryEvent } from '../../../engine/model/event.ts'
import type { EventStore } from '../../../engine/ports/events.ts'
import { pageOf } from '../../rules/page.ts'
import { appendEvent, type MemoryState } from '../state.ts'

export function createEvents(state: MemoryState): EventStore {
  return {
    async append(events) {
      return events.map((event) => appendEvent(state, event))
    },
    async page({ after, limit, publicationId, subscriberId, type, reads }) {
      const rows: DeliveryEvent[] = []
      for (let i = after; i < state.events.length && rows.length <= limit; i += 1) {
        const event = state.events[i]
        if (event === undefined) continue
        if (publicationId !== undefined && event.publicationId !== publicationId) continue
        if (subscriberId !== undefined && event.subscriberId !== subscriberId) continue
        if (type !== undefined && event.type !== type) continue
        if (reads === true && event.class === null) continue
        rows.push(event)
      }
      return pageOf(rows, limit, (event) => event.id)
    },
    async remove({ before, limit }) {
      const oldest = state.events.filter(() => true).slice(0, limit)
      const gone = oldest.filter((event) => event.at < before)
      // A hole: the event `id` stays at `id - 1`, and iteration passes over it.
      for (const event of gone) Reflect.deleteProperty(state.events, event.id - 1)
      return gone.length
    },
  }
}
