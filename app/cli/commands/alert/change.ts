import type { Command } from 'commander'
import type { Alert } from '../../../../engine/model/alert.ts'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import { plain } from '../../terminal/format.ts'
import { foundAlert } from './found.ts'

export function register(command: Command, run: Run): void {
  command
    .command('ack')
    .alias('acknowledge')
    .argument('<id>', 'or its key')
    .description('take care of an alert: no repeats and no escalation until it is over')
    .option('--by <name>', 'who does (default: the name of this user)')
    .option('--comment <text>', 'what the others should know')
    .action(
      run((cli, id: string, options: { by?: string; comment?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await foundAlert(client, id)
          const by = options.by ?? cli.env.USER ?? cli.env.USERNAME
          const changed = await client.post<Alert>(pathTo('alerts', found.id, '/acknowledge'), {
            ...(by === undefined || by === '' ? {} : { by }),
            ...(options.comment === undefined ? {} : { comment: options.comment }),
          })
          cli.result(
            changed,
            ({ acknowledged }) =>
              `Alert ${found.id} is taken care of${acknowledged === null ? '' : ` by ${plain(acknowledged.by)}`}: ${plain(found.title)}`,
          )
        }),
      ),
    )

  const simple = (name: string, verb: string, description: string, show: (alert: Alert) => string): void => {
    command
      .command(name)
      .argument('<id>', 'or its key')
      .description(description)
      .action(
        run((cli, id: string) =>
          withDaemon(cli, {}, async ({ client }) => {
            const found = await foundAlert(client, id)
            cli.result(await client.post<Alert>(pathTo('alerts', found.id, `/${verb}`)), show)
          }),
        ),
      )
  }
  simple(
    'release',
    'release',
    'take an acknowledgement back',
    ({ id, title }) => `Alert ${id} wants somebody again: ${plain(title)}`,
  )
  simple(
    'resolve',
    'resolve',
    'end an alert by hand',
    ({ id, title }) => `Alert ${id} is over: ${plain(title)}`,
  )
}
