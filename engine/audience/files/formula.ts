// OWASP, CSV injection, with the signs' wide forms, which spreadsheets of East Asian locales take for them. Blanks before the sign
// do not stop every spreadsheet. Marks that are there already count, so that
// taking one away is the exact inverse of adding one.
const begins = /^'*\s*[=+\-@|＝＋－＠\t\r\n]/
const marked = /^'+\s*[=+\-@|＝＋－＠\t\r\n]/

/** A cell that a spreadsheet would take for a formula gets a leading `'`. */
export const guardFormula = (cell: string): string => (begins.test(cell) ? `'${cell}` : cell)

/** What `guardFormula` was given. Other cells stay as they are. */
export const unguardFormula = (cell: string): string =>
  cell.charCodeAt(0) === 0x27 && marked.test(cell) ? cell.slice(1) : cell
