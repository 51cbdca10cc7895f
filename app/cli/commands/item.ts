import type { Command } from 'commander'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Item } from '../../../engine/model/item.ts'
import { pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { collect, words } from '../files/input.ts'
import type { Run } from '../program.ts'
import { plain, time } from '../terminal/format.ts'
import { positive } from './subscriber.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('item').description('pieces of content that letters are made of')

  command
    .command('list')
    .alias('ls')
    .description('show items')
    .option('--topic <topic>', 'only those that carry it')
    .option('--limit <n>', 'at most so many', '100')
    .action(
      run((cli, options: { topic?: string; limit: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const limit = positive(options.limit, '--limit')
          async function* first(): AsyncGenerator<Item> {
            let shown = 0
            for await (const row of client.rows<Item>('/items', {
              topic: options.topic,
              limit: Math.min(limit, 500),
            })) {
              yield row
              if (++shown === limit) return
            }
          }
          await cli.table(
            first(),
            [
              { title: 'ID', of: ({ id }) => id, align: 'right' },
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
              { title: 'TOPICS', of: ({ topics }) => topics.join(', ') },
              { title: 'PUBLISHED', of: ({ publishedAt }) => time(publishedAt) },
            ],
            'No items yet. Add some: broadsheet import items FILE',
          )
        }),
      ),
    )

  command
    .command('add')
    .argument('<title>')
    .argument('<link>', 'its web address')
    .description('add an item, or change the one with that link')
    .option('--id <text>', "the source's own id (default: the link)")
    .option('--summary <text>', 'a few sentences')
    .option('--topic <topic>', 'a topic it carries (repeatable)', collect, [])
    .option('--image <url>', 'where its picture is')
    .option('--author <name>', 'who wrote it')
    .option('--language <tag>', 'e.g. de or pt-BR')
    .option('--popularity <share>', '0 to 1')
    .option('--published <time>', 'ISO 8601 (default: now)')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet item add "Ports open" https://example.org/ports --topic harbour\n',
    )
    .action(
      run((cli, title: string, url: string, options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const published = options.published === undefined ? null : Date.parse(options.published)
          if (published !== null && Number.isNaN(published))
            throw new BroadsheetError(
              'E_INPUT',
              `--published "${options.published}" is not a time, e.g. 2026-05-01T08:00:00Z.`,
            )
          const { results } = await client.post<Saved>('/items', {
            title,
            url,
            topics: words(options.topic),
            ...(options.id === undefined ? {} : { key: options.id }),
            ...(options.summary === undefined ? {} : { summary: options.summary }),
            ...(options.image === undefined ? {} : { imageUrl: options.image }),
            ...(options.author === undefined ? {} : { author: options.author }),
            ...(options.language === undefined ? {} : { language: options.language }),
            ...(options.popularity === undefined ? {} : { popularity: Number(options.popularity) }),
            ...(published === null ? {} : { publishedAt: published }),
          })
          for (const { id, outcome } of results)
            cli.result({ id, outcome, title }, () => `Item ${id} ${outcome}: ${plain(title)}`)
        }),
      ),
    )

  command
    .command('show')
    .argument('<id>')
    .description('show one item')
    .action(
      run((cli, id: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const item = await client.get<Item>(pathTo('items', id))
          cli.result(item, () =>
            [
              cli.style('bold', plain(item.title)),
              plain(item.url),
              ...(item.summary === '' ? [] : ['', plain(item.summary)]),
              '',
              cli.style(
                'dim',
                `topics ${item.topics.join(', ') || 'none'}; popularity ${item.popularity}; published ${time(item.publishedAt)}`,
              ),
            ].join('\n'),
          )
        }),
      ),
    )

  command
    .command('remove')
    .argument('<id>')
    .description('remove an item; letters that are out keep it')
    .action(
      run((cli, id: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          await client.delete(pathTo('items', id))
          cli.result({ removed: Number(id) }, () => `Removed item ${id}.`)
        }),
      ),
    )
}

interface Saved {
  readonly results: readonly { readonly id: number; readonly outcome: string }[]
}

interface AddOptions {
  readonly id?: string
  readonly summary?: string
  readonly topic: readonly string[]
  readonly image?: string
  readonly author?: string
  readonly language?: string
  readonly popularity?: string
  readonly published?: string
}
