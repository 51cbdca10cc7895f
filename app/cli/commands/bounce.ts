import type { Command } from 'commander'
import type { z } from 'zod'
import type { BounceRule } from '../../../engine/model/bounce-rule.ts'
import type { bounceReportSchema } from '../../http/routes/bounces.ts'
import type { Cli } from '../cli.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { openInput } from '../files/input.ts'
import type { Run } from '../program.ts'

type Report = z.infer<typeof bounceReportSchema>

export function register(program: Command, run: Run): void {
  const command = program.command('bounce').description('letters that came back')

  command
    .command('read')
    .argument('<file>', 'a mail as it came; "-" is standard input')
    .description('say what a mail that came back is. Changes nothing')
    .action(run((cli, file: string) => tell(cli, file, { dryRun: true })))

  command
    .command('hear')
    .argument('<file>', 'a mail as it came; "-" is standard input')
    .option('--trusted', 'it is what it says, though nothing of ours proves it')
    .description('act on a mail that came back')
    .addHelpText(
      'after',
      '\nAs the pipe of a mail server, e.g. in /etc/aliases:\n  bounce: "|broadsheet bounce hear -"\n\nExample:\n  $ broadsheet bounce hear report.eml\n',
    )
    .action(
      run((cli, file: string, options: { trusted?: boolean }) =>
        tell(cli, file, { trusted: options.trusted === true }),
      ),
    )

  command
    .command('rules')
    .description('show the rule table: "bounces.rules" of the settings first, the first that fits counts')
    .action(
      run((cli) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { rules } = await client.get<{ rules: (BounceRule & { own: boolean })[] }>('/bounces/rules')
          return cli.table(
            rules,
            [
              { title: 'CLASS', of: (rule) => rule.class },
              { title: 'ACTION', of: ({ action }) => action ?? '' },
              { title: 'FROM', of: ({ own }) => (own ? 'settings' : 'built in') },
              { title: 'NAME', of: ({ name }) => name ?? '' },
              { title: 'WHEN', of: conditionOf, flexible: true },
            ],
            'No rules.',
          )
        }),
      ),
    )
}

function tell(cli: Cli, file: string, query: { readonly dryRun?: boolean; readonly trusted?: boolean }) {
  return withDaemon(cli, {}, async ({ client }) => {
    const { stream } = await openInput(cli, file)
    const report = await client.send<Report>('/bounces', { query, body: stream, type: 'message/rfc822' })
    cli.result(report, () => wordsOf(report).join('\n'))
  })
}

function wordsOf({ kind, by, recipients }: Report): readonly string[] {
  if (kind === 'none') return [`No report (${by}).`]
  return [
    `${kind}, read as ${by}`,
    ...recipients.map(({ addresses, status, smtp, text, class: given, rule, outcome, subscriberId }) => {
      const who = addresses.join(', ') || 'somebody'
      const code = [smtp, status].filter((part) => part !== null).join(' ')
      const verdict = given === null ? '' : ` ${given}${rule === null ? '' : ` (${rule})`}`
      const done =
        outcome === null ? '' : ` -> ${outcome}${subscriberId === null ? '' : `, subscriber ${subscriberId}`}`
      return `${who}:${verdict} ${code} ${text}${done}`.replace(/ +/g, ' ').trim()
    }),
  ]
}

function conditionOf(rule: BounceRule): string {
  const parts = (['status', 'smtp', 'domain', 'pattern', 'text'] as const).flatMap((name) => {
    const value = rule[name]
    if (value === undefined) return []
    const all = Array.isArray(value) ? value : [value]
    return [`${name} ${all.slice(0, 3).join(' | ')}${all.length > 3 ? ` | ${all.length - 3} more` : ''}`]
  })
  return parts.join(', ')
}
