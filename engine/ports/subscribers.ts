import type { Proof } from '../model/consent.ts'
import type { EpochMs, ListId, Page, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Membership } from '../model/list.ts'
import type { ResolvedRule } from '../model/segment.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../model/subscriber.ts'
import type { OperatorStatus } from '../model/subscription.ts'

export type UpsertOutcome = {
  /** 0, which is nobody, for `erased`. */
  readonly id: SubscriberId
  /** `erased`: this person had everything about them removed. Nothing was written; only their own sign-up with a
   *  confirmation brings them back. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'erased'
}

/** What an upsert does with people who are known. `overwrite`: what the row says replaces what is there. `fill`: only
 *  what is empty is filled, and a status of `departedStatuses` still counts: who left elsewhere has left. `keep`: known
 *  people are not touched, memberships included. */
export const mergeRules = ['overwrite', 'fill', 'keep'] as const
export type MergeRule = (typeof mergeRules)[number]

/** What callers may say, and what only a move from elsewhere brings. */
export interface SubscriberRow extends SubscriberInput {
  /** Beside the lists that every row joins. `unsubscribed` is taken as leaving; nothing re-activates a membership that is
   *  `unsubscribed`, and `unconfirmed` changes none that is there. `at`: null is now. */
  readonly memberships?: readonly {
    readonly listId: ListId
    readonly membership: Membership
    readonly at: EpochMs | null
  }[]
  /** For new subscribers only. */
  readonly createdAt?: EpochMs
  readonly updatedAt?: EpochMs
}

export interface UpsertOptions {
  readonly lists: readonly ListId[]
  readonly now: EpochMs
  /** Default: `overwrite`. */
  readonly merge?: MergeRule
  /** Where the rows come from. Default: `system`. */
  readonly proof?: Proof
}

/** What an upsert would do. `after`: the fields as they would be stored. */
export interface UpsertLook {
  readonly outcome: UpsertOutcome['outcome']
  readonly after: Omit<Subscriber, 'id' | 'address' | 'createdAt' | 'updatedAt'>
}

export interface SubscriberQuery {
  readonly after: number
  readonly limit: number
  readonly status?: SubscriberStatus
  readonly list?: ListId
  /** Part of the address or name, as `foldText` compares them. */
  readonly search?: string
  /** Only who fits this rule, whatever their status. A page may then hold fewer rows than `limit` while there
   *  are more. */
  readonly segment?: ResolvedRule
}

/** Subscribers and their memberships. Invariants: one row an address; a subscriber in one of
 *  `departedStatuses` is not moved out of it by `upsert`, and a membership `unsubscribed` is not
 *  re-activated by `upsert`; whoever was erased is not made again by it; statuses move as the table of
 *  engine/model/subscription.ts says; every way in and out appends a consent event with its proof in the same
 *  transaction; a write that resolves is durable. */
export interface SubscriberStore {
  /** At most 1,000 rows, in one transaction, outcomes in the rows' order. Absent fields of known
   *  subscribers stay; `attributes` and `topics` are merged key by key. New subscribers are `active`
   *  unless told otherwise. Every row becomes an active member of `lists` unless it left that list.
   *  `proof` says where the rows come from; without one it says `system`. */
  upsert(rows: readonly SubscriberRow[], options: UpsertOptions): Promise<readonly UpsertOutcome[]>
  /** What `upsert` would do with these rows, one after the other, and nothing is written. Lists need not exist. */
  look(rows: readonly SubscriberRow[], options: UpsertOptions): Promise<readonly UpsertLook[]>
  /** In the order of the ids; unknown ids are left out. */
  get(ids: readonly SubscriberId[]): Promise<readonly Subscriber[]>
  /** `address` as `parseAddress` normalises it. */
  byAddress(address: string): Promise<Subscriber | null>
  page(query: SubscriberQuery): Promise<Page<Subscriber>>
  count(query: { readonly status?: SubscriberStatus; readonly list?: ListId }): Promise<number>
  memberships(id: SubscriberId): Promise<readonly { listId: ListId; membership: Membership; at: EpochMs }[]>
  /** Of these people, by subscriber and list: what an export reads a page at a time. */
  membershipsOf(
    ids: readonly SubscriberId[],
  ): Promise<readonly { id: SubscriberId; listId: ListId; membership: Membership; at: EpochMs }[]>
  /** One person's own word: leaves the given lists, or everything (status `unsubscribed`) for `all`. Appends one
   *  `unsubscribed` event when a publication led to it, only if something changed. Repeating it changes nothing. */
  leave(request: {
    readonly id: SubscriberId
    readonly lists: readonly ListId[] | 'all'
    readonly publicationId: PublicationId | null
    readonly now: EpochMs
    readonly proof?: Proof
  }): Promise<{ readonly changed: boolean }>
  /** Set the status whatever it was, but for the erased: an operator's word, not a person's. */
  setStatus(
    ids: readonly SubscriberId[],
    status: OperatorStatus,
    now: EpochMs,
    proof?: Proof,
  ): Promise<number>
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

/** Addresses that are never mailed, whether or not they are subscribers. The first reason stays. `@example.org` stands
 *  for every address at that very domain. */
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
  /** `search`: part of the address, in lower case as addresses are kept. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly search?: string
  }): Promise<Page<Suppression>>
}
