import type { Command } from 'commander'
import type { Progress } from '../../../../engine/engine.ts'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { Cli } from '../../cli.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import { count, duration, plain, rate, time } from '../../terminal/format.ts'
import { found } from './found.ts'
import { words as countsInWords, progressOf } from './watch.ts'

export function register(command: Command, run: Run): void {
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
