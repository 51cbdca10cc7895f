import type { Command } from 'commander'
import type { Agenda } from '../../../engine/engine.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { plain, time } from '../terminal/format.ts'
import { formatTable } from '../terminal/table.ts'
import { parseWhen } from '../when.ts'

interface Line {
  readonly at: number
  readonly name: string
  readonly what: string
  readonly note: string
}

export function register(program: Command, run: Run): void {
  program
    .command('calendar')
    .description('show what will go out when, and the black-outs')
    .option('--from <when>', 'default: now')
    .option('--until <when>', 'default: 30 days later')
    .addHelpText('after', '\nExample:\n  $ broadsheet calendar --until +7d\n')
    .action(
      run((cli, options: { from?: string; until?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const moment = (text: string | undefined) =>
            text === undefined ? undefined : String(parseWhen(text, Date.now()))
          const agenda = await client.get<Agenda>('/calendar', {
            from: moment(options.from),
            until: moment(options.until),
          })
          cli.result(agenda, () => {
            const lines = linesOf(agenda)
            if (lines.length === 0) return 'Nothing is scheduled.'
            return formatTable(
              lines,
              [
                { title: 'BEGINS', of: ({ at }) => time(at) },
                { title: 'CAMPAIGN', of: ({ name }) => name },
                { title: 'WHAT', of: ({ what }) => what, flexible: true },
                { title: 'NOTE', of: ({ note }) => note },
              ],
              { columns: cli.stdout.columns ?? null, head: (text) => cli.style('dim', text) },
            )
          })
          if (agenda.more) cli.remark('There is more: ask for a shorter time.')
        }),
      ),
    )
}

/** Firings and black-outs in one list, by their beginning. */
function linesOf({ entries, blackouts }: Agenda): readonly Line[] {
  const firings = entries.map(({ beginsAt, name, title, number, localTime, reason, dueAt }): Line => {
    const notes = [
      reason,
      localTime ? `${time(dueAt)} on each recipient's own clock` : null,
      !localTime && beginsAt > dueAt ? `due ${time(dueAt)}` : null,
    ]
    return {
      at: beginsAt,
      name,
      what: `${plain(title)}${number === null ? '' : `, no. ${number}`}`,
      note: notes.filter((note) => note !== null).join('; '),
    }
  })
  const closed = blackouts.map(
    ({ from, until, reason }): Line => ({
      at: from,
      name: '',
      what: `black-out until ${time(until)}`,
      note: reason,
    }),
  )
  return [...firings, ...closed].sort((a, b) => a.at - b.at)
}
