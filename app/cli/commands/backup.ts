import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { secretsFile } from '../../config/secrets.ts'
import { vaultFile } from '../../config/vault.ts'
import type { AppConfig } from '../../config.ts'
import type { Cli } from '../cli.ts'
import { configOf } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { bytes } from '../terminal/format.ts'

interface Options {
  readonly secrets?: string
}

export function register(program: Command, run: Run): void {
  program
    .command('backup')
    .argument('<folder>', 'is made where it is missing')
    .description('copy the SQLite database, while the daemon works or not')
    .option('--secrets <folder>', 'and what signs links and seals second factors, into a folder of its own')
    .addHelpText(
      'after',
      `
The copy is called broadsheet-TIME.db. The data folder's files "secrets" and "vault" belong into a backup, too, though not beside
the database: whoever has both has everything. Settings, DKIM keys and the outbox are yours to copy. Postgres has pg_dump.

Example, from a timer:
  $ broadsheet backup /var/backups/broadsheet --secrets /etc/broadsheet/secrets-backup
`,
    )
    .action(run(backUp))
}

async function backUp(cli: Cli, folder: string, options: Options): Promise<void> {
  if (cli.options.url !== undefined)
    throw new CliError('usage', 'backup works on this machine: leave --url out.')
  const config = configOf(cli)
  // Loaded only now: other commands need none of it.
  const [{ parseStoreUrl }, { copyDatabase }] = await Promise.all([
    import('../../../stores/open.ts'),
    import('../../../stores/sqlite/backup.ts'),
  ])
  const place = parseStoreUrl(config.store)
  if (place.kind !== 'sqlite')
    throw new CliError(
      'usage',
      place.kind === 'postgres'
        ? 'The store is Postgres, which has tools of its own: pg_dump --format=custom. Keep the settings "secrets" and "vaultKeys" with it.'
        : 'The store is memory: there is nothing to keep.',
    )
  if (!existsSync(place.file))
    throw new CliError('config', `There is no database ${place.file}: check "data" and "store".`)

  const keys = keyFiles(config)
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const copies: string[] = []
  try {
    if (options.secrets !== undefined)
      for (const file of keys) copies.push(copyInto(made(cli, options.secrets), file))
    const copy = join(made(cli, folder), `broadsheet-${at}Z.db`)
    await copyDatabase(place.file, copy)
    copies.push(copy)
  } catch (error) {
    throw new CliError('store', `The database was not backed up: ${(error as Error).message}`)
  }
  const files = copies.map((file) => ({ file, bytes: statSync(file).size }))
  const shown = ({ file, bytes: size }: (typeof files)[number]) =>
    `${cli.style('green', '✓')} ${relative(cli.cwd, file)}, ${bytes(size)}`
  cli.result({ files }, () => files.map(shown).join('\n'))
  if (options.secrets === undefined && keys.length > 0)
    cli.remark(
      `Not copied: ${keys.map((file) => relative(cli.cwd, file)).join(', ')}. Keep those as well (--secrets), in another place.`,
    )
}

/** What is kept in files, since settings do not say it. */
function keyFiles(config: AppConfig): readonly string[] {
  return [
    ...(config.secrets === null ? [secretsFile(config.data)] : []),
    ...(config.vaultKeys === null ? [vaultFile(config.data)] : []),
  ].filter((file) => existsSync(file))
}

function made(cli: Cli, folder: string): string {
  const path = resolve(cli.cwd, folder)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}

/** The mode is kept: it can be read by its owner only. */
function copyInto(folder: string, file: string): string {
  const copy = join(folder, basename(file))
  copyFileSync(file, copy)
  return copy
}
