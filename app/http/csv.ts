/** One line of CSV (RFC 4180) that a spreadsheet shows as text: a cell that would start a formula gets a
 *  leading `'` (OWASP, CSV injection). Numbers that we made ourselves are given as numbers and stay. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // Blanks before the sign do not stop every spreadsheet.
  const safe = /^\s*[=+\-@|\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
