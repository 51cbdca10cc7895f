import { createHash } from 'node:crypto'
import type { Pool, PoolClient, QueryResult } from 'pg'
import { failureOf, isTransient, outOfDate } from './failure.ts'

/** Statements, each prepared once a connection under a name made of its text. Values are `$1`, `$2` ...; arrays become
 *  arrays, so that a batch is one statement whatever its size: `unnest($1::bigint[], $2::text[])`. Documents are given
 *  as text (`JSON.stringify`). Columns are named, never `*`: a prepared statement must outlive a migration. */
export interface Sql {
  all<R>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** The first row. */
  one<R>(text: string, values?: readonly unknown[]): Promise<R | undefined>
  /** How many rows it changed. */
  run(text: string, values?: readonly unknown[]): Promise<number>
  /** The rows of a statement whose text is one of very many, as those of rules are: planned for these very values, and
   *  not kept. */
  adHoc<R>(text: string, values?: readonly unknown[]): Promise<R[]>
}

/** A transaction at READ COMMITTED. */
export interface Tx extends Sql {
  /** Its connection, for COPY and cursors. */
  readonly client: PoolClient
}

export interface Database extends Sql {
  /** All or nothing. After a deadlock, a lock that was not to be had, or a connection that was lost before the commit, `work`
   *  is run again from its beginning: it must have no effect but its statements. A connection lost while committing
   *  leaves the outcome open, and rejects with E_STORE. */
  tx<T>(work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
}

export interface TxOptions {
  /** Of work that names its rows by their keys, a batch at a time: they are looked up and joined by hash then, whatever the
   *  planner believes. A plan that was made and kept while a table was new would read all of it with every batch until
   *  somebody analyses it, and would compare 500 rows with 500 one by one. */
  readonly byKey?: boolean
  /** The number of an advisory lock (advisory.ts) to share from the beginning, an SQL expression without values. */
  readonly sharing?: string
}

export interface SqlOptions {
  /** Named statements need a session, or a pooler that knows them (PgBouncer from 1.21 with `max_prepared_statements`). */
  readonly prepare: boolean
  /** Transactions may not write. */
  readonly readOnly: boolean
  readonly statementMs: number
  readonly lockMs: number
  /** For messages: `host:port/name`. */
  readonly place: string
}

const maxTries = 5
const firstPauseMs = 5
// Below a lease's time: whoever takes over a chunk needs its row.
const idleMs = 4000

export function createDatabase(pool: Pool, options: SqlOptions): Database {
  const { prepare, readOnly, statementMs, lockMs, place } = options
  const names = new Map<string, string>()
  const nameOf = (text: string): string => {
    let name = names.get(text)
    if (name === undefined) {
      name = createHash('sha256').update(text).digest('base64url').slice(0, 32)
      names.set(text, name)
    }
    return name
  }
  const query = (on: Pool | PoolClient, text: string, values: readonly unknown[] = [], keep = prepare) =>
    on.query({ text, values: values as unknown[], ...(keep && { name: nameOf(text) }) })

  const sqlOn = (
    ask: (text: string, values?: readonly unknown[], keep?: boolean) => Promise<QueryResult>,
  ): Sql => ({
    async all<R>(text: string, values?: readonly unknown[]) {
      return (await ask(text, values)).rows as R[]
    },
    async one<R>(text: string, values?: readonly unknown[]) {
      return (await ask(text, values)).rows[0] as R | undefined
    },
    async run(text, values) {
      return (await ask(text, values)).rowCount ?? 0
    },
    async adHoc<R>(text: string, values?: readonly unknown[]) {
      return (await ask(text, values, false)).rows as R[]
    },
  })

  /** A single statement is its own transaction: after a deadlock it did nothing, and may be asked again. */
  const alone = async (text: string, values?: readonly unknown[], keep?: boolean): Promise<QueryResult> => {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await query(pool, text, values, keep)
      } catch (error) {
        if (attempt >= maxTries || !isTransient(error)) throw failureOf(error, place)
        await pause(attempt)
      }
  }

  // SET LOCAL ends with the transaction: a pooler may hand the connection on. A node that falls asleep within a transaction
  // must not keep its locks from the others. Compiling a statement takes longer than any of ours runs.
  const begin = `BEGIN ${readOnly ? 'READ ONLY' : ''}; SET LOCAL statement_timeout = ${statementMs}; SET LOCAL lock_timeout = ${lockMs}; SET LOCAL idle_in_transaction_session_timeout = ${idleMs}; SET LOCAL jit = off`
  const lookUp = 'SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off'

  return {
    ...sqlOn(alone),
    async tx(work, { byKey = false, sharing } = {}) {
      // One round trip.
      const opening = [
        begin,
        ...(byKey ? [lookUp] : []),
        ...(sharing === undefined ? [] : [`SELECT pg_advisory_xact_lock_shared(${sharing})`]),
      ].join('; ')
      for (let attempt = 1; ; attempt += 1) {
        const client = await pool.connect().catch((error: unknown) => {
          throw failureOf(error, place)
        })
        let broken: Error | boolean = false
        let committing = false
        try {
          await client.query(opening)
          const tx = { client, ...sqlOn((text, values, keep) => query(client, text, values, keep)) }
          const result = await work(tx)
          committing = true
          await client.query('COMMIT')
          return result
        } catch (error) {
          broken = committing || (await client.query('ROLLBACK').then(() => false, asError))
          if (committing || attempt >= maxTries || !(isTransient(error) || outOfDate(error)))
            throw failureOf(error, place)
          // Its statements were prepared against tables as they were before a migration.
          if (outOfDate(error)) broken = true
        } finally {
          client.release(broken)
        }
        await pause(attempt)
      }
    },
  }
}

/** A transaction as a database: what it runs in one is part of this one. */
export const nested = (tx: Tx): Database => ({ ...tx, tx: (work) => work(tx) })

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Those that deadlocked must not meet again at once. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random())))

/** `WHERE` of the conditions that apply. */
export const where = (...conditions: readonly (string | false)[]): string => {
  const used = conditions.filter((condition) => condition !== false)
  return used.length === 0 ? '' : `WHERE ${used.join(' AND ')}`
}

/** Collects values and says `$n` for each. */
export interface Values {
  readonly list: readonly unknown[]
  (value: unknown): string
}

export function createValues(): Values {
  const list: unknown[] = []
  const add = (value: unknown) => `$${list.push(value)}`
  return Object.assign(add, { list })
}
