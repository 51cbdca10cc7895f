import { kindOf, type Row, type Value } from './kinds.ts'
import type { MovedTable } from './tables.ts'

/** A table's rows as PostgreSQL's COPY reads them: https://www.postgresql.org/docs/current/sql-copy.html, text format. */
export interface CopyText {
  /** `table (columns)` */
  readonly into: string
  line(row: Row): string
}

export function createCopyText({ name, columns, made }: MovedTable): CopyText {
  const names = Object.keys(columns)
  const cells = [
    ...Object.values(columns).map(({ kind }, index) => ({ kind, index, make: null })),
    ...Object.values(made?.postgres ?? {}).map(({ kind, from, make }) => ({
      kind,
      index: names.indexOf(from),
      make,
    })),
  ].map(({ kind, index, make }) => {
    const print = kindOf(kind).toPostgres as (value: Value) => string
    return (row: Row): string => {
      const value = make === null ? (row[index] ?? null) : make(row[index] ?? null)
      return value === null ? '\\N' : escaped(print(value))
    }
  })
  const into = [...names, ...Object.keys(made?.postgres ?? {})].join(', ')
  return {
    into: `${name} (${into})`,
    line: (row) => `${cells.map((cell) => cell(row)).join('\t')}\n`,
  }
}

const special = /[\\\n\r\t]/
const escapes: { readonly [character: string]: string } = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
}
const escaped = (text: string): string =>
  special.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character]!) : text
