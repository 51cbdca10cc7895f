import { type Command, Option } from 'commander'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { severities } from '../../../../engine/model/alert.ts'
import type { Follow, FollowPreferences } from '../../../../engine/model/follow.ts'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { collect, words } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { byAddress, positive } from '../subscriber.ts'
import { matchersText, readMatchers } from './matchers.ts'

interface AddOptions {
  readonly channel: string
  readonly contact?: string
  readonly topic: readonly string[]
  readonly severity?: string
  readonly where: readonly string[]
}
interface WhenOptions {
  readonly quiet?: string
  readonly digest?: string
  readonly maxPerHour?: string
  readonly critical?: boolean
  readonly always?: boolean
}

export function register(program: Command, run: Run): void {
  const command = program.command('follow').description('which alerts people want to hear of, where and when')

  command
    .command('add')
    .argument('<address>', 'of the subscriber')
    .description('let somebody hear of alerts')
    .requiredOption('--channel <name>', 'the way they come')
    .option('--contact <text>', "where the channel reaches them (default: the subscriber's address)")
    .option('--topic <name>', 'only of these topics (repeatable)', collect, [])
    .addOption(new Option('--severity <severity>', 'only these and worse').choices([...severities]))
    .option('--where <matcher>', 'only with such labels, e.g. team="db" (repeatable)', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet follow add ada@example.org --channel smtp --topic production --severity error\n',
    )
    .action(
      run((cli, address: string, options: AddOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const person = await byAddress(client, address)
          const made = await client.post<Follow>(pathTo('subscribers', person.id, '/follows'), {
            channel: options.channel,
            topics: words(options.topic),
            filter: await readMatchers(options.where),
            ...(options.contact === undefined ? {} : { contact: options.contact }),
            ...(options.severity === undefined ? {} : { minSeverity: options.severity }),
          })
          cli.result(
            made,
            () => `${person.address} follows ${aboutOf(made)} by ${made.channel} (follow ${made.id}).`,
          )
        }),
      ),
    )

  command
    .command('list')
    .alias('ls')
    .argument('<address>')
    .description('show what somebody follows')
    .action(
      run((cli, address: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id } = await byAddress(client, address)
          await cli.table(
            client.rows<Follow>(pathTo('subscribers', id, '/follows')),
            [
              { title: 'ID', of: (row) => row.id, align: 'right' },
              { title: 'CHANNEL', of: ({ channel }) => channel },
              { title: 'CONTACT', of: ({ contact }) => contact ?? address },
              { title: 'TOPICS', of: ({ topics }) => (topics.length === 0 ? 'all' : topics.join(', ')) },
              { title: 'FROM', of: ({ minSeverity }) => minSeverity },
              { title: 'WHERE', of: ({ filter }) => matchersText(filter), flexible: true },
            ],
            `${address} follows nothing. Change that: broadsheet follow add ${address} --channel NAME`,
          )
        }),
      ),
    )

  command
    .command('remove')
    .argument('<address>')
    .argument('<id>')
    .description('let somebody hear no more of it')
    .action(
      run((cli, address: string, id: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const person = await byAddress(client, address)
          await client.delete(pathTo('subscribers', person.id, `/follows/${encodeURIComponent(id)}`))
          cli.result({ removed: Number(id) }, () => `${person.address} no longer has the follow ${id}.`)
        }),
      ),
    )

  command
    .command('when')
    .argument('<address>')
    .description('show or say when somebody wants to be told')
    .option('--quiet <from-until>', 'nothing in these hours, e.g. 22:00-07:00, or "never"')
    .option('--digest <time>', 'one message a day at this time, or "never"')
    .option('--max-per-hour <n>', 'more than these wait for one message, or "any"')
    .option('--critical', 'critical alerts come at once all the same')
    .option('--no-critical', 'critical alerts wait like others')
    .option('--always', 'everything at once again')
    .action(
      run((cli, address: string, options: WhenOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const person = await byAddress(client, address)
          const path = pathTo('subscribers', person.id, '/follow-preferences')
          const present = await client.get<FollowPreferences>(path)
          const wanted = changed(present, options)
          const said = JSON.stringify(wanted) !== JSON.stringify(present)
          // One document, and nobody else's: there is no version to name.
          if (said) await client.put<FollowPreferences>(path, null, wanted)
          cli.result(wanted, (now) => `${person.address} is told ${spoken(now)}.`)
        }),
      ),
    )
}

function changed(present: FollowPreferences, options: WhenOptions): FollowPreferences {
  const { quiet, digest, maxPerHour, critical, always } = options
  if (always === true) return { quiet: null, digestAt: null, maxPerHour: null, criticalAnyway: true }
  return {
    quiet: quiet === undefined ? present.quiet : quiet === 'never' ? null : hours(quiet),
    digestAt: digest === undefined ? present.digestAt : digest === 'never' ? null : digest,
    maxPerHour:
      maxPerHour === undefined
        ? present.maxPerHour
        : maxPerHour === 'any'
          ? null
          : positive(maxPerHour, '--max-per-hour'),
    criticalAnyway: critical ?? present.criticalAnyway,
  }
}

function hours(text: string): { from: string; until: string } {
  const [, from, until] = /^(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$/.exec(text.trim()) ?? []
  if (from === undefined || until === undefined)
    throw new BroadsheetError('E_INPUT', `--quiet "${text}" must be two times, such as 22:00-07:00.`)
  return { from, until }
}

function spoken({ quiet, digestAt, maxPerHour, criticalAnyway }: FollowPreferences): string {
  const limits = [
    ...(digestAt === null ? [] : [`once a day at ${digestAt}`]),
    ...(quiet === null ? [] : [`not between ${quiet.from} and ${quiet.until}`]),
    ...(maxPerHour === null ? [] : [`at most ${maxPerHour} times an hour`]),
  ]
  if (limits.length === 0) return 'at once'
  return `${limits.join(', ')}${criticalAnyway ? '; of critical alerts at once' : '; of critical alerts, too'}`
}

const aboutOf = ({ topics, minSeverity, filter }: Follow): string =>
  [
    topics.length === 0 ? 'all topics' : topics.join(', '),
    ...(minSeverity === 'info' ? [] : [`from ${minSeverity} up`]),
    ...(filter.length === 0 ? [] : [`where ${matchersText(filter)}`]),
  ].join(' ')
