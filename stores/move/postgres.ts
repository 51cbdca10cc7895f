import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import type { Log } from '../../engine/log.ts'
import { type Connection, connect } from '../postgres/database/connect.ts'
import { failureOf } from '../postgres/database/failure.ts'
import { ensurePartitions } from '../postgres/database/partitions.ts'
import type { Sql } from '../postgres/database/sql.ts'
import { migrate } from '../postgres/migrations/index.ts'
import { createPresence } from '../postgres/nodes/presence.ts'
import { halfMoved, moveTable } from '../rules/move.ts'
import { type CopyText, createCopyText } from './copy-text.ts'
import { kindOf, type Row, type Value } from './kinds.ts'
import { inUse, markOf, moveTaken, takenTarget } from './refusals.ts'
import { keyOn, pageLimits, type Side, type Source, sizeOf, type Target } from './side.ts'
import { type StepRow, stepColumns, stepsOf } from './steps.ts'
import { type MovedTable, tables } from './tables.ts'

export interface PostgresSideOptions {
  readonly url: string
  readonly log: Log
  /** A database that somebody was at work on within the last minute is refused; null: it is taken all the same. */
  readonly now: number | null
}

const presentMs = 60_000

/** A database that nobody works on: E_STORE_LOCKED where somebody did within the last minute, E_STORE_BUSY where somebody
 *  writes just now. Until it is closed nobody can. */
export async function openPostgresSource(options: PostgresSideOptions): Promise<Source> {
  await using undo = new AsyncDisposableStack()
  const connection = await open(options, undo)
  const { db, pool, place } = connection
  if (await isHalfMoved(db)) throw halfMoved(place)
  const client = await pool.connect()
  undo.defer(() => client.release(true))
  await client
    .query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ;
       SET LOCAL statement_timeout = 0;
       SET LOCAL idle_in_transaction_session_timeout = 0;
       SET LOCAL lock_timeout = '5s';
       LOCK TABLE ${tables.map(({ name }) => name).join(', ')} IN SHARE MODE`,
    )
    .catch((error: unknown) => {
      throw failureOf(error, place)
    })
  const opened = undo.move()
  return {
    ...sideOn(connection, async () => ({ client, release() {} })),
    async mark() {
      const row = await db.one<{ value: string }>('SELECT value FROM salt')
      return markOf('postgres', row?.value ?? '')
    },
    async running() {
      const rows = await db.all<{ name: string }>(
        `SELECT name FROM campaign WHERE state = 'running' ORDER BY id`,
      )
      return rows.map(({ name }) => name)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** A database that is brought to the present schema; what is in it is for `begin` to judge. */
export async function openPostgresTarget(options: PostgresSideOptions): Promise<Target> {
  await using undo = new AsyncDisposableStack()
  const connection = await open(options, undo)
  const { db, pool, place, lineage } = connection
  const { log } = options
  const lines = new Map(tables.map((table) => [table, createCopyText(table)]))
  const months = new Set<string>()
  /** Of the months that these rows are of, before the first of them comes: it would go to the partition for the rest. */
  const makePartitions = async ({ columns, parted }: MovedTable, rows: readonly Row[]) => {
    if (parted === undefined) return
    const index = Object.keys(columns).indexOf(parted.column)
    for (const row of rows) {
      const at = parted.moment(Number(row[index]))
      const month = new Date(at).toISOString().slice(0, 7)
      if (months.has(month)) continue
      await ensurePartitions(db, at, 0, log)
      months.add(month)
    }
  }
  const opened = undo.move()
  return {
    ...sideOn(connection, async () => {
      const client = await pool.connect()
      await client.query('BEGIN; SET LOCAL statement_timeout = 0')
      return { client, release: () => client.release(true) }
    }),
    begin: (mark) =>
      db.tx(async (tx) => {
        if (!(await isHalfMoved(tx))) {
          const full = await firstWithRows(tx)
          if (full !== undefined) throw takenTarget(place, full, 'make another with CREATE DATABASE')
          await tx.run(
            `CREATE TABLE ${moveTable} (
               name text PRIMARY KEY,
               source text NOT NULL,
               last_key text,
               rows bigint NOT NULL
             )`,
          )
          await tx.run(`INSERT INTO ${moveTable} (name, source, rows) SELECT unnest($1::text[]), $2, 0`, [
            tables.map(({ name }) => name),
            mark,
          ])
          return null
        }
        const rows = await tx.all<StepRow>(`SELECT ${stepColumns} FROM ${moveTable}`)
        return stepsOf(rows, mark, place)
      }),
    async write(table, rows, before, after) {
      await makePartitions(table, rows)
      await db.tx(async (tx) => {
        // A page and the step behind it come together: what a crash takes is moved again.
        await tx.client.query('SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = 0')
        const changed = await tx.run(
          `UPDATE ${moveTable} SET last_key = $1, rows = $2 WHERE name = $3 AND rows = $4`,
          [JSON.stringify(after.lastKey), after.rows, table.name, before.rows],
        )
        if (changed === 0) throw moveTaken(place, table.name)
        if (table.replaced && before.rows === 0) await tx.run(`DELETE FROM ${table.name}`)
        await copy(tx.client, lines.get(table)!, rows)
      })
    },
    async finish(lastIds) {
      await db.tx(async (tx) => {
        for (const [table, id] of lastIds)
          if (id > 0)
            await tx.run(
              `SELECT setval(${sequenceOf(table)}, greatest(pg_sequence_last_value(${sequenceOf(table)}), $1))`,
              [id],
            )
        for (const { postgresLast } of tables) if (postgresLast !== undefined) await tx.run(postgresLast)
        const [present] = await tx.all<{ at: number }>('SELECT at FROM presence')
        if (present !== undefined) await createPresence(tx, lineage).beat(present.at)
        await tx.run(`DROP TABLE ${moveTable}`)
      })
      for (const { name } of tables) await db.run(`ANALYZE ${name}`)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function open({ url, log, now }: PostgresSideOptions, undo: AsyncDisposableStack): Promise<Connection> {
  // Counting and comparing take as long as they take.
  const connection = connect({ url, connections: 3, statementMs: 0, log })
  undo.defer(() => connection.close())
  const { db, place } = connection
  // Before anything is done to it.
  if (now !== null && (await isThere(db, 'presence'))) {
    const present = await db.one<{ at: number }>('SELECT at FROM presence')
    if (present !== undefined && now - present.at < presentMs) throw inUse(place, now - present.at)
  }
  await migrate(db, place)
  return connection
}

interface Held {
  readonly client: PoolClient
  release(): void
}

/** `hold` gives a connection within a transaction. */
function sideOn({ db, place, close }: Connection, hold: () => Promise<Held>): Side {
  return {
    kind: 'postgres',
    place,
    async count({ name, postgresFrom }) {
      const row = await db.one<{ rows: number }>(`SELECT count(*) AS rows FROM ${postgresFrom ?? name}`)
      return row?.rows ?? 0
    },
    async *pages(table, after) {
      const held = await hold().catch((error: unknown) => {
        throw failureOf(error, place)
      })
      try {
        yield* pagesOf(held.client, table, after)
      } catch (error) {
        throw failureOf(error, place)
      } finally {
        held.release()
      }
    },
    async lastId(table) {
      const row = await db.one<{ id: number }>(
        `SELECT coalesce(pg_sequence_last_value(${sequenceOf(table)}), 0) AS id`,
      )
      return row?.id ?? 0
    },
    [Symbol.asyncDispose]: close,
  }
}

const sequenceOf = ({ name, sequence }: MovedTable): string =>
  sequence === undefined ? `pg_get_serial_sequence('${name}', 'id')::regclass` : `'${sequence}'::regclass`

const isHalfMoved = (sql: Sql): Promise<boolean> => isThere(sql, moveTable)

async function isThere(sql: Sql, table: string): Promise<boolean> {
  const row = await sql.one<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [table])
  return row?.found != null
}

async function firstWithRows(sql: Sql): Promise<string | undefined> {
  const looks = tables
    .filter(({ replaced }) => replaced === undefined)
    .map(({ name }) => `SELECT '${name}' AS name WHERE EXISTS (SELECT 1 FROM ${name})`)
  return (await sql.one<{ name: string }>(looks.join('\nUNION ALL ')))?.name
}

async function* pagesOf(
  client: PoolClient,
  table: MovedTable,
  after: Row | null,
): AsyncGenerator<readonly Row[]> {
  const columns = Object.entries(table.columns)
  const selected = columns.map(
    ([name, { kind, postgres }]) => postgres ?? kindOf(kind).selected?.(name) ?? name,
  )
  const read = columns.map(
    ([, { kind }]) => kindOf(kind).fromPostgres as ((raw: unknown) => Value) | undefined,
  )
  const key = keyOn('postgres', table).join(', ')
  const cursor = client.query(
    new Cursor<Value[]>(
      `SELECT ${selected.join(', ')} FROM ${table.postgresFrom ?? table.name}
       ${after === null ? '' : `WHERE (${key}) > (${after.map((_, index) => `$${index + 1}`).join(', ')})`}
       ORDER BY ${key}`,
      [...(after ?? [])],
      { rowMode: 'array' },
    ),
  )
  try {
    // As many as fit into a page, by the size of those before.
    for (let wanted = 50; ; ) {
      const rows = await cursor.read(wanted)
      if (rows.length === 0) return
      const page = rows.map((row) =>
        row.map((value, index) => (value === null ? null : (read[index]?.(value) ?? value))),
      )
      const size = page.reduce((sum, row) => sum + sizeOf(row), 0)
      wanted = Math.min(
        pageLimits.rows,
        Math.max(1, Math.floor((pageLimits.characters * page.length) / size)),
      )
      yield page
    }
  } finally {
    await cursor.close()
  }
}

async function copy(client: PoolClient, { into, line }: CopyText, rows: readonly Row[]): Promise<void> {
  const lines = function* () {
    const step = 200
    for (let at = 0; at < rows.length; at += step)
      yield rows
        .slice(at, at + step)
        .map(line)
        .join('')
  }
  await pipeline(
    Readable.from(lines(), { objectMode: false }),
    client.query(copyFrom(`COPY ${into} FROM STDIN`)),
  )
}
