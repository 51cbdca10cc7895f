import type { LedgerStore } from '../../../engine/ports/ledger.ts'
import type { Lineage } from '../database/lineage.ts'
import type { Database } from '../database/sql.ts'
import { createChunks } from './chunks.ts'
import { createIntend } from './intend.ts'
import { createPlan } from './plan.ts'
import type { Runs } from './runs.ts'
import { createSettle } from './settle.ts'

/** Every call is one transaction. */
export const createLedger = (db: Database, runs: Runs, lineage: Lineage): LedgerStore => ({
  ...createPlan(db, runs),
  ...createChunks(db, runs),
  ...createIntend(db, runs, lineage),
  ...createSettle(db, runs),
})
