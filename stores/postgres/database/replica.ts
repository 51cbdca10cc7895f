import type { QueryConfig } from 'pg'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Log } from '../../../engine/log.ts'
import type { Connection } from './connect.ts'
import type { Database } from './sql.ts'

export interface ReplicaOptions {
  readonly primary: Pick<Connection, 'db'>
  readonly replica: Pick<Connection, 'db' | 'pool' | 'place'>
  /** Further behind, it is not asked. */
  readonly lagMs: number
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
  readonly log: Log
}

const lookEveryMs = 1000
// Of a look: a replica that says nothing for so long is as good as away.
const answerMs = 2000

/** A database for reading: the replica while it keeps up, else the primary. How far behind the replica is, is looked at with
 *  the calls, once a second at most; while it is away, the calls do not wait for that. Whatever the replica cannot do,
 *  down to a single statement that its recovery stopped, the primary is asked. */
export function createReplicaDatabase(options: ReplicaOptions): Database {
  const { primary, replica, lagMs, monotonic, log } = options
  const store = replica.place
  let away = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | null = null

  const leave = (fields: { readonly reason: string; readonly lagMs?: number }) => {
    lookedAt = monotonic()
    if (!away) log.warn({ store, ...fields }, 'replica.left')
    away = true
  }
  const look = async () => {
    lookedAt = monotonic()
    try {
      const { rows } = await replica.pool.query<State>(question)
      const [state] = rows
      if (state === undefined || !state.replica) return leave({ reason: 'it is no replica' })
      if (!state.receiving) return leave({ reason: 'it receives nothing from its primary' })
      if (state.lag > lagMs) return leave({ reason: 'it is behind', lagMs: Math.round(state.lag) })
      if (away) log.info({ store }, 'replica.back')
      away = false
    } catch (error) {
      leave({ reason: reasonOf(error) })
    }
  }
  const isThere = async (): Promise<boolean> => {
    if (monotonic() - lookedAt >= lookEveryMs)
      looking ??= look().finally(() => {
        looking = null
      })
    if (!away) await looking
    return !away
  }
  const read = async <T>(ask: (db: Database) => Promise<T>): Promise<T> => {
    if (await isThere())
      try {
        return await ask(replica.db)
      } catch (error) {
        if (error instanceof BroadsheetError && error.code === 'E_STORE') leave({ reason: reasonOf(error) })
      }
    return ask(primary.db)
  }
  return {
    all: (text, values) => read((db) => db.all(text, values)),
    one: (text, values) => read((db) => db.one(text, values)),
    run: (text, values) => read((db) => db.run(text, values)),
    adHoc: (text, values) => read((db) => db.adHoc(text, values)),
    tx: (work, how) => read((db) => db.tx(work, how)),
  }
}

interface State {
  readonly replica: boolean
  readonly receiving: boolean
  readonly lag: number
}

// All received is replayed: nothing is behind, however long nothing was written. Where nothing was replayed since its start
// there is no time of that, and what it lacks may be old.
const stateSql = `
  SELECT pg_is_in_recovery() AS replica,
    EXISTS (SELECT FROM pg_stat_wal_receiver) AS receiving,
    CASE
      WHEN pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0
      ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 'Infinity')
    END::float8 AS lag`
// pg takes the limit with each query; its types do not say so.
const question: QueryConfig & { readonly query_timeout: number } = {
  text: stateSql,
  query_timeout: answerMs,
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
