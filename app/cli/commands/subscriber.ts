import type { Command } from 'commander'
import { BroadsheetError } from '../../../engine/errors.ts'
import { parseAddress } from '../../../engine/model/address.ts'
import type { Consent } from '../../../engine/model/consent.ts'
import type { Membership } from '../../../engine/model/list.ts'
import { type Subscriber, subscriberStatuses } from '../../../engine/model/subscriber.ts'
import { didYouMean } from '../../config/nearest.ts'
import type { Cli } from '../cli.ts'
import type { Client } from '../daemon/client.ts'
import { find, pathTo } from '../daemon/find.ts'
import { withDaemon } from '../daemon/with-daemon.ts'
import { collect, pairs, words } from '../files/input.ts'
import type { Run } from '../program.ts'
import { plain, time } from '../terminal/format.ts'
import { parseWhen } from '../when.ts'

interface MembershipView {
  /** Null when the list was removed. */
  readonly list: string | null
  readonly membership: Membership
  readonly at: number
}

export function register(program: Command, run: Run): void {
  const command = program.command('subscriber').description('people who receive')

  command
    .command('list')
    .alias('ls')
    .description('show subscribers')
    .option('--list <name>', 'only members of this list')
    .option('--segment <name>', 'only those who fit this segment')
    .option('--status <status>', `only those who are ${subscriberStatuses.join(', ')}`)
    .option('--search <text>', 'part of the address or name')
    .option('--limit <n>', 'at most so many', '100')
    .action(
      run(
        (
          cli,
          options: { list?: string; segment?: string; status?: string; search?: string; limit: string },
        ) =>
          withDaemon(cli, {}, async ({ client }) => {
            if (options.status !== undefined) checkStatus(options.status)
            if (options.list !== undefined) await find(client, 'lists', 'list', options.list)
            if (options.segment !== undefined) await find(client, 'segments', 'segment', options.segment)
            const limit = positive(options.limit, '--limit')
            const { list, segment, status, search } = options
            let more = false
            async function* first(): AsyncGenerator<Subscriber> {
              let shown = 0
              for await (const row of client.rows<Subscriber>('/subscribers', {
                list,
                segment,
                status,
                search,
                limit: Math.min(limit + 1, 500),
              })) {
                if (shown++ === limit) {
                  more = true
                  return
                }
                yield row
              }
            }
            await cli.table(
              first(),
              [
                { title: 'ADDRESS', of: ({ address }) => address },
                { title: 'NAME', of: ({ name }) => name, flexible: true },
                { title: 'STATUS', of: (row) => row.status },
                { title: 'LANG', of: ({ language }) => language },
                { title: 'TOPICS', of: ({ topics }) => topTopics(topics) },
                { title: 'SINCE', of: ({ createdAt }) => time(createdAt) },
              ],
              'No subscribers found.',
            )
            if (more) cli.remark(`There are more: --limit ${limit * 10}, or "broadsheet export subscribers".`)
          }),
      ),
    )

  command
    .command('show')
    .argument('<address>')
    .description('show one, with lists and interests')
    .action(
      run((cli, address: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const found = await byAddress(client, address)
          const { data: memberships } = await client.get<{ data: readonly MembershipView[] }>(
            pathTo('subscribers', found.id, '/memberships'),
          )
          cli.result({ ...found, memberships }, (view) => describe(cli, view))
        }),
      ),
    )

  command
    .command('add')
    .argument('<address>')
    .description('add someone, or change what is known; nobody who left comes back')
    .option('--name <name>', 'what they are called')
    .option('--language <tag>', 'e.g. de or pt-BR')
    .option('--time-zone <zone>', 'e.g. Europe/Berlin')
    .option('--list <name>', 'join a list (repeatable)', collect, [])
    .option('--topic <topic=weight>', 'an interest, 0 to 1 (repeatable)', collect, [])
    .option('--attribute <key=value>', 'anything else that templates use (repeatable)', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet subscriber add ada@example.org --name "Ada L." --list newsletter --topic security=0.9\n',
    )
    .action(
      run((cli, address: string, options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const lists = words(options.list)
          for (const list of lists) await find(client, 'lists', 'list', list)
          const saved = await client.post<Subscriber>('/subscribers', {
            address,
            ...(options.name === undefined ? {} : { name: options.name }),
            ...(options.language === undefined ? {} : { language: options.language }),
            ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
            ...(options.topic.length === 0 ? {} : { topics: weights(options.topic) }),
            ...(options.attribute.length === 0
              ? {}
              : { attributes: pairs(options.attribute, '--attribute') }),
            ...(lists.length === 0 ? {} : { lists }),
          })
          cli.result(saved, () => `Saved ${saved.address} (${saved.status}).`)
          if (saved.status !== 'active')
            cli.warn(
              `${saved.address} is ${saved.status} and gets no letters. Only they themselves can come back.`,
            )
        }),
      ),
    )

  command
    .command('leave')
    .argument('<address>')
    .description('take someone off lists, or off everything, at their own wish')
    .option('--list <name>', 'only this list (repeatable)', collect, [])
    .action(
      run((cli, address: string, options: { list: readonly string[] }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          const lists = words(options.list)
          for (const list of lists) await find(client, 'lists', 'list', list)
          const what = lists.length === 0 ? { all: true } : { lists }
          const { changed } = await client.post<{ changed: boolean }>(
            pathTo('subscribers', id, '/leave'),
            what,
          )
          const where = lists.length === 0 ? 'everything' : lists.join(', ')
          cli.result({ address, changed }, () =>
            changed ? `${address} left ${where}.` : `${address} had left ${where} before.`,
          )
        }),
      ),
    )

  command
    .command('consents')
    .argument('<address>')
    .description('show every way in and out, with its proof')
    .action(
      run((cli, address: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          await cli.table(
            client.rows<Consent>(pathTo('subscribers', id, '/consents')),
            [
              { title: 'AT', of: ({ at }) => time(at) },
              { title: 'WHAT', of: ({ kind }) => kind },
              { title: 'FROM', of: ({ from }) => from },
              { title: 'TO', of: ({ to }) => to },
              { title: 'BY', of: ({ source }) => source },
              { title: 'ORIGIN', of: ({ origin }) => origin },
              { title: 'WORDS', of: ({ words }) => words, flexible: true },
            ],
            'No consent events.',
          )
        }),
      ),
    )

  command
    .command('data')
    .argument('<address>')
    .description('print all that is known of one person, as JSON')
    .action(
      run((cli, address: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          const data = await client.get<object>(pathTo('subscribers', id, '/data'))
          cli.result(data, () => JSON.stringify(data, null, 2))
        }),
      ),
    )

  command
    .command('pause')
    .argument('<address>')
    .description('send nothing for a while')
    .option('--until <time>', 'when it goes on, e.g. 2027-01-31T08:00 or +14d (default: when told)')
    .option('--words <text>', 'why; kept with the consent event')
    .action(
      run((cli, address: string, options: { until?: string; words?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          const until = options.until === undefined ? null : parseWhen(options.until, Date.now())
          const saved = await client.post<Subscriber>(pathTo('subscribers', id, '/pause'), {
            until,
            ...(options.words === undefined ? {} : { words: options.words }),
          })
          cli.result(
            saved,
            () =>
              `${saved.address} gets nothing ${until === null ? 'until resumed' : `until ${time(until)}`}.`,
          )
        }),
      ),
    )

  command
    .command('resume')
    .argument('<address>')
    .description('end a pause')
    .option('--words <text>', 'why; kept with the consent event')
    .action(
      run((cli, address: string, options: { words?: string }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          const body = options.words === undefined ? {} : { words: options.words }
          const saved = await client.post<Subscriber>(pathTo('subscribers', id, '/resume'), body)
          cli.result(saved, () => `${saved.address} is ${saved.status}.`)
        }),
      ),
    )

  command
    .command('erase')
    .argument('<address>')
    .description('remove all that is known of one person, for good')
    .option('--yes', 'do it: there is no way back')
    .action(
      run((cli, address: string, options: { yes?: boolean }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          if (options.yes !== true)
            throw new BroadsheetError(
              'E_INPUT',
              `Erasing ${address} cannot be undone. Say --yes to do it; "broadsheet subscriber data ${address}" shows what is known.`,
            )
          const { erased } = await client.post<{ erased: boolean }>(pathTo('subscribers', id, '/erase'))
          cli.result({ id, erased }, () => `Subscriber ${id} is erased.`)
        }),
      ),
    )
}

interface AddOptions {
  readonly name?: string
  readonly language?: string
  readonly timeZone?: string
  readonly list: readonly string[]
  readonly topic: readonly string[]
  readonly attribute: readonly string[]
}

/** The subscriber of that address. One that nobody has is answered with those alike. */
export async function byAddress(client: Client, address: string): Promise<Subscriber> {
  const parsed = parseAddress(address)
  if ('error' in parsed) throw new BroadsheetError('E_ADDRESS', `"${address}" ${parsed.error}.`)
  try {
    return await client.get<Subscriber>('/subscribers/by-address', { address: parsed.ok })
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.code !== 'E_NOT_FOUND') throw error
    const local = parsed.ok.slice(0, parsed.ok.lastIndexOf('@'))
    const alike: string[] = []
    for await (const row of client.rows<Subscriber>('/subscribers', {
      search: local.slice(0, 4),
      limit: 100,
    })) {
      alike.push(row.address)
      if (alike.length === 100) break
    }
    throw new BroadsheetError('E_NOT_FOUND', `No subscriber ${parsed.ok}.${didYouMean(parsed.ok, alike)}`)
  }
}

function checkStatus(status: string): void {
  if ((subscriberStatuses as readonly string[]).includes(status)) return
  throw new BroadsheetError(
    'E_INPUT',
    `"${status}" is no status.${didYouMean(status, subscriberStatuses)} There are: ${subscriberStatuses.join(', ')}.`,
  )
}

export function positive(text: string, option: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new BroadsheetError('E_INPUT', `${option} "${text}" must be a whole number above 0.`)
}

function weights(list: readonly string[]): Record<string, number> {
  const full = list.map((entry) => (entry.includes('=') ? entry : `${entry}=1`))
  return pairs(full, '--topic') as Record<string, number>
}

const topTopics = (topics: Subscriber['topics']): string =>
  Object.entries(topics)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([slug, weight]) => `${slug} ${weight}`)
    .join(', ')

function describe(cli: Cli, view: Subscriber & { readonly memberships: readonly MembershipView[] }): string {
  const { memberships } = view
  const facts: (readonly [string, string])[] = [
    ['status', view.status],
    ['language', view.language ?? ''],
    ['time zone', view.timeZone ?? ''],
    ['topics', topTopics(view.topics)],
    ...memberships.map(
      ({ list, membership, at }) => ['list', `${list ?? '(removed)'} (${membership}, ${time(at)})`] as const,
    ),
    ...Object.entries(view.attributes).map(([key, value]) => [key, JSON.stringify(value)] as const),
    ['since', time(view.createdAt)],
    ['changed', time(view.updatedAt)],
  ]
  return [
    cli.style('bold', plain([view.address, view.name ?? ''].join('  ').trim())),
    ...facts
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `  ${cli.style('dim', name.padEnd(10))} ${plain(text)}`),
  ].join('\n')
}
