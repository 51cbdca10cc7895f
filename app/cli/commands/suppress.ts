import { type Command, Option } from 'commander'
import { type Suppression, suppressionReasons } from '../../../engine/ports/subscribers.ts'
import { pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { type ImportFileOptions, importFile, importOptions } from '../files/import.ts'
import type { Run } from '../program.ts'
import { count, many, time } from '../terminal/format.ts'

export function register(program: Command, run: Run): void {
  const command = program
    .command('suppress')
    .description('addresses that are never mailed, subscribers or not')

  command
    .command('add')
    .argument('<address...>')
    .description('never mail these addresses')
    .addOption(new Option('--reason <reason>', 'why').choices([...suppressionReasons]).default('manual'))
    .option('--detail <text>', 'a note')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet suppress add rude@example.org --detail "asked by phone"\n',
    )
    .action(
      run((cli, addresses: readonly string[], options: { reason: string; detail?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { reason, detail = null } = options
          const entries = addresses.map((address) => ({ address, reason, detail }))
          const { added } = await client.post<{ added: number }>('/suppressions', entries)
          const before = addresses.length - added
          cli.result({ added, before }, () => {
            const known =
              before === 0
                ? ''
                : ` (${count(before)} of them ${before === 1 ? 'was' : 'were'} suppressed before)`
            return `${many(addresses.length, 'address', 'addresses')} will not be mailed${known}.`
          })
        }),
      ),
    )

  importOptions(command.command('import').argument('<file>', '"-" is standard input'))
    .description('never mail the addresses and domains of a file')
    .addHelpText(
      'after',
      '\nAn address or a domain a line, or a table with the columns address, reason and detail. "broadsheet export suppressions"\nwrites such a file.\n\nExample:\n  $ broadsheet suppress import complaints.csv\n',
    )
    .action(
      run((cli, file: string, options: ImportFileOptions) =>
        importFile(cli, { kind: 'suppressions', file, options }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .description('show them')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<Suppression>('/suppressions'),
            [
              { title: 'ADDRESS', of: ({ address }) => address },
              { title: 'REASON', of: ({ reason }) => reason },
              { title: 'SINCE', of: ({ createdAt }) => time(createdAt) },
              { title: 'DETAIL', of: ({ detail }) => detail, flexible: true },
            ],
            'No address is suppressed.',
          ),
        ),
      ),
    )

  command
    .command('remove')
    .argument('<address>')
    .description('allow mail to an address again')
    .action(
      run((cli, address: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          await client.delete(pathTo('suppressions', address))
          cli.result({ removed: address }, () => `${address} may be mailed again.`)
        }),
      ),
    )
}
