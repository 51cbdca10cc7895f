import { BroadsheetError } from '../../../engine/errors.ts'
import { type Alert, type AlertReport, type Hearing, hear } from '../../../engine/model/alert.ts'
import type { AlertId, EpochMs } from '../../../engine/model/ids.ts'
import type { AlertStore } from '../../../engine/ports/alerts.ts'
import { documentOf } from '../database/document.ts'
import { isConflict } from '../database/failure.ts'
import type { Database } from '../database/sql.ts'
import { type AlertRow, alertColumns, viewAlert, writtenAlert } from './alert-rows.ts'

/** An alert as the batch leaves it. */
interface Draft {
  /** As it was read; null: it is new. */
  readonly row: AlertRow | null
  alert: Omit<Alert, 'id'>
  heard: boolean
}

interface Heard {
  readonly hearing: Hearing
  readonly draft: Draft | null
  /** As this report left it. */
  readonly alert: Omit<Alert, 'id'> | null
}

const maxTries = 10
// Of an alert that has none yet: nothing looks at it.
const none = 0 as AlertId

/** Two round trips: alerts are read as they are, and written if they still are. Nodes that hear of the same things at the
 *  same moment, as from two Prometheus servers of a pair, read again. */
export function createAccept(db: Database): AlertStore['accept'] {
  return async (reports, { now, reopenMs }) => {
    const keys = [...new Set(reports.map(({ key }) => key))]
    for (let attempt = 1; attempt <= maxTries; attempt += 1) {
      const { drafts, heard } = hearAll(reports, await newest(db, keys), now, reopenMs)
      const ids = drafts.length === 0 ? [] : await write(db, drafts)
      if (ids === null) continue
      const made = new Map(drafts.filter(({ row }) => row === null).map((draft, nth) => [draft, ids[nth]]))
      return heard.map(({ hearing, draft, alert }) => {
        const id = draft === null ? undefined : (draft.row?.id ?? made.get(draft))
        return { hearing, alert: alert === null || id === undefined ? null : { ...alert, id } }
      })
    }
    throw new BroadsheetError(
      'E_STORE_BUSY',
      'Other nodes changed the same alerts again and again: try again.',
    )
  }
}

async function newest(db: Database, keys: readonly string[]): Promise<ReadonlyMap<string, AlertRow>> {
  const rows = await db.all<AlertRow & { readonly key: string }>(
    `SELECT named.key, a.id, a.version, a.heard, a.doc
     FROM unnest($1::text[]) AS named (key)
     CROSS JOIN LATERAL (
       SELECT ${alertColumns} FROM alert WHERE key = named.key ORDER BY id DESC LIMIT 1
     ) a`,
    [keys],
  )
  return new Map(rows.map((row) => [row.key, row]))
}

function hearAll(
  reports: readonly AlertReport[],
  known: ReadonlyMap<string, AlertRow>,
  now: EpochMs,
  reopenMs: number,
): { readonly drafts: readonly Draft[]; readonly heard: readonly Heard[] } {
  const current = new Map<string, Draft>()
  for (const [key, row] of known)
    current.set(key, { row, alert: viewAlert(row), heard: row.heard === row.version })
  const touched = new Set<Draft>()
  const heard = reports.map((report): Heard => {
    const before = current.get(report.key) ?? null
    const { hearing, alert } = hear(before && { ...before.alert, id: none }, report, now, reopenMs)
    if (alert === null) return { hearing, draft: null, alert }
    const draft = before === null || hearing === 'opened' ? { row: null, alert, heard: false } : before
    draft.alert = alert
    if (hearing !== 'repeated') draft.heard = false
    current.set(report.key, draft)
    touched.add(draft)
    return { hearing, draft, alert }
  })
  return { drafts: [...touched], heard }
}

/** The ids of the new ones, in their order; null where others were quicker. */
async function write(db: Database, drafts: readonly Draft[]): Promise<readonly AlertId[] | null> {
  const rows = drafts.map(({ row, alert, heard }) =>
    writtenAlert(alert, {
      id: row?.id ?? null,
      before: row?.version ?? null,
      heard: heard ? alert.version : (row?.heard ?? 0),
    }),
  )
  const written = await db
    .one<{ ids: readonly AlertId[] }>('SELECT alert_write($1, $2) AS ids', [
      documentOf(rows.filter(({ id }) => id !== null)),
      documentOf(rows.filter(({ id }) => id === null)),
    ])
    .catch((error: unknown) => {
      if (isConflict(error)) return undefined
      throw error
    })
  return written?.ids ?? null
}
