import type { Command } from 'commander'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Silence } from '../../../../engine/model/silence.ts'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import { time } from '../../terminal/format.ts'
import { parseSpan, parseWhen } from '../../when.ts'
import { matchersText, readMatchers } from './matchers.ts'

interface SilenceView extends Silence {
  readonly state: 'pending' | 'active' | 'over'
}
interface AddOptions {
  readonly for: string
  readonly from?: string
  readonly until?: string
  readonly by?: string
  readonly comment?: string
}

export function register(program: Command, run: Run): void {
  const command = program.command('silence').description('alerts that are not told for a while')

  command
    .command('add')
    .argument('<matcher...>', 'such as team="db": all must match')
    .description('silence alerts')
    .option('--for <time>', 'how long', '1h')
    .option('--from <when>', 'default: now')
    .option('--until <when>', 'instead of --for')
    .option('--by <name>', 'who does (default: the name of this user)')
    .option('--comment <text>', 'why')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet silence add \'host=~"web-.*"\' severity=warning --for 2h --comment "new kernel"\n',
    )
    .action(
      run((cli, matchers: readonly string[], options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const now = Date.now()
          const { from, until, comment } = options
          const startsAt = from === undefined ? now : parseWhen(from, now)
          const by = options.by ?? cli.env.USER ?? cli.env.USERNAME
          const made = await client.post<SilenceView>('/silences', {
            matchers: await readMatchers(matchers),
            startsAt,
            endsAt: until === undefined ? startsAt + parseSpan(options.for, '--for') : parseWhen(until, now),
            ...(by === undefined || by === '' ? {} : { createdBy: by }),
            ...(comment === undefined ? {} : { comment }),
          })
          cli.result(
            made,
            ({ id, endsAt, matchers: kept }) =>
              `Silence ${id} until ${time(endsAt)}: ${matchersText(kept)}. End it: broadsheet silence end ${id}`,
          )
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show silences')
    .option('--all', 'also those that are over')
    .action(
      run((cli, options: { all?: boolean }) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<SilenceView>('/silences', { over: options.all === true }),
            [
              { title: 'ID', of: ({ id }) => id, align: 'right' },
              { title: 'STATE', of: ({ state }) => state },
              { title: 'MATCHERS', of: ({ matchers }) => matchersText(matchers), flexible: true },
              { title: 'FROM', of: ({ startsAt }) => time(startsAt) },
              { title: 'UNTIL', of: ({ endsAt }) => time(endsAt) },
              { title: 'BY', of: ({ createdBy }) => createdBy },
              { title: 'COMMENT', of: ({ comment }) => comment },
            ],
            'Nothing is silenced.',
          ),
        ),
      ),
    )

  command
    .command('end')
    .argument('<id>')
    .description('end a silence now')
    .action(
      run((cli, id: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          if (!/^[1-9]\d{0,14}$/.test(id))
            throw new BroadsheetError(
              'E_INPUT',
              `"${id}" is no id of a silence: see "broadsheet silence list".`,
            )
          await client.delete(pathTo('silences', id))
          const ended = await client.get<SilenceView>(pathTo('silences', id))
          cli.result(ended, () => `Silence ${id} is over.`)
        }),
      ),
    )
}
