import { BroadsheetError } from '../../../engine/errors.ts'
import type { Database } from '../database/sql.ts'
import { initial } from './001-initial.ts'
import { alerts } from './002-alerts.ts'
import { tracking } from './003-tracking.ts'
import { feedback } from './004-feedback.ts'
import { learning } from './005-learning.ts'
import { access } from './006-access.ts'
import { assets } from './007-assets.ts'
import { templateVersions } from './008-template-versions.ts'
import { restingChannels } from './009-resting-channels.ts'

export interface Migration {
  /** Rising by one. */
  readonly version: number
  readonly name: string
  /** Safe to repeat, and safe while nodes of the version before are at work: it adds, and takes nothing away. */
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  initial,
  alerts,
  tracking,
  feedback,
  learning,
  access,
  assets,
  templateVersions,
  restingChannels,
]
export const schemaVersion = migrations.at(-1)?.version ?? 0

// "BSht", as in SQLite's application_id.
const lockKey = 0x42536874

/** Bring the database to the present schema, a transaction a step. Nodes that start at once take turns by an advisory
 *  lock that ends with the transaction. Resolves with what was done, for the log. */
export async function migrate(db: Database, place: string): Promise<readonly string[]> {
  const done: string[] = []
  const found = await versionOf(db)
  if (found > schemaVersion)
    throw new BroadsheetError(
      'E_STORE',
      `The database ${place} was made by a newer Broadsheet (its schema is ${found}, this one knows up to ${schemaVersion}). Nothing was changed: start the newer version, or restore a backup from before the update.`,
    )
  if (found === schemaVersion) return done
  for (const { version, name, sql } of migrations) {
    const worked = await db.tx(async (tx) => {
      // Waits for another node's step, however long that takes.
      await tx.run('SET LOCAL lock_timeout = 0')
      await tx.run('SET LOCAL statement_timeout = 0')
      await tx.run('SELECT pg_advisory_xact_lock($1)', [lockKey])
      await tx.run(
        'CREATE TABLE IF NOT EXISTS schema_step (version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
      )
      if ((await tx.one('SELECT 1 AS done FROM schema_step WHERE version = $1', [version])) !== undefined)
        return false
      await tx.client.query(sql)
      await tx.run('INSERT INTO schema_step (version, name) VALUES ($1, $2)', [version, name])
      return true
    })
    if (worked) done.push(name)
  }
  return done
}

async function versionOf(db: Database): Promise<number> {
  const table = await db.one<{ found: string | null }>(`SELECT to_regclass('schema_step')::text AS found`)
  if (table?.found === null || table === undefined) return 0
  const row = await db.one<{ version: number | null }>('SELECT max(version) AS version FROM schema_step')
  return row?.version ?? 0
}
