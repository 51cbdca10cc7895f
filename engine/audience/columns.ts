import { BroadsheetError } from '../errors.ts'

/** What became of a column of the header: the field it fills, `attributes.<name>`, or `ignored`. */
export interface ColumnUse {
  readonly column: string
  readonly field: string
}

/** A header understood: what each column is for, and how a row's cells become what a schema takes. */
export interface Columns {
  readonly uses: readonly ColumnUse[]
  /** Throws `CellError` for a cell that cannot be read at all; the schema judges the rest. */
  read(cells: readonly string[]): Record<string, unknown>
}

/** A cell that does not say what its column needs. */
export class CellError extends Error {
  readonly field: string
  readonly value: string

  constructor(field: string, value: string, message: string) {
    super(message)
    this.name = 'CellError'
    this.field = field
    this.value = value
  }
}

/** `E-Mail`, `time zone` and `timeZone` as the names that columns are looked up by. */
const plain = (column: string): string => column.toLowerCase().replace(/[\s_-]+/g, '')

/** Give every column of `header` its field. `known` maps names (lower case, without blanks, `_`, `-`) to
 *  fields; `otherwise` names the field of any other column, or null to ignore it. Refuses with E_INPUT two
 *  columns for one field, and a header without one of `required`. */
export function useColumns(
  header: readonly string[],
  known: { readonly [name: string]: string },
  otherwise: (column: string) => string | null,
  required: readonly string[],
): readonly ColumnUse[] {
  const byField = new Map<string, string>()
  const uses = header.map((cell): ColumnUse => {
    const column = cell.trim()
    const name = plain(column)
    const field = Object.hasOwn(known, name) ? known[name]! : column === '' ? null : otherwise(column)
    if (field === null || field === 'ignored') return { column, field: 'ignored' }
    const other = byField.get(field)
    if (other !== undefined)
      throw new BroadsheetError(
        'E_INPUT',
        `The columns "${other}" and "${column}" both fill ${field}. Remove or rename one of them.`,
        { issues: [{ path: 'header', message: `"${other}" and "${column}" both fill ${field}` }] },
      )
    byField.set(field, column)
    return { column, field }
  })
  const missing = required.filter((field) => !byField.has(field))
  if (missing.length > 0) {
    const found = header.map((column) => `"${column.trim().slice(0, 40)}"`)
    const shown = found.slice(0, 20).join(', ') + (found.length > 20 ? `, and ${found.length - 20} more` : '')
    const message = `The first line must name the columns, and there is none for ${missing.join(', ')}. Found: ${shown}.`
    throw new BroadsheetError('E_INPUT', message, { issues: [{ path: 'header', message }] })
  }
  return uses
}

/** A cell as JSON when it looks like JSON, or undefined. */
export function jsonCell(field: string, cell: string): unknown {
  if (!cell.startsWith('{') && !cell.startsWith('[')) return undefined
  try {
    return JSON.parse(cell)
  } catch {
    throw new CellError(field, cell, 'begins like JSON and is not')
  }
}
