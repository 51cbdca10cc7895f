import type { Command } from 'commander'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { Edition } from '../../../../engine/model/schedule.ts'
import type { Cli } from '../../cli.ts'
import { pathTo } from '../../daemon/find.ts'
import { type DaemonAccess, withDaemon } from '../../daemon/with-daemon.ts'
import { CliError } from '../../exit.ts'
import type { Run } from '../../program.ts'
import { many, time } from '../../terminal/format.ts'
import { parseWhen } from '../../when.ts'
import { found } from './found.ts'
import { words as countsInWords, watchCampaign } from './watch.ts'

export function register(command: Command, run: Run): void {
  command
    .command('schedule')
    .argument('<name>')
    .argument(
      '[when]',
      '2026-11-24T08:00, 2026-11-24T08:00Z, +30m, +2h, +1d; of a recurring one from when on',
    )
    .option('--force', 'although the preflight says that large providers would refuse it')
    .description('start it at a time, a recurring one each time it is due; a daemon has to run then')
    .addHelpText('after', '\nExample:\n  $ broadsheet campaign schedule weekly 2026-11-24T08:00\n')
    .action(
      run((cli, name: string, when: string | undefined, options: { force?: boolean }) =>
        withDaemon(cli, {}, async (access) => {
          const { id } = await found(access.client, name)
          const said = {
            ...(when !== undefined && { at: parseWhen(when, Date.now()) }),
            ...(options.force === true && { force: true }),
          }
          const campaign = await access.client.post<Campaign>(pathTo('campaigns', id, '/schedule'), said)
          cli.result(
            campaign,
            () =>
              `${cli.style('green', '✓')} ${campaign.name} starts at ${time(campaign.scheduledAt)}${campaign.repeat === null ? '' : `, then by "${campaign.repeat.cron}" (${campaign.repeat.timeZone})`}.`,
          )
          if (access.kind === 'own')
            cli.warn(
              'No daemon runs here: start one with "broadsheet serve", or nobody is there to start the campaign.',
            )
        }),
      ),
    )

  command
    .command('start')
    .argument('<name>')
    .description('send it now, and watch')
    .option('--detach', 'do not watch; only where a daemon runs')
    .option('--force', 'although the preflight says that large providers would refuse it')
    .addHelpText(
      'after',
      `
Where no daemon runs, one is started in this command and runs until the campaign has ended. Ctrl+C stops
it cleanly; "broadsheet serve" or "broadsheet campaign watch NAME" go on where it was, and nobody gets a
letter twice.
`,
    )
    .action(
      run((cli, name: string, options: { detach?: boolean; force?: boolean }) =>
        moving(cli, name, options.detach === true, async ({ client }, { id }) =>
          client.post<Campaign>(
            pathTo('campaigns', id, '/start'),
            options.force === true ? { force: true } : undefined,
          ),
        ),
      ),
    )

  command
    .command('resume')
    .argument('<name>')
    .description('go on with a paused one, and watch')
    .option('--detach', 'do not watch; only where a daemon runs')
    .action(
      run((cli, name: string, options: { detach?: boolean }) =>
        moving(cli, name, options.detach === true, async ({ client }, { id }) =>
          client.post<Campaign>(pathTo('campaigns', id, '/resume')),
        ),
      ),
    )

  command
    .command('retry')
    .argument('<name>')
    .description('send the failed letters again, and watch')
    .option('--unknown', 'those too that may have arrived: some people may get a second copy')
    .option('--detach', 'do not watch; only where a daemon runs')
    .action(
      run((cli, name: string, options: { unknown?: boolean; detach?: boolean }) =>
        moving(cli, name, options.detach === true, async ({ client }, { id }) => {
          const alsoUnknown = options.unknown === true
          const { retried } = await client.post<{ retried: number }>(pathTo('campaigns', id, '/retry'), {
            alsoUnknown,
          })
          cli.remark(
            retried === 0
              ? 'There is nothing to retry.'
              : `${many(retried, 'letter')} ${retried === 1 ? 'goes' : 'go'} out again.`,
          )
          return client.get<Campaign>(pathTo('campaigns', id))
        }),
      ),
    )

  command
    .command('watch')
    .argument('<name>')
    .description('show it live until it ends')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, { work: true }, async (access) =>
          watchCampaign(cli, access, await found(access.client, name)),
        ),
      ),
    )

  for (const [verb, about, done] of [
    ['pause', 'stop sending with the next batch, and hold the series of a recurring one', 'is paused'],
    ['cancel', 'stop it for good, with its series; what went out stays out', 'is cancelled'],
    ['skip', 'let the next edition of a recurring one go by', 'skips its next edition'],
  ] as const)
    command
      .command(verb)
      .argument('<name>')
      .description(about)
      .action(
        run((cli, name: string) =>
          withDaemon(cli, {}, async ({ client }) => {
            const { id } = await found(client, name)
            const campaign = await client.post<Campaign>(pathTo('campaigns', id, `/${verb}`))
            cli.result(campaign, () => `${cli.style('green', '✓')} ${campaign.name} ${done}.`)
          }),
        ),
      )

  command
    .command('editions')
    .argument('<name>')
    .description('show what became of each due time of a recurring one, newest first')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await found(client, name)
          await cli.table(
            client.rows<Edition>(pathTo('campaigns', id, '/editions')),
            [
              { title: 'NO', of: ({ number }) => number, align: 'right' },
              { title: 'DUE', of: ({ dueAt }) => time(dueAt) },
              { title: 'STATE', of: ({ state }) => state },
              {
                title: 'DELIVERIES',
                of: ({ counts, reason }) => (counts === null ? reason : countsInWords(counts)),
                flexible: true,
              },
              { title: 'FINISHED', of: ({ finishedAt }) => time(finishedAt) },
            ],
            'No editions yet.',
          )
        }),
      ),
    )
}

/** Do what sets a campaign going, then watch it, unless it goes on without us. */
async function moving(
  cli: Cli,
  name: string,
  detach: boolean,
  act: (access: DaemonAccess, campaign: Campaign) => Promise<Campaign>,
): Promise<void> {
  await withDaemon(cli, { work: true }, async (access) => {
    if (detach && access.kind === 'own')
      throw new CliError(
        'refused',
        'There is no running daemon that would go on with it. Start one with "broadsheet serve", or leave --detach out.',
      )
    const before = await found(access.client, name)
    if (access.config?.hasPublicUrl === false && access.kind === 'own')
      cli.warn(
        `Links in the letters begin with ${access.config.engine.publicUrl}: set "publicUrl" to where readers can reach you.`,
      )
    const campaign = await act(access, before).catch((error: unknown) => {
      if (error instanceof BroadsheetError && error.code === 'E_STATE' && before.state === 'running')
        throw new BroadsheetError(
          'E_STATE',
          `${before.name} is running already. See it: broadsheet campaign watch ${before.name}`,
        )
      throw error
    })
    if (detach)
      cli.result(campaign, () => `${cli.style('green', '✓')} ${campaign.name} is ${campaign.state}.`)
    else await watchCampaign(cli, access, campaign)
  })
}
