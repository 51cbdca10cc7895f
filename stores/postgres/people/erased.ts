import type { EpochMs } from '../../../engine/model/ids.ts'
import { hashOfAddress } from '../../rules/subscriber.ts'
import type { Sql } from '../database/sql.ts'

// Addresses of people who were erased are known only by a salted hash.

const nobody: ReadonlySet<string> = new Set()

/** Those of `addresses` that are known to be of people who were erased. It holds for an address whose row the transaction
 *  has: only who has that can add one. */
export async function erasedAmong(sql: Sql, addresses: readonly string[]): Promise<ReadonlySet<string>> {
  if (addresses.length === 0) return nobody
  // Nothing is hashed where nobody was ever erased: an import asks for every row.
  const salt = await sql.one<{ value: string }>('SELECT value FROM salt WHERE EXISTS (SELECT FROM erased)')
  if (salt === undefined) return nobody
  const byHash = new Map(addresses.map((address) => [hashOfAddress(salt.value, address), address]))
  const found = await sql.all<{ hash: string }>('SELECT hash FROM erased WHERE hash = ANY($1)', [
    [...byHash.keys()],
  ])
  return new Set(found.map(({ hash }) => byHash.get(hash) ?? ''))
}

export async function rememberErased(sql: Sql, address: string, now: EpochMs): Promise<void> {
  await sql.run(
    `INSERT INTO erased (hash, at) VALUES ($1, $2)
     ON CONFLICT (hash) DO UPDATE SET at = excluded.at`,
    [await hashOf(sql, address), now],
  )
}

export async function forgetErased(sql: Sql, address: string): Promise<void> {
  await sql.run('DELETE FROM erased WHERE hash = $1', [await hashOf(sql, address)])
}

async function hashOf(sql: Sql, address: string): Promise<string> {
  const salt = await sql.one<{ value: string }>('SELECT value FROM salt')
  return hashOfAddress(salt?.value ?? '', address)
}
