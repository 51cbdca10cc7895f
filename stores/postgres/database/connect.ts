import { callbackify } from 'node:util'
import { type ClientBase, Pool, type PoolConfig, types } from 'pg'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Log } from '../../../engine/log.ts'
import type { ConnectionUse } from '../../rules/connection-use.ts'
import { createLineage, type Lineage } from './lineage.ts'
import { createDatabase, type Database } from './sql.ts'

// pg-pool has it, its types do not: called with each new connection before anybody gets it.
type Verify = (client: ClientBase, done: (error?: Error) => void) => void

// Ids, counts and times are far below 2^53, and everything in Broadsheet has them as numbers. 20: int8.
const int8 = 20
const int8Array = 1016
const numbersIn = (text: string): number[] => JSON.parse(`[${text.slice(1, -1)}]`) as number[]
// Documents come as text where a view parses them itself, jsonb included: 114: json, 3802: jsonb.
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === int8
    ? Number
    : oid === int8Array
      ? numbersIn
      : types.getTypeParser(oid, format)) as typeof types.getTypeParser

export interface ConnectOptions {
  /** `postgres://user:password@host:port/name`; also `?sslmode=`, and `?pooler=transaction` for a pooler that does not know
   *  prepared statements. */
  readonly url: string
  /** Connections at most. */
  readonly connections: number
  /** Statements longer than this are stopped. */
  readonly statementMs?: number
  /** Read a copy of the database, and do not wait for one that is silent: the primary is there. */
  readonly replica?: boolean
  readonly log: Log
}

export interface Connection {
  readonly db: Database
  readonly pool: Pool
  /** `host:port/name`, without the password. */
  readonly place: string
  readonly lineage: Lineage
  use(): ConnectionUse
  close(): Promise<void>
}

const connectMs = 5000
const idleMs = 60_000
const lockMs = 5000

/** A pool of connections. Nothing is connected yet. */
export function connect({
  url,
  connections,
  statementMs = 30_000,
  replica = false,
  log,
}: ConnectOptions): Connection {
  const parsed = parse(url)
  const prepare = parsed.searchParams.get('pooler') !== 'transaction'
  parsed.searchParams.delete('pooler')
  const place = `${parsed.hostname}:${parsed.port || '5432'}${parsed.pathname}`
  const lineage = createLineage(place, log)
  const config: PoolConfig & { verify?: Verify } = {
    connectionString: parsed.href,
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    application_name: 'broadsheet',
    types: { getTypeParser },
    // Of statements outside a transaction. A pooler that hands connections on would not know these.
    ...(prepare ? { statement_timeout: statementMs, lock_timeout: lockMs } : { query_timeout: statementMs }),
    ...(replica ? { query_timeout: statementMs } : { verify: callbackify(lineage.inspect) }),
  }
  const pool = new Pool(config)
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ store: place, reason: error.message }, 'store.connection_lost'))
  // While it is lent out, too: the query that runs on it rejects, and says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  let closing: Promise<void> | null = null
  return {
    db: createDatabase(pool, { prepare, readOnly: replica, statementMs, lockMs, place }),
    pool,
    place,
    lineage,
    use: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      max: connections,
    }),
    close: () => (closing ??= pool.end()),
  }
}

function parse(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new BroadsheetError(
      'E_CONFIG',
      'The store is no URL: write postgres://user:password@host:5432/name.',
    )
  }
}
