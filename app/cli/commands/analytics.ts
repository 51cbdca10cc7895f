import { Argument, type Command, Option } from 'commander'
import type { AnalyticsStatus } from '../../../engine/engine.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { count, duration } from '../terminal/format.ts'
import { createProgress } from '../terminal/progress.ts'
import { paged, tables } from './analytics-tables.ts'

interface ShowOptions {
  readonly from?: string
  readonly to?: string
  readonly unit?: string
  readonly timeZone?: string
  readonly list?: string
  readonly csv?: boolean
}

export function register(program: Command, run: Run): void {
  const command = program.command('analytics').description('the numbers of what happened to letters')

  command
    .command('show')
    .addArgument(new Argument('<what>').choices(Object.keys(tables)))
    .description('numbers of all campaigns together; docs/analytics.md says what they mean')
    .option('--from <date>', '2026-11-24, or 2026-11-24T08:00 (default: 30 days before the end)')
    .option('--to <date>', 'not included (default: now)')
    .addOption(
      new Option('--unit <unit>', 'of timeline and audience').choices(['hour', 'day', 'week', 'month']),
    )
    .option('--time-zone <zone>', 'of timeline and audience (default: UTC)')
    .option('--list <name>', 'of audience: how many are active on it')
    .option('--csv', 'as a table for spreadsheets')
    .action(
      run((cli, what: keyof typeof tables, { timeZone, csv, ...rest }: ShowOptions) =>
        withDaemon(cli, {}, async ({ client, engine }) => {
          // A daemon of this command's own has nobody that counts.
          await engine?.analytics.catchUp()
          const { path, columns, empty } = tables[what]
          const query = { ...rest, ...(timeZone !== undefined && { timeZone }) }
          if (csv === true) {
            for await (const part of await client.download(path, query, 'text/csv'))
              cli.stdout.write(part as Buffer)
            return
          }
          await cli.table(
            client.rows<never>(path, { ...query, limit: paged.has(what) ? 500 : null }),
            columns,
            empty,
          )
        }),
      ),
    )

  command
    .command('status')
    .description('how far the numbers are behind what happened')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) => {
          cli.result(
            await client.get<AnalyticsStatus>('/analytics/status'),
            ({ rolledTo, last, behindMs }) =>
              rolledTo >= last
                ? `All ${count(last)} events are counted.`
                : `Up to event ${count(rolledTo)} of ${count(last)}; the next one is ${duration(behindMs)} old.`,
          )
        }),
      ),
    )

  command
    .command('rebuild')
    .description('forget the numbers and count all events again that are still kept')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) => {
          const bar = createProgress(cli.options.json ? cli.stdout : cli.stderr, {
            json: cli.options.json,
            label: 'events',
          })
          const status = await client
            .work<{ rolledTo: number; last: number }, AnalyticsStatus>(
              '/analytics/rebuild',
              {},
              ({ rolledTo, last }) => bar.update({ done: rolledTo, total: last }),
            )
            .finally(() => bar.finish())
          cli.result(status, ({ rolledTo }) => `Counted up to event ${count(rolledTo)}.`)
        }),
      ),
    )
}
