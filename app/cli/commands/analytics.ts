import type { Command } from 'commander'
import type { AnalyticsStatus } from '../../../engine/engine.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { count, duration } from '../terminal/format.ts'
import { createProgress } from '../terminal/progress.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('analytics').description('the numbers of what happened to letters')

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
