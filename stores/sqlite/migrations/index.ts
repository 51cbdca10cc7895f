import type { Database } from 'better-sqlite3'
import { BroadsheetError } from '../../../engine/errors.ts'
import { initial } from './001-initial.ts'
import { segments } from './002-segments.ts'
import { subscription } from './003-subscription.ts'
import { imports } from './004-imports.ts'
import { feeds } from './005-feeds.ts'
import { editions } from './006-editions.ts'
import { alerts } from './007-alerts.ts'
import { tracking } from './008-tracking.ts'
import { feedback } from './009-feedback.ts'
import { learning } from './010-learning.ts'
import { access } from './011-access.ts'
import { assets } from './012-assets.ts'
import { templateVersions } from './013-template-versions.ts'
import { restingChannels } from './014-resting-channels.ts'
import { groupsInOrder } from './015-groups-in-order.ts'

export interface Migration {
  /** Rising by one; a file's `user_version` is that of its last migration. */
  readonly version: number
  readonly name: string
  /** Columns that tables of earlier steps get, with their types. They are there before `sql` runs. */
  readonly columns?: { readonly [table: string]: { readonly [column: string]: string } }
  /** Safe to repeat: every statement tolerates that it was run before. */
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  initial,
  segments,
  subscription,
  imports,
  feeds,
  editions,
  alerts,
  tracking,
  feedback,
  learning,
  access,
  assets,
  templateVersions,
  restingChannels,
  groupsInOrder,
]
export const schemaVersion = migrations.at(-1)?.version ?? 0

/** `application_id` of our files: "BSht". */
export const applicationId = 0x42536874

/** The refusal of a file that a later Broadsheet has migrated. */
export const tooNew = (file: string, version: number): BroadsheetError =>
  new BroadsheetError(
    'E_STORE',
    `The database ${file} was made by a newer Broadsheet (its schema is ${version}, this one knows up to ${schemaVersion}). Nothing was changed: start the newer version again, or restore a backup from before the update.`,
  )

/** Bring a file to the present schema, one transaction a step: a crash leaves it between two steps, never
 *  within one. Resolves what was done, for the log. */
export function migrate(db: Database, file: string): readonly string[] {
  const done: string[] = []
  const version = () => Number(db.pragma('user_version', { simple: true }))
  if (version() > schemaVersion) throw tooNew(file, version())
  for (const step of migrations) {
    db.transaction(() => {
      if (version() >= step.version) return
      for (const [table, columns] of Object.entries(step.columns ?? {})) addColumns(db, table, columns)
      db.exec(step.sql)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${step.version}`)
      done.push(step.name)
    }).immediate()
  }
  return done
}

/** SQLite has no `ADD COLUMN IF NOT EXISTS`. */
function addColumns(db: Database, table: string, columns: { readonly [name: string]: string }): void {
  const there = new Set(
    db
      .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => name),
  )
  for (const [name, type] of Object.entries(columns))
    if (!there.has(name)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`)
}
