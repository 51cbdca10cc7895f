import type { z } from 'zod'
import type { ColumnUse } from '../columns/columns.ts'
import type { Raw, Row } from './rows.ts'

/** A row that was not taken. `line` counts from 1, the header included. */
export interface ImportReject {
  readonly line: number
  /** The column of the header, or the field of an NDJSON row, that is wrong. */
  readonly column?: string
  readonly reason: string
  /** What it says, at most 80 characters. */
  readonly value?: string
}

/** With what stood there: the cells, the line's text, or null where it could not be read. */
export type RejectedRow = ImportReject & { readonly raw: Raw | null }

export type Judged<Input> = { readonly input: Input } | { readonly reject: ImportReject }

/** What a row is by its schema. `plain` is a faster way to the same answer for rows that it knows. */
export function judge<Input>(
  row: Row,
  schema: z.ZodType<Input>,
  plain: (value: unknown) => Input | null,
  uses: readonly ColumnUse[],
): Judged<Input> {
  if ('reason' in row) {
    const { line, reason } = row
    const column = row.column === undefined ? {} : { column: columnOf(row.column, uses) }
    const value = row.cell === undefined ? {} : { value: row.cell.slice(0, 80) }
    return { reject: { line, ...column, reason, ...value } }
  }
  const fast = plain(row.value)
  if (fast !== null) return { input: fast }
  const result = schema.safeParse(row.value)
  if (result.success) return { input: result.data }
  const issue = result.error.issues[0]!
  const path = issue.path.map(String)
  const value = valueAt(row.value, issue.path)
  return {
    reject: {
      line: row.line,
      ...(path.length > 0 && { column: columnOf(path.join('.'), uses) }),
      reason: issue.message,
      ...(value !== undefined && { value }),
    },
  }
}

/** The header's own word for a field; `topics.x` belongs to the column of `topics`. */
export function columnOf(field: string, uses: readonly ColumnUse[]): string {
  const use =
    uses.find((each) => each.field === field) ?? uses.find((each) => field.startsWith(`${each.field}.`))
  return use?.column ?? field
}

function valueAt(row: unknown, path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined
  let value: unknown = row
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text?.slice(0, 80)
}
