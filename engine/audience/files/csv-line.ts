import { guardFormula } from './formula.ts'

/** One line of CSV (RFC 4180), or of TSV with its delimiter, that a spreadsheet shows as text: a cell that would start a
 *  formula gets a leading `'`. Numbers that we made ourselves are given as numbers and stay. */
export function delimitedLine(
  cells: readonly (string | number | null)[],
  delimiter: ',' | '\t' = ',',
): string {
  let line = ''
  for (let index = 0; index < cells.length; index++) {
    if (index > 0) line += delimiter
    const value = cells[index]
    if (value === null || value === undefined || value === '') continue
    if (typeof value === 'number') line += value
    else {
      const safe = guardFormula(value)
      line += quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
    }
  }
  // A lone empty cell would be a blank line, which is no record.
  return `${line === '' ? '""' : line}\r\n`
}
const quoted = /[",;\t\r\n]/
