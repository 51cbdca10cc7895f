import type { Command } from 'commander'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { AudienceCount } from '../../../engine/model/audience.ts'
import type { Segment } from '../../../engine/model/segment.ts'
import type { Client } from '../daemon/client.ts'
import { find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { count, time } from '../terminal/format.ts'

interface Checked {
  readonly ok: boolean
  readonly rule: string | null
  readonly problems: readonly { readonly shown: string }[]
}

const example =
  'broadsheet segment add german-security --rule \'attr.country in ("DE", "AT") and topic:security >= 0.5\''

export function register(program: Command, run: Run): void {
  const command = program.command('segment').description('saved rules over subscribers')

  command
    .command('list')
    .alias('ls')
    .description('show all segments')
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<Segment>('/segments'),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'RULE', of: ({ rule }) => rule, flexible: true },
              { title: 'CHANGED', of: ({ updatedAt }) => time(updatedAt) },
            ],
            `No segments yet. Make one: ${example}`,
          ),
        ),
      ),
    )

  command
    .command('add')
    .argument('<name>', 'lower-case letters, digits, "-", "_" or "."')
    .description('make a segment')
    .requiredOption('--rule <rule>', 'who fits it')
    .option('--title <title>', 'what people see (default: the name)')
    .option('--description <text>', 'a sentence about it')
    .addHelpText('after', `\nExample:\n  $ ${example}\n`)
    .action(
      run((cli, name: string, options: { rule: string; title?: string; description?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { rule, title = name, description = '' } = options
          await mustBeRight(client, rule)
          const made = await client.post<Segment>('/segments', { name, title, description, rule })
          cli.result(made, () => `Made the segment "${made.name}": ${made.rule}`)
        }),
      ),
    )

  command
    .command('show')
    .argument('<name>')
    .description('show one segment')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<Segment>(client, 'segments', 'segment', name)
          cli.result(found, () =>
            [
              `${cli.style('bold', found.name)}  ${found.title}`,
              ...(found.description === '' ? [] : [found.description]),
              found.rule,
              cli.style('dim', `id ${found.id}, version ${found.version}, changed ${time(found.updatedAt)}`),
            ].join('\n'),
          )
        }),
      ),
    )

  command
    .command('count')
    .argument('[name]')
    .description('how many active subscribers fit a segment, or a rule')
    .option('--rule <rule>', 'instead of a name')
    .option('--budget <ms>', 'estimate what cannot be counted in this time', '100')
    .action(
      run((cli, name: string | undefined, options: { rule?: string; budget: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          if ((name === undefined) === (options.rule === undefined))
            throw new BroadsheetError('E_INPUT', 'Say the name of a segment, or --rule RULE.')
          const query = `?budgetMs=${encodeURIComponent(options.budget)}`
          const found =
            options.rule === undefined
              ? await client.get<AudienceCount>(await countPath(client, name!, query))
              : await client.post<AudienceCount>(`/segments/count${query}`, {
                  rule: await mustBeRight(client, options.rule),
                })
          cli.result(found, () =>
            found.exact
              ? count(found.count)
              : `about ${count(found.count)} (± ${count(found.margin)}, estimated)`,
          )
        }),
      ),
    )

  command
    .command('check')
    .argument('<rule>')
    .description('say what is wrong with a rule and where, or how it is understood')
    .action(
      run((cli, rule: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const checked = await client.post<Checked>('/segments/check', { rule })
          if (!checked.ok) cli.exit('partial')
          cli.result(checked, () => checked.rule ?? checked.problems.map(({ shown }) => shown).join('\n'))
        }),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description('remove a segment')
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<Segment>(client, 'segments', 'segment', name)
          await client.delete(pathTo('segments', found.id))
          cli.result({ removed: found.name }, () => `Removed the segment "${found.name}".`)
        }),
      ),
    )
}

const countPath = async (client: Client, name: string, query: string): Promise<string> =>
  `${pathTo('segments', (await find<Segment>(client, 'segments', 'segment', name)).id, '/count')}${query}`

/** Refuses a wrong rule with its place under a caret. */
async function mustBeRight(client: Client, rule: string): Promise<string> {
  const { ok, problems } = await client.post<Checked>('/segments/check', { rule })
  if (ok) return rule
  throw new BroadsheetError('E_INPUT', problems.map(({ shown }) => shown).join('\n'))
}
