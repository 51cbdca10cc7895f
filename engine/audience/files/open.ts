import { BroadsheetError } from '../../errors.ts'
import type { Archive } from './archive.ts'
import { peek } from './bytes.ts'
import type { CsvRecord } from './csv.ts'
import { sepLine, sniffDelimiter } from './delimiter.ts'
import { type Encoding, hasLoneReturns, returnsToFeeds, sniffEncoding, toUtf8 } from './encoding.ts'
import { gunzip } from './gunzip.ts'

export const importFormats = ['csv', 'tsv', 'ndjson', 'xlsx'] as const
export type ImportFormat = (typeof importFormats)[number]

/** What is not said is seen from the file. */
export interface FileOptions {
  readonly format?: ImportFormat | undefined
  readonly encoding?: Encoding | undefined
  readonly delimiter?: string | undefined
  /** A file of a ZIP archive, or a sheet of a workbook. */
  readonly entry?: string | undefined
}

/** What a file turned out to be. */
export interface FileFacts {
  readonly format: ImportFormat
  readonly encoding: Encoding | null
  readonly delimiter: string | null
  /** Which file of an archive is read, and those that could be. */
  readonly entry: string | null
  readonly entries: readonly string[]
}

export type OpenedFile = { readonly facts: FileFacts; close(): Promise<void> } & (
  | { readonly kind: 'lines'; readonly bytes: AsyncIterable<Uint8Array> }
  | {
      readonly kind: 'cells'
      readonly bytes: AsyncIterable<Uint8Array>
      readonly delimiter: string
      /** Excel's `sep=;` stands above the header. */
      readonly sepLine: boolean
    }
  | { readonly kind: 'records'; readonly records: AsyncIterable<readonly CsvRecord[]> }
)

// Enough to see an encoding and a delimiter, few enough that a file which is still being made shows them.
const headBytes = 16_384
const nothing = async () => {}

/** See what a source holds, unpack and decode it: UTF-8 text, or the rows of a sheet. */
export async function openFile(
  source: AsyncIterable<Uint8Array>,
  options: FileOptions = {},
): Promise<OpenedFile> {
  const { head, whole } = await peek(source, headBytes)
  if (isGzip(head)) return openFile(gunzip(whole), options)
  if (!isZip(head)) {
    if (options.format === 'xlsx')
      throw new BroadsheetError(
        'E_BODY',
        'The file is no XLSX workbook: those are ZIP archives, and this is none.',
      )
    return openText(head, whole, options, { entry: null, entries: [] }, nothing)
  }
  const { archiveLimits, openArchive } = await import('./archive.ts')
  const archive = await openArchive(whole, archiveLimits)
  try {
    return await openPacked(archive, options)
  } catch (error) {
    await archive.close()
    throw error
  }
}

const isGzip = (head: Buffer) => head[0] === 0x1f && head[1] === 0x8b
const isZip = (head: Buffer) => head.length >= 4 && head.readUInt32BE(0) === 0x504b0304

async function openPacked(archive: Archive, options: FileOptions): Promise<OpenedFile> {
  const { isWorkbook, readSheet } = await import('./workbook.ts')
  const close = () => archive.close()
  if (isWorkbook(archive))
    return {
      kind: 'records',
      records: readSheet(archive, { sheet: options.entry }),
      facts: { format: 'xlsx', encoding: null, delimiter: null, entry: options.entry ?? null, entries: [] },
      close,
    }
  if (options.format === 'xlsx')
    throw new BroadsheetError('E_BODY', 'The archive is no XLSX workbook: it has no xl/workbook.xml.')
  const entries = archive.names.filter(
    (name) => /\.(csv|tsv|txt|ndjson|jsonl)$/i.test(name) && !/(^|\/)(\.|__MACOSX\/)/.test(name),
  )
  const { entry: wanted } = options
  const entry =
    wanted === undefined
      ? entries[0]
      : archive.names.find((name) => name === wanted || name.endsWith(`/${wanted}`))
  if (entry === undefined) {
    const found = archive.names.slice(0, 20).map((name) => `"${name.slice(0, 80)}"`)
    throw new BroadsheetError(
      'E_INPUT',
      `The archive has no ${wanted === undefined ? '.csv, .tsv, .txt or .ndjson file' : `file "${wanted.slice(0, 80)}"`}. Found: ${found.join(', ') || 'nothing'}.`,
    )
  }
  const { head, whole } = await peek(archive.read(entry), headBytes)
  if (isGzip(head) || isZip(head))
    throw new BroadsheetError(
      'E_BODY',
      `"${entry.slice(0, 80)}" is an archive within the archive: unpack it first.`,
    )
  const format = options.format ?? (/\.(ndjson|jsonl)$/i.test(entry) ? 'ndjson' : undefined)
  return openText(head, whole, { ...options, format }, { entry, entries }, close)
}

async function openText(
  head: Buffer,
  whole: AsyncIterable<Uint8Array>,
  options: FileOptions,
  packed: { readonly entry: string | null; readonly entries: readonly string[] },
  close: () => Promise<void>,
): Promise<OpenedFile> {
  const encoding = options.encoding ?? sniffEncoding(head)
  const decoded = encoding === 'utf-8' ? whole : toUtf8(whole, encoding)
  const text = new TextDecoder(encoding).decode(head)
  const bytes = hasLoneReturns(Buffer.from(text)) ? returnsToFeeds(decoded) : decoded
  const seen = text.replaceAll('\r', text.includes('\n') ? '' : '\n')
  const format = options.format ?? (seen.trimStart().startsWith('{') ? 'ndjson' : 'csv')
  const facts = { format, encoding, ...packed }
  if (format === 'ndjson') return { kind: 'lines', bytes, facts: { ...facts, delimiter: null }, close }
  const said = sepLine(seen.slice(0, seen.includes('\n') ? seen.indexOf('\n') : 20))
  const delimiter = options.delimiter ?? said ?? (options.format === 'tsv' ? '\t' : sniffDelimiter(seen))
  return {
    kind: 'cells',
    bytes,
    delimiter,
    sepLine: said !== null,
    facts: { ...facts, format: delimiter === '\t' ? 'tsv' : 'csv', delimiter },
    close,
  }
}
