import type { Caps } from '../config.ts'
import type { Audience, AudienceCount } from '../model/audience.ts'
import type { ChunkLease, ChunkRef, DueChunk, LeasedChunk, PlanProgress } from '../model/chunk.ts'
import type { Delivery, DeliveryCounts, DeliveryState, NotedState } from '../model/delivery.ts'
import type { EpochMs, Page, PublicationId, SubscriberId } from '../model/ids.ts'
import type { PublicationState } from '../model/publication.ts'

/** Before a letter leaves: `handing` asks for permission; the others are final without one. */
export interface Intent {
  readonly subscriberId: SubscriberId
  readonly attempt: number
  readonly state: 'handing' | 'failed' | 'skipped'
  readonly code: string | null
  readonly detail: string | null
  readonly picks: Uint8Array | null
}

export type IntentResult =
  /** Only these may be sent. The rest were already taken, or consent, suppression or the once key said no. */
  | { readonly status: 'granted'; readonly granted: readonly SubscriberId[]; readonly counts: DeliveryCounts }
  /** Another epoch owns the chunk: nothing was written, stop working it. */
  | { readonly status: 'stale' }
  /** The publication is not `running`: nothing was written. */
  | { readonly status: 'halted'; readonly state: PublicationState }

/** `unsent`: nothing of it left the process; the permission is given back and no attempt is counted: a first
 *  attempt's row is deleted (the recipient is queued again), a later one's is `retry` as it was before.
 *  `unknown` with a `dueAt` (policy `resend`): the row becomes `retry` with `uncertain` + 1. */
export interface Settlement {
  readonly subscriberId: SubscriberId
  readonly state: 'sent' | 'failed' | 'retry' | 'unknown' | 'unsent'
  readonly code: string | null
  readonly detail: string | null
  /** For `retry`; for `unsent`, when it may be tried again (null: at once). */
  readonly dueAt: EpochMs | null
  /** The address itself is bad: suppress it (reason `bounce`) and mark its subscriber `bounced`. */
  readonly suppress: boolean
}

export type SettleResult =
  | { readonly status: 'settled'; readonly counts: DeliveryCounts }
  | { readonly status: 'stale' }

/** The books: who was promised what, and what became of it (docs/architecture.md).
 *
 *  Invariants, at every moment and after any crash:
 *  - audience = queued + handing + sent + failed + retry + unknown + skipped + suppressed;
 *  - a delivery's row exists before its letter leaves, and at most one live lease may write it;
 *  - a write under an old epoch changes nothing;
 *  - a chunk's recipients are fixed when it is planned.
 *  Leases are timed by the store's own clock: a database's, or a monotonic one where the store belongs
 *  to this process alone. `now` in the calls below is for due times only. */
export interface LedgerStore {
  /** Cut the next part of the audience into chunks of `chunkSize`, at most `maxChunks` of them, after the
   *  last one there is: repeat until `done`, also after a crash. The audience is that of the spec's lists,
   *  segments and earlier publications, as `Audience` says. A call looks at so many subscribers at most: with
   *  segments it may cut fewer chunks than asked for, or none, before it is `done`.
   *  Where the spec has a `localTime`, those of one call who share a moment are cut into chunks of their own, due at
   *  it: there may be more than `maxChunks` then, of at most `chunkSize` x `maxChunks` recipients.
   *  With `done` a publication in `planning` becomes `running`, or `paused` where its campaign is not running;
   *  in any other state nothing is planned and it is `done`. */
  plan(publicationId: PublicationId, options: { chunkSize: number; maxChunks: number }): Promise<PlanProgress>
  /** Chunks of running publications that may be worked now: open, waiting and due, or with a lease that
   *  ran out. By publication and seq. */
  due(query: { readonly now: EpochMs; readonly limit: number }): Promise<readonly DueChunk[]>
  /** Take a chunk that is due, raising its epoch. `handing` rows of earlier epochs become `unknown`
   *  (`hold`) or `retry` due now with `uncertain` + 1 (`resend`). Null when it is not to be had. */
  lease(
    chunk: ChunkRef,
    options: { readonly owner: string; readonly leaseMs: number; readonly now: EpochMs },
  ): Promise<LeasedChunk | null>
  /** Prolong leases whose letters are still on the wire, run out or not: those that are still theirs. Resolves with how many. */
  renew(leases: readonly ChunkLease[], leaseMs: number): Promise<number>
  /** One transaction: check the epoch, renew the lease, read status, membership, suppression and once key
   *  again, write the rows. A subscriber who is no longer `active`, no longer an active member of one of
   *  the publication's lists, or is a member of an excluded one, gets `suppressed` with the status or
   *  `left_list` as code; where segments or earlier publications are included too, only who left one of the lists
   *  (or joined an excluded one) does: what segments say is read once, when the audience is planned. A suppressed
   *  address gets `suppressed` with the suppression's reason; a held once key `skipped` with `once`; somebody who had
   *  as many letters as `caps` or they themselves allow, `skipped` with `frequency` (counted: their `sent` events, and
   *  what is being handed over just now). A first attempt needs that no row exists; a later one, that the row is `retry`
   *  with attempt - 1. `failed` appends its event. */
  intend(
    lease: ChunkLease,
    intents: readonly Intent[],
    /** Without `caps` nothing is counted. */
    options: { readonly leaseMs: number; readonly now: EpochMs; readonly caps?: Caps | null },
  ): Promise<IntentResult>
  /** One transaction: check the epoch, settle rows that are `handing`, append `sent` and `failed` events,
   *  free the once keys of `failed`. Rows that are not `handing` are left alone. */
  settle(lease: ChunkLease, settlements: readonly Settlement[], now: EpochMs): Promise<SettleResult>
  /** Lay the chunk down. It becomes `open` when recipients without a row are left (due at
   *  `notBefore`), else `waiting` until its first retry, else `done`. Null when the lease is stale. */
  release(
    lease: ChunkLease,
    options: { readonly notBefore: EpochMs | null },
  ): Promise<{ readonly state: 'open' | 'waiting' | 'done'; readonly dueAt: EpochMs | null } | null>
  /** Put the `failed` rows (code other than `render`, unless asked) back to `retry`, due now, and their
   *  chunks to `waiting`. `unknown` rows are touched only when named. Resolves with how many.
   *  A finished publication becomes `running` again through the campaign, not here. */
  retry(
    publicationId: PublicationId,
    options: { readonly states: readonly ('failed' | 'unknown')[]; readonly now: EpochMs },
  ): Promise<number>
}

/** A JSON array with one element a subscriber found, in id order:
 *  `[id, address, name, language, timeZone, attributes, topics, tracking, learned]`, fields as in `Subscriber`; `tracking` is a
 *  `TrackingConsent`, `learned` an object topic -> weight, or null where nothing is learned of them.
 *  Text, because it goes from the database through the main thread to a render worker untouched. */
export type RecipientsJson = string

/** Reading the ledger. */
/** Why letters of one state are in it. */
export interface DeliveryReason {
  readonly code: string | null
  readonly count: number
  /** What was answered to one of them. */
  readonly example: string | null
}

export interface DeliveryStore {
  /** Ids after `after`, in order, of the people a publication to this audience would be planned for now. A page
   *  may hold fewer than `limit`, or none, while `next` says that there may be more: nobody looks through a
   *  million subscribers in one go. */
  audience(query: Audience & { readonly after: number; readonly limit: number }): Promise<Page<SubscriberId>>
  /** How many that are: counted when `budgetMs` is enough, else estimated from ranges of ids spread over all
   *  subscribers. The same audience over the same people takes the same ranges first, so that an estimate does not
   *  jump about while somebody edits beside it. */
  count(audience: Audience, options: { readonly budgetMs: number }): Promise<AudienceCount>
  /** The rows' data for rendering; ids that are gone are left out. */
  recipients(ids: readonly SubscriberId[]): Promise<RecipientsJson>
  /** Picks of these recipients in these publications, from rows that are sent, unknown or handing. */
  seen(
    publications: readonly PublicationId[],
    ids: readonly SubscriberId[],
  ): Promise<readonly { readonly subscriberId: SubscriberId; readonly picks: Uint8Array }[]>
  get(publicationId: PublicationId, subscriberId: SubscriberId): Promise<Delivery | null>
  /** By subscriber id; `after` is the last one seen, 0 to begin. */
  page(query: {
    readonly publicationId: PublicationId
    readonly state?: DeliveryState
    readonly after: number
    readonly limit: number
  }): Promise<Page<Delivery>>
  counts(publicationId: PublicationId): Promise<DeliveryCounts>
  /** Of all rows in that state how many have which code, the most frequent first, then by code. */
  reasons(query: {
    readonly publicationId: PublicationId
    readonly state: NotedState
    readonly limit: number
  }): Promise<readonly DeliveryReason[]>
  /** One person's rows, by publication id; `after` is the last one seen, 0 to begin. */
  ofSubscriber(query: {
    readonly subscriberId: SubscriberId
    readonly after: number
    readonly limit: number
  }): Promise<Page<Delivery>>
  /** Of a publication none of whose chunks may be worked at `now`, when the first one may; null when one may, or
   *  all are done. */
  waitsUntil(publicationId: PublicationId, now: EpochMs): Promise<EpochMs | null>
  /** Retention: forget up to `limit` rows, and the chunks, of publications that were begun before that time and are over;
   *  more where a whole month goes at once. Their counters and once keys stay; that somebody was sent one is not known any
   *  more. Resolves with how many rows; less than `limit`: there are no more. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
  /** Every time zone that a subscriber has. */
  timeZones(): Promise<readonly string[]>
}
