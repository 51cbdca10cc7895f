import type { Command } from 'commander'
import type { List } from '../../../engine/model/list.ts'
import { find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'
import { time } from '../terminal/format.ts'

/** Lists and topics: small named things that are made, shown and taken away alike. */
export function register(program: Command, run: Run): void {
  registerNamed(program, run, {
    noun: 'list',
    about: 'lists that people join and leave',
    example: 'broadsheet list add newsletter --title "The weekly newsletter"',
  })
  registerNamed(program, run, {
    noun: 'topic',
    about: 'topics that items carry and people follow',
    example: 'broadsheet topic add security --title Security',
  })
}

function registerNamed(
  program: Command,
  run: Run,
  { noun, about, example }: { noun: 'list' | 'topic'; about: string; example: string },
): void {
  const collection = `${noun}s`
  const command = program.command(noun).description(about)

  command
    .command('list')
    .alias('ls')
    .description(`show all ${collection}`)
    .action(
      run((cli) =>
        withDaemon(cli, {}, ({ client }) =>
          cli.table(
            client.rows<List>(`/${collection}`),
            [
              { title: 'NAME', of: ({ name }) => name },
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
              { title: 'CREATED', of: ({ createdAt }) => time(createdAt) },
            ],
            `No ${collection} yet. Make one: ${example}`,
          ),
        ),
      ),
    )

  command
    .command('add')
    .argument('<name>', 'lower-case letters, digits, "-", "_" or "."')
    .description(`make a ${noun}`)
    .option('--title <title>', 'what people see (default: the name)')
    .option('--description <text>', 'a sentence about it')
    .option('--opt-in <how>', 'lists: "single" puts who signs up on it at once, "double" asks by mail')
    .addHelpText('after', `\nExample:\n  $ ${example}\n`)
    .action(
      run((cli, name: string, options: { title?: string; description?: string; optIn?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { title = name, description = '', optIn } = options
          const made = await client.post<List>(`/${collection}`, {
            name,
            title,
            description,
            ...(optIn === undefined ? {} : { optIn }),
          })
          cli.result(made, () => `Made the ${noun} "${made.name}".`)
        }),
      ),
    )

  command
    .command('show')
    .argument('<name>')
    .description(`show one ${noun}`)
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<List>(client, collection, noun, name)
          cli.result(found, () =>
            [
              `${cli.style('bold', found.name)}  ${found.title}`,
              ...(found.description === '' ? [] : [found.description]),
              cli.style('dim', `id ${found.id}, version ${found.version}, changed ${time(found.updatedAt)}`),
            ].join('\n'),
          )
        }),
      ),
    )

  command
    .command('remove')
    .argument('<name>')
    .description(`remove a ${noun}`)
    .action(
      run((cli, name: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await find<List>(client, collection, noun, name)
          await client.delete(pathTo(collection, found.id))
          cli.result({ removed: found.name }, () => `Removed the ${noun} "${found.name}".`)
        }),
      ),
    )
}
