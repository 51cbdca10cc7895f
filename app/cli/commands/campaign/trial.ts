import type { Command } from 'commander'
import type { LetterPreview, TestOutcome } from '../../../../engine/engine.ts'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import type { Run } from '../../program.ts'
import { plain } from '../../terminal/format.ts'
import { type PreviewOptions, previewOptions, showPreview } from '../../terminal/preview.ts'
import { warnOfProblems } from '../template.ts'
import { found } from './found.ts'
import { runPreflight } from './preflight.ts'

export function register(command: Command, run: Run): void {
  command
    .command('preflight')
    .argument('<name>')
    .description('make every letter and send none: whose would fail, and would large providers take them?')
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
}
