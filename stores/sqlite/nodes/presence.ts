import { readFileSync, writeFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../engine/model/ids.ts'
import type { Sql } from '../database/statements.ts'
import type { Ports, Sync } from '../threads/methods.ts'

/** Beats are counted in the database and in a file beside it. Copying a backup back brings the database's count
 *  back and not the file's: whoever finds fewer beats in the database than beside it holds a copy. Moving both
 *  to another machine is no restore, and cannot be told from one: there the time since the last beat decides. */
export function createPresence(sql: Sql, db: Database): Sync<Ports['presence']> {
  const row = () =>
    sql<[], { at: EpochMs; beats: number }>('SELECT at, beats FROM presence WHERE id = 1').get()
  return {
    found() {
      const { at = null, beats = 0 } = row() ?? {}
      return { lastActiveAt: at, restored: beats < countBeside(db.name) }
    },
    beat(now) {
      const beats = Math.max(row()?.beats ?? 0, countBeside(db.name)) + 1
      sql<[number, number]>('INSERT OR REPLACE INTO presence (id, at, beats) VALUES (1, ?, ?)').run(
        now,
        beats,
      )
      return beats
    },
  }
}

const pathOf = (file: string) => `${file}.beats`

/** Only what is committed: a crash in between must not look like a restore. */
export function noteBeats(file: string, beats: number): void {
  writeFileSync(pathOf(file), `${beats}\n`, { mode: 0o600 })
}

function countBeside(file: string): number {
  try {
    return Number.parseInt(readFileSync(pathOf(file), 'utf8'), 10) || 0
  } catch {
    return 0
  }
}
