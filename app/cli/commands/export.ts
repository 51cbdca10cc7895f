import { createWriteStream, renameSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Command, Option } from 'commander'
import { type ExportFormat, exportFormats } from '../../../engine/audience/export.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { deliveryStates } from '../../../engine/model/delivery.ts'
import type { Cli } from '../cli.ts'
import type { Client, Query } from '../daemon/client.ts'
import { find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { bytes } from '../terminal/format.ts'
import { createProgress } from '../terminal/progress.ts'

interface OutOptions {
  readonly out?: string
  readonly format?: ExportFormat
  readonly gzip?: boolean
}

export function register(program: Command, run: Run): void {
  const command = program
    .command('export')
    .description('write subscribers, items, suppressions, deliveries or what was read as NDJSON, CSV or TSV')

  outOptions(command.command('subscribers'))
    .description('everything of them, in the form that "import subscribers" reads')
    .option('--list <name>', 'only members of this list')
    .option('--segment <name>', 'only those who fit this segment')
    .option('--status <status>', 'only those of this status')
    .addHelpText(
      'after',
      '\nImporting it with --create-lists into an empty store restores it. CSV and TSV guard cells that a spreadsheet would take\nfor a formula by a leading "\'"; the import takes it away.\n\nExample:\n  $ broadsheet export subscribers --list newsletter -o people.csv.gz\n',
    )
    .action(
      run((cli, options: OutOptions & { list?: string; segment?: string; status?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { list, segment, status } = options
          if (list !== undefined) await find(client, 'lists', 'list', list)
          if (segment !== undefined) await find(client, 'segments', 'segment', segment)
          await write(cli, await download(client, 'subscribers', options, { list, segment, status }), options)
        }),
      ),
    )
  for (const kind of ['items', 'suppressions'] as const)
    outOptions(command.command(kind))
      .description(
        kind === 'items'
          ? 'in the form that "import items" reads'
          : 'in the form that "suppress import" reads',
      )
      .action(
        run((cli, options: OutOptions) =>
          withDaemon(cli, {}, async ({ client }) =>
            write(cli, await download(client, kind, options, {}), options),
          ),
        ),
      )

  command
    .command('impressions')
    .option('-o, --out <file>', 'default: standard output')
    .option('--gzip', 'pack it (default: by the ending .gz)')
    .description('what people saw and clicked, in the form that "rank replay" reads')
    .action(
      run((cli, options: OutOptions) =>
        withDaemon(cli, {}, async ({ client }) =>
          write(cli, await client.download('/impressions/export', {}, types.ndjson), options),
        ),
      ),
    )

  outOptions(command.command('deliveries').argument('<campaign>'))
    .description('who got what, with codes and reasons')
    .addOption(new Option('--state <state>', 'only these').choices([...deliveryStates]))
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet export deliveries weekly --state failed -o failed.csv\n',
    )
    .action(
      run((cli, name: string, options: OutOptions & { state?: string }) =>
        withDaemon(cli, {}, ({ client }) => deliveries(cli, client, name, options.state, options)),
      ),
    )

  outOptions(command.command('unknown').argument('<campaign>'))
    .description('deliveries that may or may not have arrived')
    .action(
      run((cli, name: string, options: OutOptions) =>
        withDaemon(cli, {}, ({ client }) => deliveries(cli, client, name, 'unknown', options)),
      ),
    )
}

const outOptions = (command: Command): Command =>
  command
    .option('-o, --out <file>', 'default: standard output')
    .option('--gzip', 'pack it (default: by the ending .gz)')
    .addOption(
      new Option('--format <format>', 'default: by the ending, else ndjson').choices([...exportFormats]),
    )

function formatOf({ out, format }: OutOptions): ExportFormat {
  const name = out?.toLowerCase().replace(/\.gz$/, '') ?? ''
  return format ?? (name.endsWith('.csv') ? 'csv' : /\.(tsv|tab)$/.test(name) ? 'tsv' : 'ndjson')
}

const types: { readonly [format in ExportFormat]: string } = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
}

const download = (client: Client, kind: string, options: OutOptions, query: Query): Promise<Readable> => {
  const format = formatOf(options)
  return client.download(`/${kind}/export`, { ...query, format }, types[format])
}

async function deliveries(
  cli: Cli,
  client: Client,
  name: string,
  state: string | undefined,
  options: OutOptions,
): Promise<void> {
  const { id } = await find<Campaign>(client, 'campaigns', 'campaign', name)
  const accept = types[formatOf(options)]
  await write(cli, await client.download(pathTo('campaigns', id, '/deliveries'), { state }, accept), options)
}

/** To standard output, or to a file that is there only when it is whole. */
async function write(cli: Cli, plain: Readable, { out, gzip }: OutOptions): Promise<void> {
  const packs = gzip === true || out?.toLowerCase().endsWith('.gz') === true
  const source = packs ? packed(plain) : plain
  if (out === undefined || out === '-') {
    await pipeline(source, cli.stdout, { end: false })
    return
  }
  const bar = createProgress(cli.stderr, { label: out, unit: 'bytes' })
  const live = !cli.options.json && cli.stderr.isTTY
  const draft = `${out}.part`
  let size = 0
  try {
    await pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer | string>) {
        for await (const chunk of chunks) {
          size += Buffer.byteLength(chunk)
          if (live) bar.update({ done: size, total: null })
          yield chunk
        }
      },
      createWriteStream(draft),
    )
    renameSync(draft, out)
  } catch (error) {
    rmSync(draft, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOSPC')
      throw new CliError('refused', `${out} could not be written: ${(error as Error).message}`)
    throw error
  } finally {
    if (live) bar.finish()
  }
  cli.result({ file: out, bytes: size }, () => `${cli.style('green', '✓')} ${out}, ${bytes(size)}`)
}

function packed(source: Readable): Readable {
  const gzip = createGzip()
  source.once('error', (error) => gzip.destroy(error))
  return source.pipe(gzip)
}
