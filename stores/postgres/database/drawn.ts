import { isLock, type LockKind, lockedWhat, lockNumber } from './advisory.ts'

// Transactions commit in another order than they draw numbers in, and whoever reads on from the last number seen would
// pass over those that commit late. So a transaction says, before it draws, which numbers were drawn by then: it holds a
// shared advisory lock whose key is that number, and nobody is handed a number above the lowest that is held. Nothing but
// other writers of the same holds a reader up, and those for the rest of their transaction: comparing transaction ids with
// `pg_snapshot_xmin` would wait for every long transaction on the server, other databases' included.

/** Numbers of a sequence, as SQL. */
export interface Drawn {
  /** The next one. */
  readonly next: string
  /** Part of a statement that draws: join it, so that the lock is held before the first number is drawn. */
  readonly drawing: string
  /** Up to which number (`id`) everything is committed that ever will be. A statement of its own, before the one that reads:
   *  that one's snapshot must be younger than the look at the locks. */
  readonly settledTo: string
}

export function drawnFrom(sequence: string, kind: LockKind): Drawn {
  const last = `coalesce(pg_sequence_last_value('${sequence}'), 0)`
  return {
    next: `nextval('${sequence}')`,
    drawing: `(
  SELECT pg_advisory_xact_lock_shared(${lockNumber(kind, last)})
)`,
    // The locks are looked at for each row of `drawn`, which is why they are looked at after it: a number drawn in between
    // is above both.
    settledTo: `
  WITH drawn AS MATERIALIZED (SELECT ${last} AS id)
  SELECT least(drawn.id, held.id) AS id
  FROM drawn
  CROSS JOIN LATERAL (
    SELECT min(${lockedWhat}) AS id FROM pg_locks l WHERE ${isLock(kind)} AND ${lockedWhat} < drawn.id
  ) held`,
  }
}
