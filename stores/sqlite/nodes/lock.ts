import SqliteDatabase from 'better-sqlite3'
import { BroadsheetError } from '../../../engine/errors.ts'
import { describeOwner } from './owner.ts'

/** Keeps every other process off a database file while it is open. */
export interface FileLock {
  release(): void
}

/** Take the lock or throw E_STORE_LOCKED, naming the holder.
 *
 *  The lock is an exclusive transaction on an empty SQLite file beside the database, so it is a lock of the
 *  operating system: a process that is killed loses it at that instant, and no stale file can hold anybody up.
 *  `PRAGMA locking_mode = EXCLUSIVE` on the database itself would keep our own readers out too. The file stays
 *  when the lock goes: removing it could take it from under a process that is just opening it. Nothing else in
 *  this process may open and close `<file>.lock`: POSIX drops a process's locks with any of its descriptors. */
export function lockFile(file: string): FileLock {
  const db = new SqliteDatabase(`${file}.lock`, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (!(error instanceof SqliteDatabase.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new BroadsheetError(
      'E_STORE_LOCKED',
      `The database ${file} is open in ${describeOwner(file)}: stop that one first, or talk to it instead.`,
    )
  }
  return {
    release() {
      db.close()
    },
  }
}
