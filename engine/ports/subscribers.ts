import type { EpochMs, ListId, Page, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Membership } from '../model/list.ts'
import type { ResolvedRule } from '../model/segment.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../model/subscriber.ts'

export type UpsertOutcome = {
  readonly id: SubscriberId
  readonly outcome: 'created' | 'updated' | 'unchanged'
}

export interface SubscriberQuery {
  readonly after: number
  readonly limit: number
  readonly status?: SubscriberStatus
  readonly list?: ListId
  /** Part of the address or name, case-insensitive. */
  readonly search?: string
  /** Only who fits this rule, whatever their status. A page may then hold fewer rows than `limit` while there
   *  are more. */
  readonly segment?: ResolvedRule
}

/** Subscribers and their memberships. Invariants: one row an address; a subscriber in one of
 *  `departedStatuses` is not moved out of it by `upsert`, and a membership `unsubscribed` is not
 *  re-activated by `upsert`; a write that resolves is durable. */
export interface SubscriberStore {
  /** At most 1,000 rows, in one transaction, outcomes in the rows' order. Absent fields of known
   *  subscribers stay; `attributes` and `topics` are merged key by key. New subscribers are `active`
   *  unless told otherwise. Every row becomes an active member of `lists` unless it left that list. */
  upsert(
    rows: readonly SubscriberInput[],
    options: { readonly lists: readonly ListId[]; readonly now: EpochMs },
  ): Promise<readonly UpsertOutcome[]>
  /** In the order of the ids; unknown ids are left out. */
  get(ids: readonly SubscriberId[]): Promise<readonly Subscriber[]>
  /** `address` as `parseAddress` normalises it. */
  byAddress(address: string): Promise<Subscriber | null>
  page(query: SubscriberQuery): Promise<Page<Subscriber>>
  count(query: { readonly status?: SubscriberStatus; readonly list?: ListId }): Promise<number>
  memberships(id: SubscriberId): Promise<readonly { listId: ListId; membership: Membership; at: EpochMs }[]>
  /** One person's own word: leaves the given lists, or everything (status `unsubscribed`) for `all`. Appends one
   *  `unsubscribed` event when a publication led to it, only if something changed. Repeating it changes nothing. */
  leave(request: {
    readonly id: SubscriberId
    readonly lists: readonly ListId[] | 'all'
    readonly publicationId: PublicationId | null
    readonly now: EpochMs
  }): Promise<{ readonly changed: boolean }>
  /** Set the status whatever it was: an operator's word, not a person's. */
  setStatus(ids: readonly SubscriberId[], status: SubscriberStatus, now: EpochMs): Promise<number>
}

export const suppressionReasons = ['bounce', 'complaint', 'manual', 'import'] as const
export type SuppressionReason = (typeof suppressionReasons)[number]
export interface Suppression {
  readonly id: number
  readonly address: string
  readonly reason: SuppressionReason
  readonly detail: string | null
  readonly createdAt: EpochMs
}

/** Addresses that are never mailed, whether or not they are subscribers. The first reason stays. */
export interface SuppressionStore {
  add(
    entries: readonly {
      readonly address: string
      readonly reason: SuppressionReason
      readonly detail: string | null
    }[],
    now: EpochMs,
  ): Promise<number>
  remove(address: string): Promise<boolean>
  byAddress(addresses: readonly string[]): Promise<readonly Suppression[]>
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<Suppression>>
}
