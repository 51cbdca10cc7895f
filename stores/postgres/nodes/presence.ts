import type { EpochMs } from '../../../engine/model/ids.ts'
import type { PresenceStore } from '../../../engine/ports/presence.ts'
import type { Lineage } from '../database/lineage.ts'
import type { Sql } from '../database/sql.ts'

/** Which database this is, as SQL. A dump that was restored elsewhere is in another cluster or has another oid, and a
 *  cluster that was brought back to an earlier time, or a replica that was promoted, is on another timeline. Its number
 *  is read from the name of the log file that is written now: the control file's is minutes late. */
const full = `
  SELECT concat_ws('/', c.system_identifier, d.oid, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)) AS mark
  FROM pg_control_system() c, pg_database d
  WHERE d.datname = current_database()`
/** For those who may not ask, as with some that are managed. */
const plain = 'SELECT oid::text AS mark FROM pg_database WHERE datname = current_database()'

/** A mark of the database is written with each beat. Whoever finds another mark than the last beat's has before them
 *  what was copied, or brought back; a daemon that lives through a failover just writes the new one. */
export function createPresence(sql: Sql, lineage: Lineage): PresenceStore {
  const mark = async (): Promise<string> => {
    const row = await sql.one<{ asked: boolean }>(
      `SELECT bool_and(has_function_privilege(name, 'EXECUTE')) AS asked
       FROM unnest(ARRAY['pg_control_system()', 'pg_current_wal_lsn()', 'pg_walfile_name(pg_lsn)']) name`,
    )
    const found = await sql.one<{ mark: string }>(row?.asked === true ? full : plain)
    return found?.mark ?? ''
  }
  return {
    async found() {
      const row = await sql.one<{ at: EpochMs; mark: string }>('SELECT at, mark FROM presence WHERE id = 1')
      if (row === undefined) return { lastActiveAt: null, restored: false }
      return { lastActiveAt: row.at, restored: row.mark !== (await mark()) }
    },
    async beat(now) {
      await sql.run(
        `INSERT INTO presence (id, at, mark) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET at = excluded.at, mark = excluded.mark`,
        [now, await mark()],
      )
    },
    async doubt() {
      return lineage.doubt()
    },
    async trust() {
      lineage.trust()
    },
  }
}
