import type { DeliveryEvent, EventType, NewDeliveryEvent } from '../model/event.ts'
import type { EpochMs, EventId, Page, PublicationId, SubscriberId } from '../model/ids.ts'

/** Facts, in the order they were written. */
export interface EventStore {
  /** All or none. In their order; null for one whose key and time are there already, or come earlier in `events`. */
  append(events: readonly NewDeliveryEvent[]): Promise<readonly (EventId | null)[]>
  /** By id; `after` is the last one seen, 0 to begin. Whoever reads on like that misses none: no id is handed out while a
   *  lower one may still come. Where several nodes write, an event is seen once those who began to write before it are
   *  done, which is a moment later at most; nothing else that is under way holds it up. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly publicationId?: PublicationId
    readonly subscriberId?: SubscriberId
    readonly type?: EventType
    /** Only those with a class: opens, clicks and their corrections, without going through what was sent. */
    readonly reads?: boolean
  }): Promise<Page<DeliveryEvent>>
  /** Retention: forget up to `limit` events from before that time, the oldest ids first; more where whole months can go at
   *  once. Resolves with how many; less than `limit`: there are no more. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
