import type { EpochMs, EventId, PublicationId, SubscriberId } from './ids.ts'

export const eventTypes = [
  'sent',
  'failed',
  'opened',
  'clicked',
  'bounced',
  'complained',
  'unsubscribed',
] as const
export type EventType = (typeof eventTypes)[number]

/** A fact about a delivery. Never changed once written. */
export interface DeliveryEvent {
  readonly id: EventId
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  readonly channel: string
  readonly type: EventType
  readonly at: EpochMs
  readonly code: string | null
  readonly detail: string | null
}
export type NewDeliveryEvent = Omit<DeliveryEvent, 'id'>
