import type { EpochMs, SubscriberId } from '../model/ids.ts'
import type { Notice, NoticeKind, NoticeState } from '../model/notice.ts'

/** Begins a series: the first mail is due at `dueAt`; null: none goes now. */
export type NewNotice = Pick<
  Notice,
  'subscriberId' | 'kind' | 'askedAt' | 'expiresAt' | 'dueAt' | 'lists' | 'fields'
>

/** Which mail of which series. */
export type NoticeRef = Pick<Notice, 'subscriberId' | 'kind' | 'askedAt' | 'mail'>

/** Mails that no campaign sends. Invariants: the row is there before its mail is, and says afterwards what became of it;
 *  what was lost on the wire is handed over again under the same Message-ID, with `uncertain` above 0. */
export interface NoticeStore {
  /** Replaces the person's series of that kind. */
  put(notice: NewNotice): Promise<void>
  get(subscriberId: SubscriberId, kind: NoticeKind): Promise<Notice | null>
  /** Those with `dueAt` up to `now`, made `handing` with the next attempt and due again after `leaseMs`: a crash in
   *  between only delays them. One that was `handing` before has its `uncertain` raised. At most `limit`. */
  claim(query: {
    readonly now: EpochMs
    readonly leaseMs: number
    readonly limit: number
  }): Promise<readonly Notice[]>
  /** Say what became of a mail that is `handing`, and when the next is due. False when the series is another by now. */
  settle(
    ref: NoticeRef,
    outcome: {
      readonly state: NoticeState
      readonly mail: number
      readonly attempt: number
      readonly uncertain: number
      readonly dueAt: EpochMs | null
      readonly sentAt: EpochMs | null
      readonly code: string | null
      readonly detail: string | null
    },
  ): Promise<boolean>
  /** Retention: forget up to `limit` that expired before that time. */
  remove(query: { readonly before: EpochMs; readonly limit: number }): Promise<number>
}
