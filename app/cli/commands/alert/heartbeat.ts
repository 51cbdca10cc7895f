import { type Command, Option } from 'commander'
import { severities } from '../../../../engine/model/alert.ts'
import type { Heartbeat } from '../../../../engine/model/heartbeat.ts'
import { find, pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { collect, texts } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { duration, time } from '../../terminal/format.ts'
import { parseSpan } from '../../when.ts'

interface HeartbeatView extends Heartbeat {
  readonly beatAt: number | null
  readonly alarmed: boolean
}
interface AddOptions {
  readonly every: string
  readonly title?: string
  readonly severity?: string
  readonly topic?: string
  readonly label: readonly string[]
}

export function register(program: Command, run: Run): void {
  const command = program
    .command('heartbeat')
    .description('alerts that fire when something stops to say that it lives')

  command
    .command('add')
    .argument('<name>', 'lower-case letters, digits, "-", "_" or "."')
    .description('watch over something')
    .requiredOption('--every <time>', 'its alert fires when nothing is heard for so long, e.g. 25h')
    .option('--title <title>', 'of the alert (default: the name)')
    .addOption(
      new Option('--severity <severity>', 'of the alert (default: critical)').choices([...severities]),
    )
    .option('--topic <name>', 'of the alert')
    .option('--label <name=value>', 'of the alert (repeatable)', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet heartbeat add nightly-backup --every 25h --title "The backup did not run"\n  $ broadsheet heartbeat beat nightly-backup\n',
    )
    .action(
      run((cli, name: string, options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const made = await client.post<HeartbeatView>('/heartbeats', {
            name,
            title: options.title ?? name,
            everyMs: parseSpan(options.every, '--every'),
            labels: texts(options.label, '--label'),
            ...(options.severity === undefined ? {} : { severity: options.severity }),
            ...(options.topic === undefined ? {} : { topic: options.topic }),
          })
          cli.result(
            made,
            ({ everyMs }) =>
              `"${made.name}" must be heard every ${duration(everyMs)}: broadsheet heartbeat beat ${made.name}`,
          )
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show all, and when they were heard')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<HeartbeatView>('/heartbeats'),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'STATE', of: ({ alarmed }) => (alarmed ? 'silent' : 'alive') },
              { title: 'EVERY', of: ({ everyMs }) => duration(everyMs) },
              { title: 'HEARD', of: ({ beatAt }) => time(beatAt) },
              { title: 'SEVERITY', of: ({ severity }) => severity },
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
            ],
            'No heartbeats yet. Add one: broadsheet heartbeat add NAME --every 25h',
          ),
        ),
      ),
    )

  command
    .command('beat')
    .argument('<name>')
    .description('say that it lives')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<HeartbeatView>(client, 'heartbeats', 'heartbeat', name)
          await client.post(pathTo('heartbeats', found.name, '/beat'))
          cli.result({ beat: found.name }, () => `Heard "${found.name}".`)
        }),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description('watch over it no more; its alert goes, too')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<HeartbeatView>(client, 'heartbeats', 'heartbeat', name)
          await client.delete(pathTo('heartbeats', found.id))
          cli.result({ removed: found.name }, () => `Removed the heartbeat "${found.name}".`)
        }),
      ),
    )
}
