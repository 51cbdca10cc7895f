import { type Command, Option } from 'commander'
import type { RouteView } from '../../../../engine/alerts.ts'
import { type Alert, alertStates, isOpen, type Severity, severities } from '../../../../engine/model/alert.ts'
import type { PostReason } from '../../../../engine/model/note.ts'
import type { PostingCounts } from '../../../../engine/model/notification.ts'
import type { Cli } from '../../cli.ts'
import { pathTo } from '../../daemon/find.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { collect, texts } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { count, duration, plain, time } from '../../terminal/format.ts'
import { formatTable } from '../../terminal/table.ts'
import { positive } from '../subscriber.ts'
import { foundAlert } from './found.ts'

interface ToldView {
  readonly id: number
  readonly reason: PostReason
  readonly title: string
  readonly rooms: readonly string[]
  readonly audience: number
  readonly createdAt: number
  readonly counts: PostingCounts
}

interface ListOptions {
  readonly open?: boolean
  readonly state?: string
  readonly severity?: string
  readonly topic?: string
  readonly limit: string
}

export function register(command: Command, run: Run): void {
  command
    .command('list')
    .alias('ls')
    .description('show alerts, the newest first')
    .option('--open', 'only those that still want somebody')
    .addOption(new Option('--state <state>', 'only these').choices([...alertStates]))
    .addOption(new Option('--severity <severity>', 'only these').choices([...severities]))
    .option('--topic <name>', 'only of this topic')
    .option('--limit <n>', 'at most so many', '100')
    .action(
      run((cli, options: ListOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { open, state, severity, topic } = options
          const limit = positive(options.limit, '--limit')
          let more = false
          async function* first(): AsyncGenerator<Alert> {
            let shown = 0
            const query = { open: open === true ? true : undefined, state, severity, topic }
            for await (const row of client.rows<Alert>('/alerts', {
              ...query,
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
              { title: 'ID', of: ({ id }) => id, align: 'right' },
              { title: 'STATE', of: (row) => row.state },
              { title: 'SEVERITY', of: (row) => row.severity },
              { title: 'TITLE', of: ({ title }) => title, flexible: true },
              { title: 'TOPIC', of: (row) => row.topic },
              { title: 'SINCE', of: ({ startsAt }) => time(startsAt) },
              { title: 'TAKEN BY', of: ({ acknowledged }) => acknowledged?.by ?? null },
            ],
            open === true ? 'Nothing is open.' : 'No alerts yet. Send one: broadsheet alert send "Hello"',
          )
          if (more) cli.remark(`There are more: --limit ${limit * 10}.`)
        }),
      ),
    )

  command
    .command('show')
    .argument('<id>', 'or its key')
    .description('show one alert, and whom it was told to')
    .action(
      run((cli, id: string) =>
        withDaemon(cli, {}, async ({ client }) => {
          const { id: known } = await foundAlert(client, id)
          const found = await client.get<Alert & { notifications: readonly ToldView[] }>(
            pathTo('alerts', known),
          )
          cli.result(found, (view) => [...describe(cli, view), ...told(cli, view.notifications)].join('\n'))
        }),
      ),
    )

  command
    .command('routes')
    .description('show where an alert with these labels would go')
    .option('--label <name=value>', 'repeatable', collect, [])
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet alert routes --label team=db --label severity=critical\n',
    )
    .action(
      run((cli, options: { label: readonly string[] }) =>
        withDaemon(cli, {}, async ({ client }) => {
          const query = new URLSearchParams(
            Object.entries(texts(options.label, '--label')).map(([name, value]): [string, string] => [
              'label',
              `${name}=${value}`,
            ]),
          )
          const { routes } = await client.get<{ routes: readonly RouteView[] }>(
            `/alerts/routes?${query.toString()}`,
          )
          if (cli.options.json) for (const route of routes) cli.result(route, () => '')
          else cli.say(routes.map((route) => routeText(cli, route)).join('\n\n'))
        }),
      ),
    )
}

export const severityStyle = {
  critical: 'redBright',
  error: 'red',
  warning: 'yellow',
  info: 'cyan',
} as const satisfies { readonly [severity in Severity]: string }

function describe(cli: Cli, alert: Alert): string[] {
  const { id, key, state, severity, title, text, topic, labels, links, acknowledged, ends, version } = alert
  const until = isOpen(state)
    ? `${ends === 'expired' ? 'expires' : 'is over'} ${time(alert.endsAt)} unless it is reported again`
    : `${time(alert.endedAt)}, after ${duration(Math.max(0, (alert.endedAt ?? 0) - alert.startsAt))}`
  const facts: readonly (readonly [string, string])[] = [
    ['state', `${state}${acknowledged === null ? '' : `, by ${acknowledged.by} ${time(acknowledged.at)}`}`],
    ['comment', acknowledged?.comment ?? ''],
    ['since', time(alert.startsAt)],
    [isOpen(state) ? 'ends' : 'ended', until],
    ['topic', topic ?? ''],
    [
      'labels',
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ],
    ...links.map(({ title: name, url }) => ['link', name === '' ? url : `${name}: ${url}`] as const),
    ['key', key],
    ['reports', `${count(alert.reports)}, the last ${time(alert.reportedAt)}`],
  ]
  return [
    `${cli.style(severityStyle[severity], severity.toUpperCase())} ${cli.style('bold', plain(title))}`,
    ...(text === '' ? [] : [plain(text)]),
    ...facts
      .filter(([, said]) => said !== '')
      .map(([name, said]) => `  ${cli.style('dim', name.padEnd(8))} ${plain(said)}`),
    cli.style('dim', `  id ${id}, version ${version}`),
  ]
}

function told(cli: Cli, notifications: readonly ToldView[]): string[] {
  if (notifications.length === 0) return ['', 'Nobody was told of it yet.']
  const table = formatTable(
    notifications,
    [
      { title: 'TOLD', of: ({ createdAt }) => time(createdAt) },
      { title: 'NO.', of: ({ id }) => id, align: 'right' },
      { title: 'WHY', of: ({ reason }) => reason },
      { title: 'ROOMS', of: ({ rooms }) => rooms.join(', '), flexible: true },
      { title: 'TO', of: ({ audience }) => audience, align: 'right' },
      { title: 'OUTCOME', of: ({ counts }) => outcome(counts) },
    ],
    { columns: cli.stdout.isTTY ? cli.stdout.columns : null, head: (text) => cli.style('dim', text) },
  )
  return ['', table]
}

/** `12 sent, 1 failed, 2 held`: what there is none of is left out. */
export function outcome(counts: PostingCounts): string {
  const { audience: _sum, queued, handing, ...rest } = counts
  const parts = [...Object.entries(rest), ['on its way', queued + handing] as const]
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${count(value)} ${name}`)
  return parts.length === 0 ? 'nobody' : parts.join(', ')
}

function routeText(cli: Cli, view: RouteView): string {
  const { route, receiver, groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs, rooms, people, lists } =
    view
  const followers =
    lists.length > 0 ? [`members of ${lists.join(', ')} who follow it`] : people ? ['whoever follows it'] : []
  const to = [...rooms, ...followers]
  const facts: readonly (readonly [string, string])[] = [
    ['to', to.length === 0 ? 'nobody' : to.join(', ')],
    [
      'grouped',
      groupBy === null ? 'by all labels' : groupBy.length === 0 ? 'all in one' : `by ${groupBy.join(', ')}`,
    ],
    [
      'timing',
      `${groupWaitMs === 0 ? 'at once' : `after ${duration(groupWaitMs)}`}, changes ${groupIntervalMs === 0 ? 'at once' : `every ${duration(groupIntervalMs)}`}, repeats every ${duration(repeatIntervalMs)}`,
    ],
    ['muted', view.muted ? 'now, by a time interval' : ''],
    ['silenced', view.silencedBy.length === 0 ? '' : `by silence ${view.silencedBy.join(', ')}`],
  ]
  return [
    `${cli.style('bold', plain(receiver))}  ${cli.style('dim', plain(route))}`,
    ...facts
      .filter(([, said]) => said !== '')
      .map(([name, said]) => `  ${cli.style('dim', name.padEnd(8))} ${plain(said)}`),
  ].join('\n')
}
