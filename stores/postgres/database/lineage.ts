import type { ClientBase } from 'pg'
import type { Log } from '../../../engine/log.ts'

/** Is the database still the one that acknowledged what we wrote? Looked at with each new connection, since a failover
 *  ends the old ones. */
export interface Lineage {
  /** Rejects for a replica that was not promoted: nothing could be written there. */
  inspect(client: ClientBase): Promise<void>
  /** What may be wrong with the books; null: nothing that we know of. */
  doubt(): string | null
  /** Somebody has dealt with it. */
  trust(): void
}

interface Found {
  readonly standby: boolean
  /** Which history the log belongs to: a promotion begins a new one. Null on a replica. */
  readonly timeline: string | null
  /** Nothing is acknowledged before a replica has it. */
  readonly synchronous: boolean
}

// The functions are everybody's unless somebody took them away: then no failover can be told.
const look = `
  SELECT pg_is_in_recovery() AS standby,
    CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END AS timeline,
    current_setting('synchronous_standby_names') <> ''
      AND current_setting('synchronous_commit') IN ('on', 'remote_apply') AS synchronous`
const notPermitted = '42501'

export function createLineage(place: string, log: Log): Lineage {
  let known: Found | null = null
  let doubted: string | null = null
  return {
    async inspect(client) {
      const { rows } = await client.query<Found>(look).catch((error: { code?: string }) => {
        if (error.code === notPermitted) return { rows: [] }
        throw error
      })
      const [found] = rows
      if (found === undefined) return
      if (found.standby)
        throw Object.assign(new Error(`${place} is a replica that was not promoted`), { code: '25006' })
      const before = known
      known = found
      if (before === null || before.timeline === found.timeline) return
      log.warn(
        { store: place, from: before.timeline, to: found.timeline, synchronous: before.synchronous },
        'store.failed_over',
      )
      if (!before.synchronous)
        doubted =
          'the database failed over to a replica that may not have had everything: letters of the last moments may be missing from the books and would go out twice. Compare with the log of the mail server, then resume or cancel'
    },
    doubt: () => doubted,
    trust() {
      doubted = null
    },
  }
}
