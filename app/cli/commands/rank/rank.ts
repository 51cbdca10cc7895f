import type { Command } from 'commander'
import {
  leadOf,
  type SimulatedDay,
  simulate,
  simulationDefaults,
} from '../../../../engine/learning/simulate.ts'
import type { ModelHead } from '../../../../engine/ports/models.ts'
import type { Cli } from '../../cli.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import { count, plain, time } from '../../terminal/format.ts'
import { positive } from '../subscriber.ts'
import { type ReplayOptions, replayFiles } from './replay.ts'
import { percent, share } from './share.ts'

export function register(program: Command, run: Run): void {
  const command = program
    .command('rank')
    .description('how items are chosen for readers, and what is learned of it')

  command
    .command('replay')
    .description('measure on what was shown and clicked: the learned ranker, declared interest, popularity')
    .requiredOption('--events <file>', 'impressions and clicks, NDJSON (or .gz)')
    .requiredOption('--items <file>', 'what was shown, NDJSON (or .gz)')
    .option('--train <share>', 'share of the time before measuring begins, 0 to 1', '0.7')
    .option('--frozen', 'learn nothing more once measuring begins')
    .option('--half-life <days>', 'after which what a reader clicked counts half', '60')
    .option('--recency <hours>', 'after which the recency of an item counts half', '48')
    .addHelpText(
      'after',
      '\nEach impression is ranked by what was known when it was shown. docs/personalisation.md describes the files; "broadsheet export"\nwrites them:\n  $ broadsheet export items -o items.ndjson\n  $ broadsheet export impressions -o events.ndjson\n  $ broadsheet rank replay --events events.ndjson --items items.ndjson\n',
    )
    .action(run((cli, options: ReplayOptions) => replayFiles(cli, options)))

  command
    .command('simulate')
    .description('show how fast the ranker learns, in a world whose truth is known')
    .option('--seed <n>', 'draws another world', String(simulationDefaults.seed))
    .option('--readers <n>', 'readers in it', String(simulationDefaults.readers))
    .option('--days <n>', 'a letter a day', String(simulationDefaults.days))
    .option('--exploration <share>', 'as ranking.exploration', String(simulationDefaults.exploration))
    .action(run((cli, options: SimulateOptions) => showSimulation(cli, options)))

  command
    .command('models')
    .description('list the versions of what was learned')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { data } = await client.get<{ data: readonly ModelHead[] }>('/ranking/models', {})
          await cli.table(
            data,
            [
              { title: 'VERSION', of: ({ version }) => version, align: 'right' },
              { title: '', of: ({ active }) => (active ? 'active' : '') },
              { title: 'MADE', of: ({ at }) => time(at) },
              { title: 'OF', of: ({ note }) => plain(note), flexible: true },
            ],
            'Nothing was learned yet: letters are ranked by declared interest.',
          )
        }),
      ),
    )

  command
    .command('rollback')
    .argument('<version>', 'as "rank models" lists it')
    .description('go back to what was learned until then')
    .addHelpText(
      'after',
      '\nCampaigns under way keep what they began with; what is learned next goes on from that version.\n',
    )
    .action(
      run((cli, version: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const number = positive(version, '<version>')
          const model = await client.post<ModelHead>(`/ranking/models/${number}/activate`, {})
          cli.result(
            model,
            ({ note, at }) =>
              `${cli.style('green', '✓')} version ${model.version} of ${time(at)} (${plain(note)}) is active`,
          )
        }),
      ),
    )
}

interface SimulateOptions {
  readonly seed: string
  readonly readers: string
  readonly days: string
  readonly exploration: string
}

async function showSimulation(cli: Cli, options: SimulateOptions): Promise<void> {
  const days: SimulatedDay[] = []
  const settings = {
    ...simulationDefaults,
    seed: positive(options.seed, '--seed'),
    readers: positive(options.readers, '--readers'),
    days: positive(options.days, '--days'),
    exploration: share(options.exploration, '--exploration'),
  }
  if (!cli.options.json) cli.say(cli.style('dim', '     DAY  LEARNED  NOT LEARNING    LEAD   CLICKS'))
  for (const day of simulate(settings)) {
    days.push(day)
    if (cli.options.json || day.day <= 5 || day.day % 5 === 0)
      cli.result(day, ({ day: number, learned, interest, clicked }) =>
        [
          String(number).padStart(8),
          learned.toFixed(3).padStart(8),
          interest.toFixed(3).padStart(13),
          percent(learned / interest - 1).padStart(8),
          count(clicked).padStart(8),
        ].join(' '),
      )
    if (cli.signal.aborted) break
    // A day is computed at once; Ctrl+C is heard between two.
    await new Promise(setImmediate)
  }
  const lead = leadOf(days)
  cli.result(
    { type: 'result', ...lead },
    () =>
      `\nNDCG@10 over the last third: ${lead.learned.toFixed(3)} learned, ${lead.interest.toFixed(3)} not learning, ${percent(lead.lead)}`,
  )
}
