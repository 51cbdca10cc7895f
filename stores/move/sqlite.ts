import { closeSync, existsSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { BroadsheetError } from '../../engine/errors.ts'
import { halfMoved, moveTable } from '../rules/move.ts'
import { connect } from '../sqlite/database/connection.ts'
import { failureOf } from '../sqlite/database/failure.ts'
import { inspect } from '../sqlite/database/inspect.ts'
import { createSql } from '../sqlite/database/statements.ts'
import { migrate } from '../sqlite/migrations/index.ts'
import { lockFile } from '../sqlite/nodes/lock.ts'
import { removeOwner, thisProcess, writeOwner } from '../sqlite/nodes/owner.ts'
import { createPresence, noteBeats } from '../sqlite/nodes/presence.ts'
import { place as placeOf } from '../sqlite/open.ts'
import { kindOf, type Row, type Value } from './kinds.ts'
import { markOf, moveTaken, takenTarget } from './refusals.ts'
import { keyOn, pageLimits, type Side, type Source, sizeOf, type Target } from './side.ts'
import { type StepRow, stepColumns, stepsOf } from './steps.ts'
import { type MovedTable, tables } from './tables.ts'

/** A file that nobody else has open: E_STORE_LOCKED otherwise, naming the process. */
export async function openSqliteSource(path: string): Promise<Source> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new BroadsheetError('E_NOT_FOUND', `There is no database ${file}: correct --from.`)
  const { db, side } = open(file)
  if (isHalfMoved(db)) {
    await side[Symbol.asyncDispose]()
    throw halfMoved(side.place)
  }
  return {
    ...side,
    async mark() {
      return markOf('sqlite', db.prepare<[], string>('SELECT value FROM salt').pluck().get() ?? '')
    },
    async running() {
      return db
        .prepare<[], string>("SELECT name FROM campaign WHERE state = 'running' ORDER BY id")
        .pluck()
        .all()
    },
  }
}

/** A file that is made where it is not there, its owner's alone. */
export async function openSqliteTarget(path: string): Promise<Target> {
  const { db, side } = open(path)
  const { place } = side
  // A crash of the machine may take the last pages, and takes the steps behind them too.
  db.pragma('synchronous = NORMAL')
  const guarded = <T>(work: () => T): T => {
    try {
      return db.transaction(work).immediate()
    } catch (error) {
      throw failureOf(error, place)
    }
  }
  const writers = new Map<MovedTable, (row: Row) => void>()
  const writerOf = (table: MovedTable) => {
    const writer = writers.get(table) ?? createWriter(db, table)
    writers.set(table, writer)
    return writer
  }

  return {
    ...side,
    async begin(mark) {
      return guarded(() => {
        if (!isHalfMoved(db)) {
          const full = tables.find(
            ({ name, replaced }) =>
              replaced === undefined && db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() !== undefined,
          )
          if (full !== undefined) throw takenTarget(place, full.name, `delete ${place} or name another file`)
          db.exec(
            `CREATE TABLE ${moveTable} (
               name TEXT PRIMARY KEY,
               source TEXT NOT NULL,
               last_key TEXT,
               rows INTEGER NOT NULL
             ) STRICT`,
          )
          const insert = db.prepare(`INSERT INTO ${moveTable} (name, source, rows) VALUES (?, ?, 0)`)
          for (const { name } of tables) insert.run(name, mark)
          return null
        }
        const rows = db.prepare<[], StepRow>(`SELECT ${stepColumns} FROM ${moveTable}`).all()
        return stepsOf(rows, mark, place)
      })
    },
    async write(table, rows, before, after) {
      guarded(() => {
        const { changes } = db
          .prepare(`UPDATE ${moveTable} SET last_key = ?, rows = ? WHERE name = ? AND rows = ?`)
          .run(JSON.stringify(after.lastKey), after.rows, table.name, before.rows)
        if (changes === 0) throw moveTaken(place, table.name)
        if (table.replaced && before.rows === 0) db.exec(`DELETE FROM ${table.name}`)
        const write = writerOf(table)
        for (const row of rows) write(row)
      })
    },
    async finish(lastIds) {
      const beats = guarded(() => {
        for (const [{ name }, id] of lastIds) {
          const known = db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?')
          const seq = Math.max(id, known.pluck().get(name) ?? 0)
          db.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(name)
          db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(name, seq)
        }
        const at = db.prepare<[], number>('SELECT at FROM presence').pluck().get()
        const noted = at === undefined ? null : createPresence(createSql(db), db).beat(at)
        db.exec(`DROP TABLE ${moveTable}`)
        return noted
      })
      if (beats !== null) noteBeats(place, beats)
      db.pragma('synchronous = FULL')
      db.pragma('analysis_limit = 400')
      db.pragma('optimize')
      db.pragma('wal_checkpoint(TRUNCATE)')
    },
  }
}

function open(path: string): { readonly db: Database; readonly side: Side } {
  const place = placeOf(path)
  const lock = lockFile(place)
  let db: Database
  try {
    writeOwner(place, { ...thisProcess(), doing: 'broadsheet migrate' })
    inspect(place)
    closeSync(openSync(place, 'a', 0o600))
    db = connect(place, 'writer')
    migrate(db, place)
  } catch (error) {
    removeOwner(place)
    lock.release()
    throw failureOf(error, place)
  }
  const side: Side = {
    kind: 'sqlite',
    place,
    async count({ name }) {
      return db.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get() ?? 0
    },
    pages: (table, after) => pagesOf(db, table, after),
    async lastId({ name }) {
      const row = db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?')
      return row.pluck().get(name) ?? 0
    },
    async [Symbol.asyncDispose]() {
      db.close()
      removeOwner(place)
      lock.release()
    },
  }
  return { db, side }
}

const isHalfMoved = (db: Database): boolean =>
  db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(moveTable) !== undefined

async function* pagesOf(db: Database, table: MovedTable, after: Row | null): AsyncGenerator<readonly Row[]> {
  const columns = Object.entries(table.columns)
  const read = columns.map(([, { kind }]) => kindOf(kind).fromSqlite as (raw: unknown) => Value)
  const key = keyOn('sqlite', table).join(', ')
  const rows = db
    .prepare<Value[], unknown[]>(
      `SELECT ${columns.map(([name, { sqlite }]) => sqlite ?? name).join(', ')} FROM ${table.name}
       ${after === null ? '' : `WHERE (${key}) > (${after.map(() => '?').join(', ')})`}
       ORDER BY ${key}`,
    )
    .raw()
    .iterate(...(after ?? []))
  let page: Row[] = []
  let characters = 0
  for (const raw of rows) {
    const row = raw.map((value, index) => (value === null ? null : read[index]!(value)))
    page.push(row)
    characters += sizeOf(row)
    if (page.length < pageLimits.rows && characters < pageLimits.characters) continue
    yield page
    page = []
    characters = 0
    // Reading never waits here: without a turn for it the other side's connection would run into its time limit.
    await setImmediate()
  }
  if (page.length > 0) yield page
}

/** Writes a row, and what stands beside it. */
function createWriter(db: Database, { name, columns, made, besides = [] }: MovedTable): (row: Row) => void {
  const names = Object.keys(columns)
  const own = Object.entries(columns).map(([column, { kind }]) => ({
    column,
    write: kindOf(kind).toSqlite as (value: Value) => unknown,
  }))
  const kept = own.filter(({ column }) => columns[column]?.sqlite === undefined)
  const others = Object.entries(made?.sqlite ?? {})
  const into = [...kept.map(({ column }) => column), ...others.map(([column]) => column)]
  const insert = db.prepare(
    `INSERT INTO ${name} (${into.join(', ')}) VALUES (${into.map((column) => `:${column}`).join(', ')})`,
  )
  const beside = besides.map((statement) => db.prepare(statement))
  return (row) => {
    const values: { [column: string]: unknown } = {}
    for (const [index, { column, write }] of own.entries()) {
      const value = row[index] ?? null
      values[column] = value === null ? null : write(value)
    }
    for (const [column, { kind, from, make }] of others) {
      const value = make(row[names.indexOf(from)] ?? null)
      values[column] = value === null ? null : (kindOf(kind).toSqlite as (value: Value) => unknown)(value)
    }
    insert.run(values)
    for (const statement of beside) statement.run(values)
  }
}
