import { type Command, Option } from 'commander'
import { type AuditEntry, callerKinds } from '../../../engine/model/audit.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { plain, time } from '../terminal/format.ts'
import { parseWhen } from '../when.ts'
import { positive } from './subscriber.ts'

interface AuditOptions {
  readonly action?: string
  readonly subject?: string
  readonly caller?: string
  readonly from?: string
  readonly until?: string
  readonly limit: string
  readonly csv?: true
}

export function register(program: Command, run: Run): void {
  program
    .command('audit')
    .description('who changed what, newest first')
    .option(
      '--action <action>',
      'only these, such as "campaign.start"; "campaign" is all that is done to campaigns',
    )
    .option('--subject <subject>', 'only what was done to this, such as "campaign/12"')
    .addOption(
      new Option(
        '--caller <caller>',
        `only by these: ${callerKinds.join(', ')}, or one of them such as "user/3"`,
      ),
    )
    .option('--from <time>', 'from then on, such as 2026-11-24T08:00')
    .option('--until <time>', 'before that time')
    .option('--limit <n>', 'at most so many', '100')
    .option('--csv', 'all of them, as a table for spreadsheets')
    .addHelpText('after', '\nExample:\n  $ broadsheet audit --action access --csv > sign-ins.csv\n')
    .action(
      run((cli, { from, until, limit: text, csv, ...filters }: AuditOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const now = Date.now()
          const query = {
            ...filters,
            from: from === undefined ? undefined : parseWhen(from, now),
            until: until === undefined ? undefined : parseWhen(until, now),
          }
          if (csv === true) {
            for await (const part of await client.download('/audit', query, 'text/csv'))
              cli.stdout.write(part)
            return
          }
          const limit = positive(text, '--limit')
          async function* first(): AsyncGenerator<AuditEntry> {
            let shown = 0
            for await (const row of client.rows<AuditEntry>('/audit', {
              ...query,
              limit: Math.min(limit, 500),
            })) {
              yield row
              if (++shown === limit) return
            }
          }
          await cli.table(
            first(),
            [
              { title: 'AT', of: ({ at }) => time(at) },
              { title: 'WHO', of: ({ caller: { kind, name } }) => (name === '' ? kind : plain(name)) },
              { title: 'ACTION', of: ({ action }) => action },
              {
                title: 'SUBJECT',
                of: ({ subject }) => (subject === null ? null : plain(subject)),
                flexible: true,
              },
              { title: 'OUTCOME', of: ({ outcome }) => outcome },
              { title: 'FROM', of: ({ address }) => address },
            ],
            'Nothing yet.',
          )
        }),
      ),
    )
}
