import { chmodSync, renameSync, rmSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'

/** SQLite copies this many pages at a time, and begins again when somebody else writes meanwhile: so all at once. Writers go on
 *  beside it, in the log. */
const allPages = 2 ** 31 - 1

/** Copy a database file that may be in use to `target`, as it is at one moment, readable by its owner only. The target is whole or
 *  is not there; one that is there is replaced. Rejects as SQLite and the file system do. */
export async function copyDatabase(file: string, target: string): Promise<void> {
  const part = `${target}.part`
  const db = new SqliteDatabase(file, { fileMustExist: true })
  try {
    await db.backup(part, { progress: () => allPages })
    chmodSync(part, 0o600)
    renameSync(part, target)
  } finally {
    db.close()
    rmSync(part, { force: true })
  }
}
