import type { Alert } from '../../../engine/model/alert.ts'
import type { AlertId, EpochMs } from '../../../engine/model/ids.ts'
import type { AlertChange } from '../../../engine/ports/alerts.ts'
import type { Sql } from '../database/sql.ts'

export interface AlertRow {
  readonly id: AlertId
  readonly version: number
  /** The version that the desk has taken in. */
  readonly heard: number
  readonly doc: Omit<Alert, 'id'>
}
export const alertColumns = 'id, version, heard, doc'

export const viewAlert = ({ id, doc }: AlertRow): Alert => ({ ...doc, id })

/** Those there are, in the order of the ids. Each is looked up: a join could be planned as one with the whole table, while
 *  that is small, and kept. */
export const alertRows = (sql: Sql, ids: readonly AlertId[]): Promise<AlertRow[]> =>
  sql.all<AlertRow>(
    `SELECT a.id, a.version, a.heard, a.doc
     FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, nth)
     CROSS JOIN LATERAL (SELECT ${alertColumns} FROM alert WHERE id = wanted.id LIMIT 1) a
     ORDER BY nth`,
    [ids],
  )

/** As the functions take an alert that was at the version `before`; null: it is new. */
export function writtenAlert(
  alert: Omit<Alert, 'id'> & { readonly id?: AlertId },
  row: { readonly id: AlertId | null; readonly before: number | null; readonly heard: number },
) {
  const { id: _, ...doc } = alert
  const { key, state, severity, topic, version, endedAt } = doc
  return { ...row, key, state, severity, topic, version, ended_at: endedAt, doc }
}

export const changedAlert = (
  { doc }: Pick<AlertRow, 'doc'>,
  change: AlertChange,
  now: EpochMs,
): Omit<Alert, 'id'> => ({ ...doc, ...change, version: doc.version + 1, updatedAt: now })
