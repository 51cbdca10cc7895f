import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { BroadsheetError } from '../../../engine/errors.ts'
import { damaged } from './damage.ts'

/** What went wrong, in words that cross threads. */
export function failureOf(error: unknown, file: string): BroadsheetError {
  if (error instanceof BroadsheetError) return error
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return full(file, error)
  if (!(error instanceof SqliteDatabase.SqliteError))
    return new BroadsheetError('E_INTERNAL', error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  const { code, message } = error
  // Growing the shared-memory file or syncing on a full disk is an I/O error, not SQLITE_FULL.
  if (code === 'SQLITE_FULL' || (code.startsWith('SQLITE_IOERR') && isFull(file))) return full(file, error)
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new BroadsheetError(
      'E_STORE_BUSY',
      `The database ${file} was held by another program for 5 seconds: end what reads or copies it, and try again.`,
      { cause: error },
    )
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damaged(file, message)
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM')
    return new BroadsheetError(
      'E_STORE',
      `The database ${file} cannot be written (${message}): check that the file and its folder belong to this user.`,
      { cause: error },
    )
  if (code.startsWith('SQLITE_IOERR'))
    return new BroadsheetError(
      'E_STORE',
      `The database ${file} could not be read or written (${code}): check the disk.`,
      {
        cause: error,
      },
    )
  return new BroadsheetError('E_INTERNAL', `${code}: ${message}`, { cause: error })
}

const full = (file: string, cause: unknown) =>
  new BroadsheetError(
    'E_STORE_FULL',
    `The disk is full: free space at ${dirname(file)}. Nothing of this write was kept; what was acknowledged before is.`,
    { cause },
  )

function isFull(file: string): boolean {
  try {
    return statfsSync(dirname(file)).bavail === 0
  } catch {
    return false
  }
}
