import type { Command } from 'commander'
import type { ProbeResult } from '../../../engine/channel/index.ts'
import type { ChannelState } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { didYouMean } from '../../config/nearest.ts'
import { channelsOf, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'

/** The breaker's words are an electrician's: closed is well. */
const words: { readonly [state in ChannelState]: string } = {
  closed: 'working',
  open: 'held back',
  'half-open': 'trying again',
}

export function register(program: Command, run: Run): void {
  const command = program.command('channel').description('ways out: smtp, file')

  command
    .command('list')
    .alias('ls')
    .description('show the configured channels')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) =>
          cli.table(
            await channelsOf(client),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'STATE', of: ({ state }) => words[state] },
              { title: 'DETAIL', of: ({ detail }) => detail, flexible: true },
            ],
            'No channels are configured: add one under "channels:" in broadsheet.yaml.',
          ),
        ),
      ),
    )

  command
    .command('probe')
    .argument('[name...]', 'default: all')
    .description('can they be reached? Sends nothing')
    .action(
      run((cli, names: readonly string[]) =>
        withDaemon(cli, {}, async ({ client }) => {
          const known = (await channelsOf(client)).map(({ name }) => name)
          for (const name of names.length > 0 ? names : known) {
            if (!known.includes(name))
              throw new BroadsheetError(
                'E_CHANNEL_UNKNOWN',
                `No channel named "${name}".${didYouMean(name, known)} Configured: ${known.join(', ') || 'none'}.`,
              )
            const probe = await client.post<ProbeResult>(pathTo('channels', name, '/probe'))
            if (!probe.ok) cli.exit('partial')
            cli.result({ name, ...probe }, () => {
              const mark = probe.ok ? cli.style('green', '✓') : cli.style('red', '✗')
              return `${mark} ${name}  ${probe.detail}`
            })
          }
        }),
      ),
    )
}
