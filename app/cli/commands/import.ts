import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { type Command, Option } from 'commander'
import type { ImportFormat, ImportProgress, ImportResult } from '../../../engine/audience/import.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Cli } from '../cli.ts'
import { find } from '../find.ts'
import { count, duration, many, plain } from '../format.ts'
import { collect, openInput, words } from '../input.ts'
import type { Run } from '../program.ts'
import { createProgress } from '../progress.ts'
import { withDaemon } from '../with-daemon.ts'

const shownRejects = 10

export function register(program: Command, run: Run): void {
  const command = program.command('import').description('read subscribers or items from CSV or NDJSON')

  command
    .command('subscribers')
    .argument('<file>', '"-" is standard input')
    .description('add or update subscribers; nobody who left comes back')
    .option('--list <name>', 'every row joins this list (repeatable)', collect, [])
    .addOption(format())
    .addHelpText(
      'after',
      `
A CSV needs a column "address" (or "email"). "name", "language", "timeZone" and "topics"
("security:0.8;markets:0.3") are known, any other column becomes an attribute.

Examples:
  $ broadsheet import subscribers people.csv --list newsletter
  $ zcat people.ndjson.gz | broadsheet import subscribers - --list newsletter
`,
    )
    .action(
      run(async (cli, file: string, options: { list: readonly string[]; format?: ImportFormat }) => {
        const lists = words(options.list)
        await importFile(cli, { path: '/subscribers/import', file, format: options.format, lists })
      }),
    )

  command
    .command('items')
    .argument('<file>', '"-" is standard input')
    .description('add or update items, by key or link')
    .addOption(format())
    .addHelpText('after', '\nExample:\n  $ broadsheet import items articles.ndjson\n')
    .action(
      run((cli, file: string, options: { format?: ImportFormat }) =>
        importFile(cli, { path: '/items/import', file, format: options.format, lists: [] }),
      ),
    )
}

const format = () =>
  new Option('--format <format>', 'default: by the ending, or the first letter').choices(['csv', 'ndjson'])

async function importFile(
  cli: Cli,
  what: { path: string; file: string; format: ImportFormat | undefined; lists: readonly string[] },
): Promise<void> {
  const { file, lists } = what
  const input = await openInput(cli, file)
  await using close = new AsyncDisposableStack()
  close.defer(() => void input.stream.destroy())
  await withDaemon(cli, {}, async ({ client }) => {
    for (const list of lists) await find(client, 'lists', 'list', list)
    const known = what.format ?? formatOf(file)
    const opened = known === null ? await peek(input.stream) : { format: known, stream: input.stream }
    const bar = createProgress(cli.options.json ? cli.stdout : cli.stderr, {
      json: cli.options.json,
      label: file === '-' ? 'import' : basename(file),
      unit: 'bytes',
    })
    const query = {
      format: opened.format,
      progress: 1,
      ...(lists.length === 0 ? {} : { lists: lists.join(',') }),
    }
    const type = opened.format === 'csv' ? 'text/csv' : 'application/x-ndjson'
    const { stream: body } = opened
    const result = await client
      .work<ImportProgress, ImportResult>(what.path, { query, body, type }, ({ bytes, rows, rejected }) => {
        const note = `${many(rows, 'row')}${rejected === 0 ? '' : `, ${count(rejected)} refused`}`
        bar.update({ done: bytes, total: input.size, note, fields: { rows, rejected } })
      })
      .finally(() => bar.finish())
    conclude(cli, result)
  })
}

function conclude(cli: Cli, result: ImportResult): void {
  const { rows, created, updated, unchanged, rejected, rejects, columns, durationMs } = result
  if (rejected > 0) cli.exit('partial')
  cli.result(result, () => {
    const pace =
      durationMs > 200 ? ` in ${duration(durationMs)} (${count((rows * 1000) / durationMs)}/s)` : ''
    const mark = rejected === 0 ? cli.style('green', '✓') : cli.style('yellow', '!')
    return `${mark} ${many(rows, 'row')}${pace}: ${count(created)} created, ${count(updated)} updated, ${count(unchanged)} unchanged, ${count(rejected)} refused`
  })
  const ignored = columns.filter(({ field }) => field === 'ignored')
  if (ignored.length > 0)
    cli.remark(`Columns not used: ${ignored.map(({ column }) => plain(column)).join(', ')}`)
  for (const { line, column, reason, value } of rejects.slice(0, shownRejects)) {
    const where = `line ${line}${column === undefined ? '' : `, ${column}`}`
    cli.remark(
      `  ${where}: ${plain(reason)}${value === undefined || reason.includes(value) ? '' : ` ("${plain(value)}")`}`,
    )
  }
  if (rejected > shownRejects)
    cli.remark(
      `  ... and ${count(rejected - shownRejects)} more${rejects.length > shownRejects ? '; --json names the first 100' : ''}`,
    )
}

function formatOf(file: string): ImportFormat | null {
  if (/\.(csv|tsv|txt)$/i.test(file)) return 'csv'
  return /\.(ndjson|jsonl|json)$/i.test(file) ? 'ndjson' : null
}

/** A stream without a name: what begins with "{" is NDJSON. */
async function peek(stream: Readable): Promise<{ format: ImportFormat; stream: Readable }> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>
  const first = await chunks.next()
  if (first.done === true)
    throw new BroadsheetError('E_INPUT', 'There is nothing to import: the input is empty.')
  const text = String(first.value)
    .replace(/^\uFEFF/, '')
    .trimStart()
  async function* whole(): AsyncGenerator<Buffer | string> {
    yield first.value
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value
  }
  return { format: text.startsWith('{') ? 'ndjson' : 'csv', stream: Readable.from(whole()) }
}
