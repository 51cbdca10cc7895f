import type { AlertId, EpochMs, NotificationId, Page, SubscriberId } from '../model/ids.ts'
import type {
  Notification,
  Posting,
  PostingCounts,
  PostingState,
  TakenPosting,
} from '../model/notification.ts'

export type PostingRef = Pick<Posting, 'notificationId' | 'target' | 'attempt'>

/** What became of a posting. `unsent`: nothing of it left the process: it is `retry` at `dueAt` (null: at once), and no
 *  attempt is counted. `unknown` with a `dueAt` becomes `retry` with `uncertain` + 1: alerts come twice rather than never. */
export interface PostingSettlement extends PostingRef {
  readonly state: 'sent' | 'failed' | 'retry' | 'unknown' | 'unsent'
  readonly code: string | null
  readonly detail: string | null
  readonly dueAt: EpochMs | null
  /** Kept for the thread: the next post of it to this place gets it back as `earlier`. Null: what is kept stays. */
  readonly receipt: string | null
  /** The place itself is bad. Where it is a subscriber's own address: suppress it (reason `bounce`) and mark them `bounced`. */
  readonly suppress: boolean
}

/** The books of alerts. They are kept apart from those of campaigns (engine/ports/ledger.ts) because a notification is for
 *  few and there are hundreds a second: it and the right to send it are one row and one transaction each, with no chunks to
 *  plan and lease. What must hold is the same:
 *  - audience = queued + handing + sent + failed + retry + unknown + skipped + suppressed + held, at every moment and
 *    after any crash;
 *  - a posting's row exists, `handing`, before its post leaves;
 *  - a settlement changes only a row that is `handing` in that very attempt;
 *  - who it is for is fixed when the notification is made; consent is read when a posting is taken.
 *  The lease of a `handing` row is timed by the store's own clock, as in the ledger; `now` is for due times only. */
export interface PostingStore {
  /** The next targets of a notification, rooms first: in one transaction their rows are written, and those to be sent are
   *  given. A person who is not `active`, or whose follow is gone, gets `suppressed` with the status, or `skipped` with
   *  `gone`; with a follow that has no contact, an address that is suppressed gets `suppressed` with the reason. Nodes may
   *  take from one notification at the same time: each target is given once. */
  take(
    id: NotificationId,
    options: { readonly limit: number; readonly leaseMs: number; readonly now: EpochMs },
  ): Promise<{ readonly postings: readonly TakenPosting[]; readonly more: boolean }>
  /** Rows that are `retry` and due, and `handing` rows whose lease ran out (`uncertain` + 1): they are `handing` again
   *  with attempt + 1. Consent is read again, as in `take`: what is not sent now was no attempt, and whom it went to before is
   *  kept where nobody is there any more. Those past their notification's `retryUntil` become `failed`, or `unknown` where
   *  `uncertain`, with the code they had (`deadline` where there was none, `interrupted` where their lease ran out). Most
   *  severe notifications first, then by due time. `resting`: rows that are `retry` on one of these channels, and have not
   *  been due since before `since`, stay as they are, however many they are. */
  claim(options: {
    readonly limit: number
    readonly leaseMs: number
    readonly now: EpochMs
    readonly resting?: { readonly channels: readonly string[]; readonly since: EpochMs }
  }): Promise<readonly TakenPosting[]>
  /** Prolong what is still on the wire. */
  renew(postings: readonly PostingRef[], leaseMs: number): Promise<void>
  /** One transaction. Resolves with how many rows it changed. */
  settle(settlements: readonly PostingSettlement[], now: EpochMs): Promise<number>
  /** Notifications with targets that nobody has taken, most severe first, then by id. */
  unfinished(limit: number): Promise<readonly NotificationId[]>
}

/** Reading what was told. */
export interface NotificationStore {
  /** Those there are, in the order of `ids`. */
  get(ids: readonly NotificationId[]): Promise<readonly Notification[]>
  /** Newest first: ids below `after`, 0 to begin. */
  page(query: {
    readonly after: number
    readonly limit: number
    readonly alertId?: AlertId
    readonly group?: string
  }): Promise<Page<Notification>>
  counts(id: NotificationId): Promise<PostingCounts>
  /** Of a notification by target (rooms have negative ones; `after` null to begin), or of a person by notification: all of
   *  one that the page begins, also beyond `limit`. */
  postings(
    query: { readonly after: number | null; readonly limit: number; readonly state?: PostingState } & (
      | { readonly notificationId: NotificationId }
      | { readonly subscriberId: SubscriberId }
    ),
  ): Promise<Page<Posting>>
  /** Retention: up to `limit` made before, the oldest, with their postings and threads, unless one is still to be sent.
   *  Resolves with how many. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
