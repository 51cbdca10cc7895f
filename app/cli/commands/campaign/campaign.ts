import type { Command } from 'commander'
import type { LetterPreview, Progress, TestOutcome } from '../../../../engine/engine.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { Edition } from '../../../../engine/model/schedule.ts'
import type { Cli } from '../../cli.ts'
import type { Client } from '../../daemon/client.ts'
import { find, pathTo } from '../../daemon/find.ts'
import { type DaemonAccess, withDaemon } from '../../daemon/with-daemon.ts'
import { CliError } from '../../exit.ts'
import { collect, readTable, words } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { count, duration, many, plain, rate, time } from '../../terminal/format.ts'
import { type PreviewOptions, previewOptions, showPreview } from '../../terminal/preview.ts'
import { parseWhen } from '../../when.ts'
import { warnOfProblems } from '../template.ts'
import { runPreflight } from './preflight.ts'
import { campaignSettings, fieldFlag } from './settings.ts'
import { words as countsInWords, progressOf, watchCampaign } from './watch.ts'

const found = (client: Client, name: string) => find<Campaign>(client, 'campaigns', 'campaign', name)

export function register(program: Command, run: Run): void {
  const command = program.command('campaign').description('newsletters to an audience: make, start, watch')

  command
    .command('create')
    .argument('[file]', 'YAML or JSON; "-" is standard input')
    .description('make a draft, from a file, from flags, or both (flags win)')
    .option('--name <name>')
    .option('--title <title>', 'default: the name')
    .option('--template <name>')
    .option('--subject <text>', "instead of the template's")
    .option('--from <address>', '"Ada <ada@example.org>" or the address alone')
    .option('--reply-to <address>')
    .option('--list <name>', 'who gets it (repeatable)', collect, [])
    .option('--without <list>', 'leave out the members of a list (repeatable)', collect, [])
    .option('--segment <name>', 'who fits a segment gets it, too (repeatable)', collect, [])
    .option('--without-segment <name>', 'leave out who fits a segment (repeatable)', collect, [])
    .option('--sent <campaign>', 'who was sent an earlier campaign gets it, too (repeatable)', collect, [])
    .option('--not-sent <campaign>', 'leave out who was sent an earlier campaign (repeatable)', collect, [])
    .option('--where <rule>', 'only those whom this rule fits, e.g. \'attr.country = "DE"\'')
    .option('--channel <name>')
    .option('--field <setting=value>', 'any other setting, e.g. selection.count=6 (repeatable)', collect, [])
    .addHelpText(
      'after',
      `
Examples:
  $ broadsheet campaign create weekly.yaml
  $ broadsheet campaign create --name weekly --template weekly --list newsletter \\
      --from "The Harbour Post <post@example.org>" --field selection.count=6
`,
    )
    .action(
      run((cli, file: string | undefined, options: CreateOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const settings = campaignSettings(
            file === undefined ? {} : await readTable(cli, file),
            flagsOf(options),
          )
          if (settings.title === undefined && settings.name !== undefined) settings.title = settings.name
          const made = await client.post<Campaign>('/campaigns', settings)
          cli.result(made, () => `${cli.style('green', '✓')} ${made.name} is a draft.`)
          cli.remark(
            `Look at a letter: broadsheet campaign preview ${made.name} ADDRESS\nThen:             broadsheet campaign start ${made.name}`,
          )
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show campaigns')
    .option('--state <state>', 'only draft, scheduled, running, paused, finished, cancelled or failed')
    .action(
      run((cli, options: { state?: string }) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<Campaign>('/campaigns', { state: options.state }),
            [
              { title: 'NAME', of: ({ name }) => name },
              {
                title: 'STATE',
                of: ({ state, reason }) => (reason === null ? state : `${state} (${reason})`),
              },
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
              { title: 'LISTS', of: ({ lists }) => lists.join(', ') },
              { title: 'SCHEDULED', of: ({ scheduledAt }) => time(scheduledAt) },
              { title: 'CHANGED', of: ({ updatedAt }) => time(updatedAt) },
            ],
            'No campaigns yet. Make one: broadsheet campaign create --help',
          ),
        ),
      ),
    )

  command
    .command('show')
    .argument('<name>')
    .description('show one, and how far it is')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const campaign = await found(client, name)
          const progress = await progressOf(client, campaign.id)
          cli.result({ ...campaign, progress }, () => describe(cli, campaign, progress))
        }),
      ),
    )

  command
    .command('schedule')
    .argument('<name>')
    .argument(
      '[when]',
      '2026-11-24T08:00, 2026-11-24T08:00Z, +30m, +2h, +1d; of a recurring one from when on',
    )
    .description('start it at a time, a recurring one each time it is due; a daemon has to run then')
    .addHelpText('after', '\nExample:\n  $ broadsheet campaign schedule weekly 2026-11-24T08:00\n')
    .action(
      run((cli, name: string, when: string | undefined) =>
        withDaemon(cli, {}, async (access) => {
          const { id } = await found(access.client, name)
          const said = when === undefined ? {} : { at: parseWhen(when, Date.now()) }
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
    .addHelpText(
      'after',
      `
Where no daemon runs, one is started in this command and runs until the campaign has ended. Ctrl+C stops
it cleanly; "broadsheet serve" or "broadsheet campaign watch NAME" go on where it was, and nobody gets a
letter twice.
`,
    )
    .action(
      run((cli, name: string, options: { detach?: boolean }) =>
        moving(cli, name, options.detach === true, async ({ client }, { id }) =>
          client.post<Campaign>(pathTo('campaigns', id, '/start')),
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

  command
    .command('preflight')
    .argument('<name>')
    .description('make every letter and send none: whose would fail, and why?')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => runPreflight(cli, client, await found(client, name))),
      ),
    )

  command
    .command('test')
    .argument('<name>')
    .argument('<address...>')
    .description('send it now to these addresses only, marked as a test')
    .action(
      run((cli, name: string, addresses: readonly string[]) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await found(client, name)
          const answer = await client.post<{ results: readonly TestOutcome[] }>(
            pathTo('campaigns', id, '/test'),
            { addresses },
          )
          for (const outcome of answer.results) {
            if (outcome.status !== 'sent') cli.exit('partial')
            cli.result(outcome, ({ address, status, code, detail }) => {
              const mark = status === 'sent' ? cli.style('green', '✓') : cli.style('red', '✗')
              return `${mark} ${address}  ${[status, code, detail]
                .filter((part) => part !== null)
                .map((part) => plain(part))
                .join('  ')}`
            })
          }
        }),
      ),
    )

  previewOptions(
    command
      .command('preview')
      .argument('<name>')
      .argument('<address>')
      .description('the letter that this address would get, sent to nobody'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet campaign preview weekly ada@example.org --mime > letter.eml\n',
    )
    .action(
      run((cli, name: string, address: string, options: PreviewOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id, template } = await found(client, name)
          const preview = await client.post<LetterPreview>(pathTo('campaigns', id, '/preview'), { address })
          await showPreview(cli, preview, options)
          await warnOfProblems(cli, client, template)
        }),
      ),
    )

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

interface CreateOptions {
  readonly name?: string
  readonly title?: string
  readonly template?: string
  readonly subject?: string
  readonly from?: string
  readonly replyTo?: string
  readonly list: readonly string[]
  readonly without: readonly string[]
  readonly segment: readonly string[]
  readonly withoutSegment: readonly string[]
  readonly sent: readonly string[]
  readonly notSent: readonly string[]
  readonly where?: string
  readonly channel?: string
  readonly field: readonly string[]
}

function flagsOf(options: CreateOptions): { path: string; value: unknown }[] {
  const flags: { path: string; value: unknown }[] = []
  const add = (path: string, value: unknown) => {
    if (value !== undefined) flags.push({ path, value })
  }
  add('name', options.name)
  add('title', options.title)
  add('template', options.template)
  add('subject', options.subject)
  if (options.from !== undefined) {
    const named = /^\s*"?([^"<]*?)"?\s*<([^>]*)>\s*$/.exec(options.from)
    add('sender.address', named?.[2] ?? options.from)
    add('sender.name', named?.[1])
  }
  add('sender.replyTo', options.replyTo)
  if (options.list.length > 0) add('lists', words(options.list))
  if (options.without.length > 0) add('excludeLists', words(options.without))
  if (options.segment.length > 0) add('segments', words(options.segment))
  if (options.withoutSegment.length > 0) add('excludeSegments', words(options.withoutSegment))
  if (options.sent.length > 0) add('campaigns', words(options.sent))
  if (options.notSent.length > 0) add('excludeCampaigns', words(options.notSent))
  add('where', options.where)
  add('channel', options.channel)
  return [...flags, ...options.field.map(fieldFlag)]
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

function describe(cli: Cli, campaign: Campaign, progress: Progress | null): string {
  const { sender, selection } = campaign
  const facts: (readonly [string, string])[] = [
    ['state', `${campaign.state}${campaign.reason === null ? '' : ` (${campaign.reason})`}`],
    ['scheduled', time(campaign.scheduledAt)],
    ['repeats', campaign.repeat === null ? '' : `${campaign.repeat.cron} (${campaign.repeat.timeZone})`],
    ['delivers', campaign.deliverAt === 'local-time' ? "by each recipient's own clock" : ''],
    ['template', campaign.template],
    ['subject', campaign.subject ?? ''],
    ['from', sender.name === '' ? sender.address : `${sender.name} <${sender.address}>`],
    ['reply to', sender.replyTo ?? ''],
    ['channel', campaign.channel],
    ['lists', campaign.lists.join(', ')],
    ['without', campaign.excludeLists.join(', ')],
    ['segments', campaign.segments.join(', ')],
    ['but not', campaign.excludeSegments.join(', ')],
    ['sent', campaign.campaigns.join(', ')],
    ['not sent', campaign.excludeCampaigns.join(', ')],
    ['where', campaign.where ?? ''],
    ['items', `at most ${selection.count}, at least ${selection.minimum}`],
    ['uncertain', campaign.uncertain === 'hold' ? 'hold: never twice' : 'resend: never missed'],
    ['changed', time(campaign.updatedAt)],
  ]
  if (progress !== null) {
    const { counts, perSecond, remainingMs, p95LetterMs } = progress
    facts.push(['audience', count(counts.audience)], ['deliveries', countsInWords(counts)])
    if (perSecond > 0)
      facts.push([
        'rate',
        `${rate(perSecond)}${remainingMs === null ? '' : `, ${duration(remainingMs)} left`}`,
      ])
    if (progress.waitingUntil !== null)
      facts.push(['waits', `until ${time(progress.waitingUntil)} for ${progress.waitingFor}`])
    if (p95LetterMs !== null) facts.push(['p95', `${p95LetterMs.toFixed(1)} ms a letter`])
  }
  return [
    `${cli.style('bold', campaign.name)}  ${plain(campaign.title)}`,
    ...facts
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `  ${cli.style('dim', name.padEnd(10))} ${plain(text)}`),
  ].join('\n')
}
