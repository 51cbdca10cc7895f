import type { PostingRef } from '../../../engine/ports/notifications.ts'

/** Which postings are on the wire, and until when nobody else may have them. Only the writer thread has one of these, and
 *  only in memory, as with chunks (ledger/leases.ts): the file belongs to one process, so that a row that is `handing` and
 *  not in here is another process's and may be had at once; and the clock is monotonic. */
export interface PostingLeases {
  grant(posting: PostingRef, leaseMs: number): void
  renew(posting: PostingRef, leaseMs: number): void
  isAlive(posting: PostingRef): boolean
  /** These are over, once the transaction is kept. */
  drop(postings: readonly PostingRef[]): void
  /** The transaction ended. One that was rolled back settled nothing: whoever had a posting has it as before. What it
   *  granted is granted again before it is asked for. */
  ended(kept: boolean): void
  readonly size: number
}

export function createPostingLeases(monotonic: () => number): PostingLeases {
  const until = new Map<string, number>()
  const over = new Set<string>()
  const keyOf = ({ notificationId, target, attempt }: PostingRef) => `${notificationId}/${target}/${attempt}`
  return {
    grant(posting, leaseMs) {
      until.set(keyOf(posting), monotonic() + leaseMs)
      // Given back unsent and had again in one transaction: the attempt is the same one.
      over.delete(keyOf(posting))
    },
    renew(posting, leaseMs) {
      if (until.has(keyOf(posting))) until.set(keyOf(posting), monotonic() + leaseMs)
    },
    isAlive: (posting) => (until.get(keyOf(posting)) ?? Number.NEGATIVE_INFINITY) > monotonic(),
    drop(postings) {
      for (const posting of postings) over.add(keyOf(posting))
    },
    ended(kept) {
      if (kept) for (const key of over) until.delete(key)
      over.clear()
    },
    get size() {
      return until.size
    },
  }
}
