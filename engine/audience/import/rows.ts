import { BroadsheetError } from '../../errors.ts'
import { CellError, type Columns, type ColumnUse } from '../columns/columns.ts'
import { type CsvRecord, csvReader } from '../files/csv.ts'
import { tooDeepAt } from '../files/json-depth.ts'
import { splitLines } from '../files/lines.ts'
import type { OpenedFile } from '../files/open.ts'

/** One row of the file: what a schema is to judge, or why there is nothing to judge. `raw`: its cells, or its text. */
export type Row =
  | { readonly line: number; readonly raw: Raw; readonly value: unknown }
  | {
      readonly line: number
      readonly raw: Raw | null
      readonly reason: string
      readonly column?: string
      readonly cell?: string
    }
export type Raw = string | readonly string[]

export interface RowSource {
  readonly rows: AsyncGenerator<readonly Row[]>
  /** Null for NDJSON, and until the header was read. */
  columns(): Pick<Columns, 'uses' | 'preset'> | null
}

const maxLineBytes = 1_048_576
const maxDepth = 32
/** Rows behind the header that are looked at to guess what columns are for. */
const sampleRows = 50
const noUses: readonly ColumnUse[] = []

type MakeColumns = (header: readonly string[], samples: readonly (readonly string[])[]) => Columns

/** The rows of a file, in groups of what one read brought. */
export function readRows(file: OpenedFile, makeColumns: MakeColumns): RowSource {
  if (file.kind === 'lines')
    return { rows: jsonRows(splitLines(file.bytes, { maxBytes: maxLineBytes })), columns: () => null }
  let made: Columns | null = null
  const records = file.kind === 'records' ? file.records : csvRecords(file)
  const rows = recordRows(records, (header, samples) => {
    made = makeColumns(header, samples)
    return made
  })
  return { rows, columns: () => made }
}

async function* jsonRows(lines: ReturnType<typeof splitLines>): AsyncGenerator<readonly Row[]> {
  for await (const group of lines) {
    const rows: Row[] = []
    for (const line of group) {
      if ('problem' in line) rows.push({ line: line.number, reason: line.problem, raw: null })
      else if (line.text.trim() !== '') rows.push(jsonRow(line.number, line.text))
    }
    yield rows
  }
}

function jsonRow(line: number, text: string): Row {
  // Most rows are far too short to be too deep.
  if (text.length > 2 * maxDepth && tooDeepAt(Buffer.from(text), maxDepth) >= 0)
    return { line, raw: text, reason: `is nested more than ${maxDepth} deep` }
  try {
    return { line, raw: text, value: JSON.parse(text) }
  } catch (error) {
    return {
      line,
      raw: text,
      reason: `is not JSON: ${error instanceof Error ? error.message.slice(0, 120) : ''}`,
    }
  }
}

async function* csvRecords(
  file: Extract<OpenedFile, { kind: 'cells' }>,
): AsyncGenerator<readonly CsvRecord[]> {
  const reader = csvReader(file.delimiter)
  let first = file.sepLine
  for await (const group of splitLines(file.bytes, { maxBytes: maxLineBytes })) {
    yield reader.push(first ? group.slice(1) : group)
    first = false
  }
  yield reader.end()
}

async function* recordRows(
  source: AsyncIterable<readonly CsvRecord[]>,
  makeColumns: MakeColumns,
): AsyncGenerator<readonly Row[]> {
  let columns: Columns | null = null
  for await (const records of source) {
    if (records.length === 0) continue
    const rows: Row[] = []
    let from = 0
    if (columns === null) {
      const [header] = records
      if (header === undefined || 'problem' in header)
        throw new BroadsheetError(
          'E_INPUT',
          `Line ${header?.line ?? 1}, the header, ${header?.problem ?? ''}.`,
        )
      const samples = records
        .slice(1, 1 + sampleRows)
        .flatMap((record) => ('cells' in record ? [record.cells] : []))
      columns = makeColumns(header.cells, samples)
      from = columns.headerless === true ? 0 : 1
    }
    for (let index = from; index < records.length; index++) {
      const record = records[index]!
      rows.push(
        'problem' in record
          ? { line: record.line, reason: record.problem, raw: record.text ?? null }
          : recordRow(record, columns),
      )
    }
    yield rows
  }
  if (columns === null)
    throw new BroadsheetError('E_INPUT', 'The file is empty: its first line must name the columns.')
}

function recordRow(
  record: { readonly line: number; readonly cells: readonly string[] },
  columns: Columns,
): Row {
  const { line, cells } = record
  const wanted = columns.uses.length
  if (cells.length !== wanted)
    return {
      line,
      raw: cells,
      reason: `has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header has ${wanted}`,
    }
  try {
    return { line, raw: cells, value: columns.read(cells) }
  } catch (error) {
    if (!(error instanceof CellError)) throw error
    return { line, raw: cells, column: error.field, reason: error.message, cell: error.value }
  }
}

export const usesOf = (source: RowSource): readonly ColumnUse[] => source.columns()?.uses ?? noUses
