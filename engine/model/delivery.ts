import type { EpochMs, PublicationId, SubscriberId } from './ids.ts'

/** States of the ledger. A recipient without a row is `queued`.
 *  handing: permission taken, outcome open. sent: the channel took responsibility. failed: refused for
 *  good. retry: will be tried again at `dueAt`. unknown: it may or may not have gone. skipped: the
 *  letter was not wanted or had nothing in it. suppressed: consent or suppression said no. */
export const deliveryStates = [
  'handing',
  'sent',
  'failed',
  'retry',
  'unknown',
  'skipped',
  'suppressed',
] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** States of the few: those that say why. */
export const notedStates = [
  'failed',
  'retry',
  'unknown',
  'skipped',
  'suppressed',
] as const satisfies readonly DeliveryState[]
export type NotedState = (typeof notedStates)[number]

/** Identity I: audience = the sum of these, at every moment. */
export type DeliveryCounts = { readonly [state in DeliveryState | 'queued']: number } & {
  readonly audience: number
}

/** A row of the ledger. (publication, subscriber, channel) is its key and the permission to send. */
export interface Delivery {
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  readonly channel: string
  readonly chunk: number
  readonly state: DeliveryState
  /** 1 for the first try. */
  readonly attempt: number
  /** How often its outcome was lost: copies may exist only where this is above 0. */
  readonly uncertain: number
  readonly dueAt: EpochMs | null
  /** Reply code or reason word: `550 5.1.1`, `unsubscribed`, `once`, `render`. */
  readonly code: string | null
  readonly detail: string | null
  /** Which items and why; see engine/personalise/picks.ts. */
  readonly picks: Uint8Array | null
  readonly updatedAt: EpochMs
}
