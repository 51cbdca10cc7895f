import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { applicationId, schemaVersion, tooNew } from '../migrations/index.ts'
import { damaged } from './damage.ts'
import { inspectLog } from './inspect-log.ts'

// quick_check reads every page at some 300 MB/s on a slow core.
const maxCheckedBytes = 64 * 2 ** 20
const maxCheckedAfterCrashBytes = 256 * 2 ** 20

/** Look at a file before anything is written to it; throws E_STORE_CORRUPT, or E_STORE for one of a newer
 *  version. Leaves the file and its log byte for byte as they were. The caller holds the lock.
 *
 *  What is looked at, and so what is found:
 *  - always: every field of the 100-byte header that has a meaning, the length of the file against it (unless
 *    a crash left a log behind, which may be ahead of the file), the log's checksums, the schema;
 *  - up to 64 MB, or 256 MB after a crash: `PRAGMA quick_check`, which walks every tree and finds pages whose
 *    structure is broken, rows of the wrong type and wrong order;
 *  - not found: a bit flipped inside a text or a number that stays of its type, since SQLite's pages carry no
 *    checksum; and in larger files, a broken page until it is read, which then fails with E_STORE_CORRUPT. */
export function inspect(file: string): void {
  const size = sizeOf(file)
  const logSize = sizeOf(`${file}-wal`)
  if (size === 0) {
    // A file that was made and never written to is new; one with a log beside it has lost its content.
    if (logSize === 0) return
    throw damaged(file, `it is empty or gone, while its log ${file}-wal holds ${logSize} bytes`)
  }
  inspectHeader(file, size, logSize)
  if (logSize > 0) inspectLog(file)
  inspectPages(file, size, logSize)
}

function inspectHeader(file: string, size: number, logSize: number): void {
  const header = readHeader(file)
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw damaged(file, size < 512 ? `it is ${size} bytes long` : 'it is not a SQLite database')
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const wrong = (what: string) => damaged(file, `its header is wrong (${what})`)
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw wrong(`a page size of ${pageSize}`)
  // https://www.sqlite.org/fileformat2.html#the_database_header; what we never set must be what SQLite sets.
  const fixed: readonly (readonly [name: string, value: number, allowed: readonly number[]])[] = [
    ['write version', header.readUInt8(18), [1, 2]],
    ['read version', header.readUInt8(19), [1, 2]],
    ['reserved bytes', header.readUInt8(20), [0]],
    ['payload fractions', header.readUIntBE(21, 3), [0x40_20_20]],
    ['schema format', header.readUInt32BE(44), [0, 4]],
    ['auto-vacuum', header.readUInt32BE(52), [0]],
    ['text encoding', header.readUInt32BE(56), [0, 1]],
    ['incremental vacuum', header.readUInt32BE(64), [0]],
    ['application id', header.readUInt32BE(68), [0, applicationId]],
  ]
  for (const [name, value, allowed] of fixed) if (!allowed.includes(value)) throw wrong(`${name} ${value}`)
  if (header.subarray(72, 92).some((byte) => byte !== 0)) throw wrong('bytes 72 to 91 are not zero')
  if (header.readUInt32BE(24) !== header.readUInt32BE(92)) throw wrong('two change counters that differ')
  if (header.readUInt32BE(60) > schemaVersion) throw tooNew(file, header.readUInt32BE(60))
  // With a log the file may be ahead of its header or behind it: a checkpoint writes page after page.
  const expected = header.readUInt32BE(28) * pageSize
  if (logSize === 0 && expected !== size)
    throw damaged(file, `it is ${size} bytes long and its header says ${expected}`)
  if (size % pageSize !== 0 && logSize === 0) throw damaged(file, 'its last page is cut off')
}

function inspectPages(file: string, size: number, logSize: number): void {
  const leftovers = [`${file}-shm`, `${file}-wal`].filter((path) => !existsSync(path))
  // Read-only: closing it folds no log into the file.
  const db = new SqliteDatabase(file, { readonly: true })
  try {
    if (size <= (logSize > 0 ? maxCheckedAfterCrashBytes : maxCheckedBytes)) quickCheck(db, file)
    const version = Number(db.pragma('user_version', { simple: true }))
    if (version > schemaVersion) throw tooNew(file, version)
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    const ours = db.pragma('application_id', { simple: true }) === applicationId
    if (ours !== tables.length > 0)
      throw damaged(file, ours ? 'it has no tables' : 'it is not a database of Broadsheet')
  } catch (error) {
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error
    throw error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB'
      ? damaged(file, error.message)
      : error
  } finally {
    db.close()
    for (const path of leftovers) rmSync(path, { force: true })
  }
}

function quickCheck(db: Database, file: string): void {
  const found = db.pragma('quick_check(1)', { simple: true })
  if (found !== 'ok') throw damaged(file, String(found).replaceAll(/\s+/g, ' '))
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(100)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, 100, 0)
  } finally {
    closeSync(descriptor)
  }
  return header
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
