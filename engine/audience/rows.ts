import { BroadsheetError } from '../errors.ts'
import { CellError, type Columns, type ColumnUse } from './columns.ts'
import { csvReader } from './csv.ts'
import { tooDeepAt } from './json-depth.ts'
import { splitLines } from './lines.ts'

export const importFormats = ['csv', 'ndjson'] as const
export type ImportFormat = (typeof importFormats)[number]

/** One row of the file: what a schema is to judge, or why there is nothing to judge. */
export type Row =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly reason: string; readonly column?: string; readonly cell?: string }

export interface RowSource {
  readonly rows: AsyncGenerator<readonly Row[]>
  /** Empty for NDJSON, and until the header was read. */
  columns(): readonly ColumnUse[]
}

const maxLineBytes = 1_048_576
const maxDepth = 32

/** The rows of a file, in groups of what one read brought. */
export function readRows(
  source: AsyncIterable<Uint8Array>,
  options: {
    readonly format: ImportFormat
    readonly columns: (header: readonly string[]) => Columns
    readonly onBytes: (bytes: number) => void
  },
): RowSource {
  const lines = splitLines(source, { maxBytes: maxLineBytes, onBytes: options.onBytes })
  if (options.format === 'ndjson') return { rows: jsonRows(lines), columns: () => [] }
  let uses: readonly ColumnUse[] = []
  const rows = csvRows(lines, (header) => {
    const columns = options.columns(header)
    uses = columns.uses
    return columns
  })
  return { rows, columns: () => uses }
}

async function* jsonRows(lines: ReturnType<typeof splitLines>): AsyncGenerator<readonly Row[]> {
  for await (const group of lines) {
    const rows: Row[] = []
    for (const line of group) {
      if ('problem' in line) rows.push({ line: line.number, reason: line.problem })
      else if (line.text.trim() !== '') rows.push(jsonRow(line.number, line.text))
    }
    yield rows
  }
}

function jsonRow(line: number, text: string): Row {
  // Most rows are far too short to be too deep.
  if (text.length > 2 * maxDepth && tooDeepAt(Buffer.from(text), maxDepth) >= 0)
    return { line, reason: `is nested more than ${maxDepth} deep` }
  try {
    return { line, value: JSON.parse(text) }
  } catch (error) {
    return { line, reason: `is not JSON: ${error instanceof Error ? error.message.slice(0, 120) : ''}` }
  }
}

async function* csvRows(
  lines: ReturnType<typeof splitLines>,
  header: (cells: readonly string[]) => Columns,
): AsyncGenerator<readonly Row[]> {
  const reader = csvReader()
  let columns: Columns | null = null

  const convert = (records: ReturnType<typeof reader.push>): Row[] => {
    const rows: Row[] = []
    for (const record of records) {
      if (columns === null) {
        if ('problem' in record)
          throw new BroadsheetError('E_INPUT', `Line ${record.line}, the header, ${record.problem}.`)
        columns = header(record.cells)
      } else {
        rows.push(
          'problem' in record ? { line: record.line, reason: record.problem } : csvRow(record, columns),
        )
      }
    }
    return rows
  }

  for await (const group of lines) yield convert(reader.push(group))
  yield convert(reader.end())
  if (columns === null)
    throw new BroadsheetError('E_INPUT', 'The file is empty: its first line must name the columns.')
}

function csvRow(record: { readonly line: number; readonly cells: readonly string[] }, columns: Columns): Row {
  const { line, cells } = record
  const wanted = columns.uses.length
  if (cells.length !== wanted)
    return {
      line,
      reason: `has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header has ${wanted}`,
    }
  try {
    return { line, value: columns.read(cells) }
  } catch (error) {
    if (!(error instanceof CellError)) throw error
    return { line, column: error.field, reason: error.message, cell: error.value }
  }
}
