/** Rows that one statement takes, whatever their number. */
export interface Batch<T> {
  /** The names of its columns, for `INSERT INTO` and `SELECT`. */
  readonly columns: string
  /** For `UPDATE`: all of them but the id. */
  readonly set: string
  /** For `FROM`: the rows in their order, as `r`. */
  readonly from: string
  /** What `from` takes: `$1` and so on. */
  values(rows: readonly T[]): unknown[]
  /** What the statement takes besides: the first `$n` behind those. */
  readonly next: string
}

/** `columns`: each with its SQL type, and its value of a row. */
export function createBatch<T>(columns: {
  readonly [name: string]: readonly [type: string, value: (row: T) => unknown]
}): Batch<T> {
  const entries = Object.entries(columns)
  const names = entries.map(([name]) => name)
  // An array of a row comes as text: unnest would take it for more rows.
  const nested = (type: string) => type.endsWith('[]')
  const arrays = entries.map(([, [type]], index) => `$${index + 1}::${nested(type) ? 'text' : type}[]`)
  const cells = entries.map(([name, [type]]) => (nested(type) ? `${name}::${type} AS ${name}` : name))
  return {
    columns: names.join(', '),
    set: names
      .filter((name) => name !== 'id')
      .map((name) => `${name} = r.${name}`)
      .join(', '),
    from: `(SELECT ${cells.join(', ')} FROM unnest(${arrays.join(', ')}) AS u (${names.join(', ')})) AS r`,
    values: (rows) =>
      entries.map(([, [type, value]]) =>
        rows.map(nested(type) ? (row) => arrayText(value(row) as readonly unknown[] | null) : value),
      ),
    next: `$${names.length + 1}`,
  }
}

const arrayText = (values: readonly unknown[] | null): string | null =>
  values === null
    ? null
    : `{${values.map((value) => `"${String(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`
