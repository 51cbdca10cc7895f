import type { ChunkLease, ChunkRef } from '../../../engine/model/chunk.ts'

/** A lease that this process gave out. */
export interface LiveLease {
  /** By the monotonic clock. */
  until: number
  /** Recipients of the chunk, ascending. */
  readonly ids: readonly number[]
}

/** Which leases are alive. Only the writer thread has one of these, and only in memory:
 *  - the file belongs to one process, so a lease that is not in here was another process's and is void: what
 *    a kill left behind can be taken at once;
 *  - the clock is monotonic, so a jump of the wall clock ends no lease and prolongs none;
 *  - renewing with every batch writes nothing.
 *  Keyed by epoch too, so that one that was granted by a transaction which was rolled back speaks for no one; one that such a
 *  transaction dropped is there again. */
export interface Leases {
  grant(
    ref: ChunkRef,
    epoch: number,
    lease: { readonly leaseMs: number; readonly ids: readonly number[] },
  ): void
  /** The lease, whether or not its time ran out: until another epoch exists it may go on. */
  get(lease: Omit<ChunkLease, 'owner'>): LiveLease | undefined
  renew(lease: LiveLease, leaseMs: number): void
  /** Given out by this process and not run out. */
  isAlive(lease: Omit<ChunkLease, 'owner'>): boolean
  drop(lease: Omit<ChunkLease, 'owner'>): void
  /** The transaction ended: is what ran in it kept? */
  ended(kept: boolean): void
}

export function createLeases(monotonic: () => number): Leases {
  const alive = new Map<string, LiveLease>()
  const over = new Set<string>()
  const keyOf = ({ publicationId, seq, epoch }: Omit<ChunkLease, 'owner'>) =>
    `${publicationId}/${seq}/${epoch}`
  return {
    grant({ publicationId, seq }, epoch, { leaseMs, ids }) {
      alive.set(keyOf({ publicationId, seq, epoch }), { until: monotonic() + leaseMs, ids })
      over.delete(keyOf({ publicationId, seq, epoch }))
      // Not the epoch just before: should this transaction fail, its holder still has the chunk.
      alive.delete(keyOf({ publicationId, seq, epoch: epoch - 2 }))
    },
    get: (lease) => (over.has(keyOf(lease)) ? undefined : alive.get(keyOf(lease))),
    renew(lease, leaseMs) {
      lease.until = monotonic() + leaseMs
    },
    isAlive(lease) {
      const until = over.has(keyOf(lease)) ? undefined : alive.get(keyOf(lease))?.until
      return until !== undefined && until > monotonic()
    },
    drop(lease) {
      over.add(keyOf(lease))
      over.add(keyOf({ ...lease, epoch: lease.epoch - 1 }))
    },
    ended(kept) {
      if (kept) for (const key of over) alive.delete(key)
      over.clear()
    },
  }
}
