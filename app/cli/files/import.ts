import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { encodings } from '../../../engine/audience/files/encoding.ts'
import {
  type ImportFormat,
  type ImportProgress,
  type ImportResult,
  importFormats,
} from '../../../engine/audience/import/import.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Cli } from '../cli.ts'
import { find } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { count, duration, many, plain } from '../terminal/format.ts'
import { createProgress } from '../terminal/progress.ts'
import { collect, openInput } from './input.ts'
import { createRejectFile, type RejectLine } from './reject.ts'

const shownRejects = 10

/** The options of every import. */
export interface ImportFileOptions {
  readonly format?: ImportFormat
  readonly encoding?: string
  readonly delimiter?: string
  readonly entry?: string
  readonly map: readonly string[]
  readonly dryRun?: boolean
  readonly rejects?: string
  readonly resume?: string
}

export const importOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <format>', 'default: by the ending, or seen from the file').choices([
        ...importFormats,
      ]),
    )
    .addOption(new Option('--encoding <name>', 'default: seen from the file').choices([...encodings]))
    .option('--delimiter <letter>', 'between cells; "tab" for a tab (default: seen from the file)')
    .option('--entry <name>', 'a file of a ZIP archive, or a sheet of a workbook (default: the first)')
    .option(
      '--map <column=field>',
      'what a column is for, e.g. "Land=attributes.country" (repeatable)',
      collect,
      [],
    )
    .option('--dry-run', 'say what would become of the rows, and write nothing')
    .option('--rejects <file>', 'where refused rows go (default: beside the input)')
    .option('--resume <id>', 'go on with an import that was interrupted, with the same file')

/** Send a file to an import of the daemon, with its progress; then say what became of it. */
export async function importFile(
  cli: Cli,
  what: {
    readonly kind: 'subscribers' | 'items' | 'suppressions'
    readonly file: string
    readonly options: ImportFileOptions
    readonly lists?: readonly string[]
    readonly query?: { readonly [name: string]: string | number | undefined }
  },
): Promise<void> {
  const { kind, file, options, lists = [] } = what
  const map = mapOf(options.map)
  const input = await openInput(cli, file)
  await using close = new AsyncDisposableStack()
  close.defer(() => void input.stream.destroy())
  await withDaemon(cli, {}, async ({ client }) => {
    for (const list of lists) await find(client, 'lists', 'list', list)
    const bar = createProgress(cli.options.json ? cli.stdout : cli.stderr, {
      json: cli.options.json,
      label: file === '-' ? 'import' : basename(file),
      unit: 'bytes',
    })
    const rejects =
      options.dryRun === true || (file === '-' && options.rejects === undefined)
        ? null
        : createRejectFile(options.rejects ?? null, file)
    const query = {
      format: options.format ?? formatOf(file),
      encoding: options.encoding,
      delimiter: options.delimiter === 'tab' ? '\t' : options.delimiter,
      entry: options.entry,
      name: file === '-' ? undefined : basename(file),
      map: map === null ? undefined : JSON.stringify(map),
      dryRun: options.dryRun === true ? 1 : undefined,
      resume: options.resume,
      progress: 1,
      rejects: rejects === null ? undefined : 1,
      lists: lists.length === 0 ? undefined : lists.join(','),
      ...what.query,
    }
    let id: number | null = null
    let rejectsIn: string | null = null
    const result = await client
      .work<ImportProgress, ImportResult>(
        `/${kind}/import`,
        {
          query,
          body: input.stream,
          type: 'application/octet-stream',
          onLine(line) {
            if (line.type === 'import') ({ id } = line as unknown as { id: number })
            if (line.type === 'reject') rejects?.add(line as unknown as RejectLine)
          },
        },
        ({ bytes, rows, rejected }) => {
          const note = `${many(rows, 'row')}${rejected === 0 ? '' : `, ${count(rejected)} refused`}`
          bar.update({ done: bytes, total: input.size, note, fields: { rows, rejected } })
        },
      )
      .catch((error: unknown) => {
        if (id !== null)
          cli.remark(`Import ${id} was not finished. To go on: --resume ${id} with the same file.`)
        throw error
      })
      .finally(() => {
        bar.finish()
        rejectsIn = rejects?.close() ?? null
      })
    conclude(cli, result, rejectsIn)
  })
}

function conclude(cli: Cli, result: ImportResult, rejectsIn: string | null): void {
  const { rows, created, updated, unchanged, rejected, rejects, columns, durationMs, dryRun } = result
  if (rejected > 0) cli.exit('partial')
  cli.result({ ...result, rejectsIn }, () => {
    const pace =
      durationMs > 200 ? ` in ${duration(durationMs)} (${count((rows * 1000) / durationMs)}/s)` : ''
    const mark = rejected === 0 ? cli.style('green', '✓') : cli.style('yellow', '!')
    const would = dryRun ? ' (nothing was written)' : ''
    return `${mark} ${many(rows, 'row')}${pace}: ${count(created)} created, ${count(updated)} updated, ${count(unchanged)} unchanged, ${count(rejected)} refused${would}`
  })
  if (dryRun) showMapping(cli, result)
  const ignored = columns.filter(({ field }) => field === 'ignored')
  if (ignored.length > 0 && !dryRun)
    cli.remark(`Columns not used: ${ignored.map(({ column }) => plain(column)).join(', ')}`)
  if (result.file.entries.length > 1)
    cli.remark(
      `Read "${plain(result.file.entry ?? '')}" of the archive. --entry takes another: ${result.file.entries
        .slice(0, 20)
        .map(plain)
        .join(', ')}`,
    )
  for (const [check, found] of Object.entries(result.warned))
    cli.remark(`${many(found, 'address', 'addresses')} to look at (${check}).`)
  for (const { line, column, reason, value } of rejects.slice(0, shownRejects)) {
    const where = `line ${line}${column === undefined ? '' : `, ${column}`}`
    cli.remark(
      `  ${where}: ${plain(reason)}${value === undefined || reason.includes(value) ? '' : ` ("${plain(value)}")`}`,
    )
  }
  if (rejected > shownRejects) cli.remark(`  ... and ${count(rejected - shownRejects)} more`)
  if (rejectsIn !== null) cli.remark(`All of them, with their reasons: ${rejectsIn}`)
}

function showMapping(cli: Cli, { columns, first, preset, file }: ImportResult): void {
  const facts = [file.format, file.encoding, file.delimiter === null ? null : JSON.stringify(file.delimiter)]
  cli.remark(
    `Read as ${facts.filter((fact) => fact !== null).join(', ')}${preset === null ? '' : `, an export of ${preset}`}.`,
  )
  for (const { column, field } of columns) cli.remark(`  ${plain(column)} -> ${field}`)
  for (const row of first) cli.remark(plain(JSON.stringify(row)))
}

function mapOf(pairs: readonly string[]): { readonly [column: string]: string } | null {
  if (pairs.length === 0) return null
  return Object.fromEntries(
    pairs.map((pair) => {
      // A field has no "=", a column may.
      const equals = pair.lastIndexOf('=')
      if (equals < 1) throw new BroadsheetError('E_INPUT', `--map "${pair}" must be COLUMN=FIELD.`)
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

/** What the ending says; what is in an archive is seen from it. */
function formatOf(file: string): ImportFormat | undefined {
  const name = file.toLowerCase().replace(/\.gz$/, '')
  if (name.endsWith('.csv')) return 'csv'
  if (/\.(tsv|tab)$/.test(name)) return 'tsv'
  if (name.endsWith('.xlsx')) return 'xlsx'
  return /\.(ndjson|jsonl|json)$/.test(name) ? 'ndjson' : undefined
}
