import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { deliveryStates } from '../../../engine/model/delivery.ts'
import type { Cli } from '../cli.ts'
import type { Client } from '../client.ts'
import { CliError } from '../exit.ts'
import { exportSubscribers } from '../export-subscribers.ts'
import { find, pathTo } from '../find.ts'
import { bytes } from '../format.ts'
import type { Run } from '../program.ts'
import { createProgress } from '../progress.ts'
import { withDaemon } from '../with-daemon.ts'

type Format = 'csv' | 'ndjson'
interface OutOptions {
  readonly out?: string
  readonly format?: Format
}

export function register(program: Command, run: Run): void {
  const command = program.command('export').description('write subscribers or deliveries as NDJSON or CSV')

  outOptions(command.command('subscribers'))
    .description('in the form that "import subscribers" reads')
    .option('--list <name>', 'only members of this list')
    .option('--segment <name>', 'only those who fit this segment')
    .option('--status <status>', 'only those of this status')
    .addHelpText(
      'after',
      '\nNDJSON keeps everything as it is. CSV writes attributes as text, and guards cells that a spreadsheet\nwould take for a formula.\n\nExample:\n  $ broadsheet export subscribers --list newsletter -o people.ndjson\n',
    )
    .action(
      run((cli, options: OutOptions & { list?: string; segment?: string; status?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { list, segment, status } = options
          if (list !== undefined) await find(client, 'lists', 'list', list)
          if (segment !== undefined) await find(client, 'segments', 'segment', segment)
          const rows = exportSubscribers(client, { list, segment, status }, formatOf(options))
          await write(cli, Readable.from(rows), options)
        }),
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
    .addOption(
      new Option('--format <format>', 'default: by the ending, else ndjson').choices(['csv', 'ndjson']),
    )

const formatOf = ({ out, format }: OutOptions): Format =>
  format ?? (out?.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson')

async function deliveries(
  cli: Cli,
  client: Client,
  name: string,
  state: string | undefined,
  options: OutOptions,
): Promise<void> {
  const { id } = await find<Campaign>(client, 'campaigns', 'campaign', name)
  const accept = formatOf(options) === 'csv' ? 'text/csv' : 'application/x-ndjson'
  await write(cli, await client.download(pathTo('campaigns', id, '/deliveries'), { state }, accept), options)
}

/** To standard output, or to a file that is there only when it is whole. */
async function write(cli: Cli, source: Readable, { out }: OutOptions): Promise<void> {
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
