// Locks on numbers, for what is no row. All end with their transaction, so that a pooler may stand in between. A kind and
// what of it make a number: the kind in its upper 16 bits.
const kindBits = 48n

/** `event`, `follow`: up to which number their changes were drawn (drawn.ts). `publication`: that it stays in its state, by
 *  its id. `asset`: who brings these bytes, by the first digits of their hash. */
const kinds = { event: 0x4576, follow: 0x466f, publication: 0x5075, asset: 0x4173 } as const
export type LockKind = keyof typeof kinds

/** SQL: the number of a lock. `what` is an SQL expression, below 2^48. */
export const lockNumber = (kind: LockKind, what: string): string =>
  `${BigInt(kinds[kind]) << kindBits} + ${what}`

/** SQL over `pg_locks l`: is it one of this kind, in this database? And what of it? */
export const isLock = (kind: LockKind): string =>
  `l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid::bigint >> 16 = ${kinds[kind]}
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
export const lockedWhat = '((l.classid::bigint & 65535) << 32 | l.objid::bigint)'
