import type { EpochMs } from '../../../engine/model/ids.ts'
import { hashOfAddress } from '../../rules/subscriber.ts'
import type { Sql } from '../database/statements.ts'

/** Addresses of people who were erased, known only by a salted hash. */
export interface ErasedAddresses {
  /** False without hashing anything where nobody was ever erased: an import asks for every row. */
  any(): boolean
  has(address: string): boolean
  add(address: string, now: EpochMs): void
  remove(address: string): void
}

export function createErasedAddresses(sql: Sql): ErasedAddresses {
  let salt: string | undefined
  const hashOf = (address: string): string => {
    salt ??= sql<[], string>('SELECT value FROM salt').pluck().get() as string
    return hashOfAddress(salt, address)
  }
  return {
    // The condition makes it a look-up where a bare LIMIT 1 would count as a walk.
    any: () => sql<[]>("SELECT 1 FROM erased WHERE hash > '' LIMIT 1").get() !== undefined,
    has: (address) => sql<[string]>('SELECT 1 FROM erased WHERE hash = ?').get(hashOf(address)) !== undefined,
    add(address, now) {
      sql<[string, number]>('INSERT OR REPLACE INTO erased (hash, at) VALUES (?, ?)').run(
        hashOf(address),
        now,
      )
    },
    remove(address) {
      sql<[string]>('DELETE FROM erased WHERE hash = ?').run(hashOf(address))
    },
  }
}
