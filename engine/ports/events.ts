import type { DeliveryEvent, EventType, NewDeliveryEvent } from '../model/event.ts'
import type { EpochMs, EventId, Page, PublicationId, SubscriberId } from '../model/ids.ts'

/** Facts, in the order they were written. */
export interface EventStore {
  append(events: readonly NewDeliveryEvent[]): Promise<readonly EventId[]>
  page(query: {
    readonly after: number
    readonly limit: number
    readonly publicationId?: PublicationId
    readonly subscriberId?: SubscriberId
    readonly type?: EventType
  }): Promise<Page<DeliveryEvent>>
  /** Retention: forget up to `limit` events from before that time, the oldest ids first. Resolves with how many; less
   *  than `limit`: there are no more. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
