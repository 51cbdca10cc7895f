import { type Command, InvalidArgumentError } from 'commander'
import type { Run } from '../program.ts'

interface Options {
  readonly subscribers: number
  readonly folder: string
  readonly template: string
  readonly crash: boolean
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
    .option('--subscribers <number>', 'how many people', people, 2000)
    .option('--folder <folder>', 'made anew each time', './broadsheet-demo')
    .option('--template <set>', sets.join(', '), 'letter')
    .option('--crash', 'kill the daemon half-way and see it carry on', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ broadsheet demo\n  $ broadsheet demo --subscribers 20000 --crash\n',
    )
    .action(
      run(async (cli, options: Options) => {
        // Loaded when asked for: nobody else needs the demo's content.
        const { runDemo } = await import('../../demo/demo.ts')
        await runDemo(cli, options)
      }),
    )
}
