import SqliteDatabase, { type Database } from 'better-sqlite3'
import { addFunctions } from '../audience/functions.ts'

const busyTimeoutMs = 5000

/** A daemon with a million recipients stays under 256 MB, so each connection keeps little: pages that it drops
 *  are still in the operating system's cache. No memory map either, since its pages would count as ours. */
const cacheKib = { writer: 8_192, reader: 4_096 }

export type Role = 'writer' | 'reader'

/** Open the database as one of the threads uses it. */
export function connect(file: string, role: Role): Database {
  const db = new SqliteDatabase(file, { timeout: busyTimeoutMs, readonly: role === 'reader' })
  db.pragma(`cache_size = -${cacheKib[role]}`)
  db.pragma('mmap_size = 0')
  // Damage is met as an error instead of being read past.
  db.pragma('cell_size_check = ON')
  db.pragma('trusted_schema = OFF')
  if (role === 'writer') {
    db.pragma('journal_mode = WAL')
    // FULL: what was answered survives a power cut, at one fsync a group (group.ts).
    db.pragma('synchronous = FULL')
    // The log starts over after 4,000 pages (16 MB); a big transaction's log is cut back to 64 MB.
    db.pragma('wal_autocheckpoint = 4000')
    db.pragma('journal_size_limit = 67108864')
  }
  addFunctions(db)
  return db
}
