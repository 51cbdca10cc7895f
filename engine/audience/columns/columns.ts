import { BroadsheetError } from '../../errors.ts'

/** What became of a column of the header: the field it fills, `attributes.<name>`, or `ignored`. */
export interface ColumnUse {
  readonly column: string
  readonly field: string
}

/** A header understood: what each column is for, and how a row's cells become what a schema takes. */
export interface Columns {
  readonly uses: readonly ColumnUse[]
  /** The product whose export this is. */
  readonly preset?: string | null
  /** The first record is a row already. */
  readonly headerless?: boolean
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
export const plainName = (column: string): string => column.toLowerCase().replace(/[\s_-]+/g, '')

export interface ColumnRules {
  /** Fields by plain name (lower case, without blanks, `_`, `-`). */
  readonly known: { readonly [name: string]: string }
  /** The field of any other column, or null to ignore it. */
  readonly otherwise: (column: string) => string | null
  readonly required: readonly string[]
  /** What the caller says of columns, by their own or plain names; goes before everything else. */
  readonly map?: { readonly [column: string]: string } | undefined
  /** Of two columns for one field, is this the one? Neither or both: refused. */
  readonly prefers?: (field: string, index: number) => boolean
}

/** Give every column of `header` its field. Refuses with E_INPUT two columns for one field, a header without one of
 *  `required`, and a map that names a column that is not there. */
export function useColumns(header: readonly string[], rules: ColumnRules): readonly ColumnUse[] {
  const map = mapOf(header, rules.map ?? {})
  const taken = new Map<string, number>()
  const fields = header.map((cell, index) => {
    const column = cell.trim()
    const name = plainName(column)
    const said = map.get(index)
    const field =
      said ??
      (Object.hasOwn(rules.known, name) ? rules.known[name]! : column === '' ? null : rules.otherwise(column))
    return field ?? 'ignored'
  })
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!
    if (field === 'ignored') continue
    const other = taken.get(field)
    if (other === undefined) {
      taken.set(field, index)
      continue
    }
    const loser = loserOf(field, other, index, { map, prefers: rules.prefers })
    const column = (at: number) => header[at]!.trim()
    if (loser === null)
      throw new BroadsheetError(
        'E_INPUT',
        `The columns "${column(other)}" and "${column(index)}" both fill ${field}. Remove or rename one of them, or say what it is for.`,
        {
          issues: [
            { path: 'header', message: `"${column(other)}" and "${column(index)}" both fill ${field}` },
          ],
        },
      )
    taken.set(field, loser === other ? index : other)
    fields[loser] = rules.otherwise(column(loser)) ?? 'ignored'
  }
  const missing = rules.required.filter((field) => !taken.has(field))
  if (missing.length > 0) {
    const found = header.map((column) => `"${column.trim().slice(0, 40)}"`)
    const shown = found.slice(0, 20).join(', ') + (found.length > 20 ? `, and ${found.length - 20} more` : '')
    const message = `The first line must name the columns, and there is none for ${missing.join(', ')}. Found: ${shown}.`
    throw new BroadsheetError('E_INPUT', message, { issues: [{ path: 'header', message }] })
  }
  return header.map((column, index) => ({ column: column.trim(), field: fields[index]! }))
}

/** What was said goes before what was guessed, then what the cells look like. */
function loserOf(
  field: string,
  one: number,
  two: number,
  by: { readonly map: ReadonlyMap<number, string>; readonly prefers: ColumnRules['prefers'] },
): number | null {
  if (by.map.has(one) !== by.map.has(two)) return by.map.has(one) ? two : one
  const [first, second] = [one, two].map((index) => by.prefers?.(field, index) === true)
  return first === second ? null : first === true ? two : one
}

function mapOf(
  header: readonly string[],
  map: { readonly [column: string]: string },
): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const [wanted, field] of Object.entries(map)) {
    const exact = header.findIndex((column) => column.trim() === wanted.trim())
    const index = exact >= 0 ? exact : header.findIndex((column) => plainName(column) === plainName(wanted))
    if (index < 0) {
      const message = `The map names a column "${wanted.slice(0, 80)}" that the file has not.`
      throw new BroadsheetError('E_INPUT', message, { issues: [{ path: 'map', message }] })
    }
    found.set(index, field)
  }
  return found
}

/** A cell as JSON when it looks like JSON, or undefined. */
export function jsonCell(field: string, cell: string): unknown {
  if (!cell.startsWith('{') && !cell.startsWith('[')) return undefined
  return parseCell(field, cell)
}

export function parseCell(field: string, cell: string): unknown {
  try {
    return JSON.parse(cell)
  } catch {
    throw new CellError(field, cell, 'begins like JSON and is not')
  }
}
