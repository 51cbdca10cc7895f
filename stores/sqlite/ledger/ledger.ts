import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import type { Sql } from '../database/statements.ts'
import type { ConsentWriter } from '../people/consents.ts'
import type { SqliteSuppressions } from '../people/suppressions.ts'
import type { Sync } from '../threads/methods.ts'
import { createChunks } from './chunks.ts'
import type { EventWriter } from './events.ts'
import { createIntend } from './intend.ts'
import type { Leases } from './leases.ts'
import { createOnceKeys } from './once.ts'
import { createPlan } from './plan.ts'
import { createRows } from './rows.ts'
import type { Runs } from './runs.ts'
import { createSettle } from './settle.ts'

/** Every call is one transaction (group.ts), and there is one writer: what a call has read stays true until
 *  it has written. */
export function createLedger(
  sql: Sql,
  parts: {
    readonly runs: Runs
    readonly leases: Leases
    readonly events: EventWriter
    readonly suppressions: SqliteSuppressions
    readonly consents: ConsentWriter
  },
): Sync<LedgerStore> {
  const all = { ...parts, once: createOnceKeys(sql), rows: createRows(sql) }
  return {
    ...createPlan(sql, all.runs),
    ...createChunks(sql, all.runs, all.leases),
    ...createIntend(sql, all),
    ...createSettle(sql, all),
  }
}
