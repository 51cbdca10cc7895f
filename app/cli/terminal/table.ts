import { clip, plain, width } from './format.ts'

export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string | number | null
  readonly align?: 'left' | 'right'
  /** The column that gives way when the terminal is narrow. */
  readonly flexible?: boolean
}

/** Rows under each other, two spaces between the columns. `columns` null: as wide as it gets. */
export function formatTable<Row>(
  rows: readonly Row[],
  layout: readonly Column<Row>[],
  options: { readonly columns: number | null; readonly head: (text: string) => string },
): string {
  const cells = rows.map((row) => layout.map(({ of }) => plain(String(of(row) ?? '')).replaceAll('\n', ' ')))
  const widths = layout.map(({ title }, index) =>
    Math.max(width(title), ...cells.map((row) => width(row[index]!))),
  )
  const gaps = 2 * (layout.length - 1)
  const over = options.columns === null ? 0 : widths.reduce((sum, one) => sum + one, gaps) - options.columns
  const giving = layout.findIndex(({ flexible }) => flexible === true)
  if (over > 0 && giving >= 0) widths[giving] = Math.max(8, widths[giving]! - over)

  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => {
        const cut = clip(text, widths[index]!)
        const space = ' '.repeat(widths[index]! - width(cut))
        return layout[index]!.align === 'right' ? space + cut : cut + space
      })
      .join('  ')
      .trimEnd()
  return [options.head(line(layout.map(({ title }) => title))), ...cells.map(line)].join('\n')
}
