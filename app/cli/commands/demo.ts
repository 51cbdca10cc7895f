import { type Command, InvalidArgumentError } from 'commander'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'

interface Options {
  readonly subscribers?: number
  readonly folder: string
  readonly template: string
  readonly crash: boolean
  readonly audience: boolean
  readonly production: boolean
  readonly console: boolean
}

const sets = ['letter', 'digest', 'briefing'] as const

const people = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 3 || value > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 3 to 1,000,000.')
  return value
}

export function register(program: Command, run: Run): void {
  program
    .command('demo')
    .description('A campaign to 2,000 made-up people over real SMTP, in a minute, with nothing installed.')
    .option('--subscribers <number>', 'how many people (default: 2000, with --audience 300)', people)
    .option('--folder <folder>', 'made anew each time', './broadsheet-demo')
    .option('--template <set>', `${sets.join(', ')}; with --audience always letter`, 'letter')
    .option('--crash', 'kill the daemon half-way and see it carry on', false)
    .option(
      '--production',
      'on Postgres and Redis (DATABASE_URL, REDIS_URL or its own) with two workers, one of which is killed half-way',
      false,
    )
    .option(
      '--audience',
      'sign up, confirm, choose, read a recurring newsletter and leave, as a reader does',
      false,
    )
    .option('--console', 'a newsroom at work, and its console in the browser, until Ctrl+C', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ broadsheet demo\n  $ broadsheet demo --subscribers 20000 --crash\n  $ broadsheet demo --production\n  $ broadsheet demo --audience\n  $ broadsheet demo --console\n',
    )
    .action(
      run(async (cli, options: Options) => {
        if (options.audience && (options.crash || options.production))
          throw new CliError('usage', '--audience is a demo of its own: leave out --crash and --production.')
        if (options.console) {
          if (options.crash || options.production || options.audience)
            throw new CliError('usage', '--console is a demo of its own: leave out the other ones.')
          const { runDesk } = await import('../../demo/desk.ts')
          await runDesk(cli, { folder: options.folder, subscribers: options.subscribers ?? 2000 })
          return
        }
        // Loaded when asked for: nobody else needs the demo's content.
        if (options.audience) {
          const { runAudienceDemo } = await import('../../demo/audience.ts')
          await runAudienceDemo(cli, { folder: options.folder, subscribers: options.subscribers ?? 300 })
          return
        }
        const { runDemo } = await import('../../demo/demo.ts')
        await runDemo(cli, {
          ...options,
          crash: options.crash || options.production,
          subscribers: options.subscribers ?? 2000,
        })
      }),
    )
}
