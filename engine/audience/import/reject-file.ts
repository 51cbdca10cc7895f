import { delimitedLine } from '../files/csv-line.ts'
import type { RejectedRow } from './judge.ts'

/** A reject file: CSV with line, column, reason, value and the cells as they stood; NDJSON for NDJSON. */
export function rejectText(
  rows: readonly RejectedRow[],
  header: readonly string[] | null,
  options: { readonly first: boolean },
): string {
  if (header === null)
    return rows.map(({ raw, ...reject }) => `${JSON.stringify({ ...reject, row: raw })}\n`).join('')
  let text = options.first ? delimitedLine(['line', 'column', 'reason', 'value', ...header]) : ''
  for (const { line, column = null, reason, value = null, raw } of rows)
    text += delimitedLine([line, column, reason, value, ...(typeof raw === 'string' ? [raw] : (raw ?? []))])
  return text
}
