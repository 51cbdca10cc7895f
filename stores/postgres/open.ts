import type { Log } from '../../engine/log.ts'
import { silentLog } from '../../engine/log.ts'
import type { Store } from '../../engine/ports/store.ts'
import type { ConnectionUse } from '../rules/connection-use.ts'
import { halfMoved, moveTable } from '../rules/move.ts'
import { forgetGone } from './alerts/follows.ts'
import { connect } from './database/connect.ts'
import { ensurePartitions } from './database/partitions.ts'
import { createReplicaDatabase } from './database/replica.ts'
import { migrate } from './migrations/index.ts'
import { createPorts } from './ports.ts'

const monthsAhead = 3

export interface PostgresOptions {
  /** `postgres://user:password@host:port/name`. */
  readonly url: string
  /** A streaming replica that answers exports and analytics while it is not too far behind. */
  readonly replica?: string | null
  /** How far behind is too far; default 5,000. */
  readonly replicaLagMs?: number
  /** Connections at most; default 16. */
  readonly connections?: number
  readonly log?: Log
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic?: () => number
}

export interface PostgresStore extends Store {
  readonly kind: 'postgres'
  describe(info: { readonly [key: string]: string }): void
  /** By pool: `primary`, and `replica` where there is one. */
  connections(): { readonly [pool: string]: ConnectionUse }
}

/** Connect and bring the schema up to date: any number of processes may do so at once. Rejects with E_STORE when the
 *  database cannot be reached or was made by a newer version. */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { url, connections = 16, replicaLagMs = 5000, log = silentLog } = options
  const { monotonic = () => performance.now() } = options
  const primary = connect({ url, connections, log })
  const replica = options.replica ? connect({ url: options.replica, connections, replica: true, log }) : null
  try {
    const steps = await migrate(primary.db, primary.place)
    if (steps.length > 0) log.info({ store: primary.place, steps }, 'store.migrated')
    const half = await primary.db.one<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [
      moveTable,
    ])
    if (half?.found != null) throw halfMoved(primary.place)
  } catch (error) {
    await primary.close()
    throw error
  }
  const ports = createPorts(primary.db, primary.lineage)
  return {
    kind: 'postgres',
    ...ports,
    reports:
      replica === null
        ? ports
        : {
            ...createPorts(
              createReplicaDatabase({ primary, replica, lagMs: replicaLagMs, monotonic, log }),
              primary.lineage,
            ),
            // Which events may still come is known where they are written alone (events.ts).
            events: ports.events,
          },
    describe() {},
    connections: () => ({ primary: primary.use(), ...(replica && { replica: replica.use() }) }),
    async maintain(now) {
      await ensurePartitions(primary.db, now, monthsAhead, log)
      await forgetGone(primary.db, now)
    },
    async check() {
      await primary.db.run('UPDATE salt SET value = value WHERE id = 1')
    },
    async close() {
      await Promise.all([primary.close(), replica?.close()])
    },
  }
}
