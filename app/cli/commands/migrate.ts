import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { configOf } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'
import { count, duration, many } from '../terminal/format.ts'
import { createProgress } from '../terminal/progress.ts'

interface MigrateOptions {
  readonly from?: string
  readonly to?: string
  readonly pause?: boolean
  readonly force?: boolean
}

export function register(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('move everything from one database into another, and compare both')
    .option('--from <url>', '"sqlite:FILE" or "postgres://..." (default: the settings\' store)')
    .option('--to <url>', "the same, and empty (default: the settings' store)")
    .option('--pause', 'pause campaigns that run')
    .option('--force', 'a Postgres database that was in use within the last minute, too')
    .addHelpText(
      'after',
      `
Stop the daemons first. Interrupted or killed it goes on where it was with the same command, and no daemon starts on a
database that it has not finished. The source is left as it was: do not start on it again.
A password need not be in the URL: PGPASSWORD and ~/.pgpass are read.

Examples:
  $ broadsheet migrate --from sqlite:broadsheet-data/broadsheet.db --to postgres://news@db.example.org/news
  $ broadsheet migrate --from postgres://news@db.example.org/news --to sqlite:news.db --pause
`,
    )
    .action(run(migrate))
}

async function migrate(cli: Cli, options: MigrateOptions): Promise<void> {
  if (options.from === undefined && options.to === undefined)
    throw new CliError(
      'usage',
      'Say --from or --to: one of them may be left out, and is the store of the settings then.',
    )
  const from = options.from ?? configOf(cli).store
  const to = options.to ?? configOf(cli).store
  // Loaded only now: no other command needs both databases.
  const [{ openHouse, openSource }, { moveHouse }] = await Promise.all([
    import('../../../stores/move/open.ts'),
    import('../../../stores/move/move.ts'),
  ])
  const opening = { log: cli.log(), now: options.force === true ? null : Date.now() }
  if (options.pause === true) {
    await using source = await openSource(from, opening)
    const running = await source.running()
    // Before it is paused it is opened as a daemon would.
    await source[Symbol.asyncDispose]()
    if (running.length > 0) await pause(cli, from, running)
  }
  await using house = await openHouse(from, to, opening)
  const { source, target } = house
  const bar = createProgress(cli.options.json ? cli.stdout : cli.stderr, {
    json: cli.options.json,
    label: 'migrate',
  })
  const start = performance.now()
  const { resumed, copied, tables } = await moveHouse(source, target, {
    signal: cli.signal,
    onProgress({ phase, table, done, total }) {
      bar.update({
        done,
        total,
        note: phase === 'copy' ? table : `comparing ${table}`,
        fields: { phase, table },
      })
    },
  })
    .finally(() => bar.finish())
    .catch((error: unknown) => {
      if (cli.signal.aborted) cli.remark('The same command goes on where this one was.')
      throw error
    })
  const durationMs = performance.now() - start

  await cli.table(
    tables.filter(({ rows }) => rows > 0).map((row) => ({ type: 'table', ...row })),
    [
      { title: 'TABLE', of: ({ table }) => table },
      { title: 'ROWS', of: ({ rows }) => count(rows), align: 'right' },
      { title: 'SHA-256 ON BOTH SIDES', of: ({ sha256 }) => sha256, flexible: true },
    ],
    '',
  )
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const perSecond = Math.round((copied * 1000) / durationMs)
  cli.result(
    {
      type: 'result',
      rows,
      copied,
      resumed,
      tables: tables.length,
      durationMs: Math.round(durationMs),
      perSecond,
    },
    () =>
      `${cli.style('green', '✓')} ${many(rows, 'row')} are in ${target.place} as they were in ${source.place}${resumed ? `, ${count(copied)} of them by this command` : ''}: ${duration(durationMs)}, ${count(perSecond)}/s, comparing included.`,
  )
  cli.remark(
    `Set "store" to it, keep "secrets" and "vaultKeys" as they were (links in letters are signed, and second factors sealed with them; without those settings they are in the data folder's files "secrets" and "vault"), and start. ${source.place} was left as it was: do not start a daemon on it again.`,
  )
}

/** As "campaign pause" does it, in another store than that of the settings. */
async function pause(cli: Cli, store: string, names: readonly string[]): Promise<void> {
  const { compose } = await import('../../compose.ts')
  await using stack = new AsyncDisposableStack()
  const { engine, close } = await compose({ ...configOf(cli), store, redis: null }, { log: cli.log() })
  stack.defer(() => close())
  for (const name of names) {
    const campaign = await engine.store.campaigns.byName(name)
    if (campaign?.state !== 'running') continue
    await engine.campaigns.pause(campaign.id, 'moved to another database')
    cli.remark(`${name} is paused.`)
  }
}
