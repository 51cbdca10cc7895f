import type { Command } from 'commander'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import * as create from './create.ts'
import { found } from './found.ts'
import * as report from './report.ts'
import * as sending from './sending.ts'
import * as show from './show.ts'
import * as trial from './trial.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('campaign').description('newsletters to an audience: make, start, watch')

  // In the order in which help lists them.
  for (const part of [create, show, report, sending, trial]) part.register(command, run)

  command
    .command('remove')
    .argument('<name>')
    .description('remove a draft')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const campaign = await found(client, name)
          await client.delete(pathTo('campaigns', campaign.id))
          cli.result({ removed: campaign.name }, () => `Removed the draft "${campaign.name}".`)
        }),
      ),
    )
}
