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

/** Who opened or clicked, as far as can be told. `human`: a person. `prefetch`: a mail program that fetches pictures whether
 *  or not its person looks (Apple Mail Privacy Protection). `proxy`: a server that fetches when a person looks, and hides
 *  them (Gmail). `scanner`: a machine that looks for harm. `unknown`: nothing speaks for any of them. */
export const readClasses = ['human', 'prefetch', 'proxy', 'scanner', 'unknown'] as const
export type ReadClass = (typeof readClasses)[number]

/** A fact about a delivery. Never changed once written: what turns out later is an event of its own, with `was`. */
export interface DeliveryEvent {
  readonly id: EventId
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  readonly channel: string
  readonly type: EventType
  readonly at: EpochMs
  readonly code: string | null
  readonly detail: string | null
  /** Of `opened` and `clicked`; null of all others. */
  readonly class: ReadClass | null
  /** Of a correction: what an earlier event of this type, time and link was taken for; it is `class` in truth. It counts one
   *  less of `was` and one more of `class`, and nothing else. */
  readonly was: ReadClass | null
  /** Of `clicked`: the link's number in its publication's table. */
  readonly link: number | null
  /** What is told twice has the same key and the same `at`, and is written once. Null: nobody tells it twice. */
  readonly key: string | null
}

/** What only some events have may be left out: null. */
export type NewDeliveryEvent = Omit<DeliveryEvent, 'id' | 'class' | 'was' | 'link' | 'key'> &
  Partial<Pick<DeliveryEvent, 'class' | 'was' | 'link' | 'key'>>
