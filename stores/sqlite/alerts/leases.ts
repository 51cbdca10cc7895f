import type { PostingRef } from '../../../engine/ports/notifications.ts'

/** Which postings are on the wire, and until when nobody else may have them. Only the writer thread has one of these, and
 *  only in memory, as with chunks (ledger/leases.ts): the file belongs to one process, so that a row that is `handing` and
 *  not in here is another process's and may be had at once; and the clock is monotonic. */
export interface PostingLeases {
  grant(posting: PostingRef, leaseMs: number): void
  renew(posting: PostingRef, leaseMs: number): void
  isAlive(posting: PostingRef): boolean
  drop(posting: PostingRef): void
}

export function createPostingLeases(monotonic: () => number): PostingLeases {
  const until = new Map<string, number>()
  const keyOf = ({ notificationId, target, attempt }: PostingRef) => `${notificationId}/${target}/${attempt}`
  return {
    grant: (posting, leaseMs) => void until.set(keyOf(posting), monotonic() + leaseMs),
    renew(posting, leaseMs) {
      if (until.has(keyOf(posting))) until.set(keyOf(posting), monotonic() + leaseMs)
    },
    isAlive: (posting) => (until.get(keyOf(posting)) ?? Number.NEGATIVE_INFINITY) > monotonic(),
    drop: (posting) => void until.delete(keyOf(posting)),
  }
}
