import { type Command, Option } from 'commander'
import type { Hearing } from '../../../../engine/model/alert.ts'
import { type AlertState, severities } from '../../../../engine/model/alert.ts'
import type { AlertInput } from '../../../../engine/model/alert-input.ts'
import type { Cli } from '../../cli.ts'
import type { DaemonAccess } from '../../daemon/with-daemon.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { collect, texts } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { plain } from '../../terminal/format.ts'
import { parseSpan } from '../../when.ts'

/** What a report came to, as the API answers it. */
interface Heard {
  readonly id: number | null
  readonly key: string
  readonly heard: Hearing
  readonly state: AlertState | null
}

interface SendOptions {
  readonly severity?: (typeof severities)[number]
  readonly topic?: string
  readonly label: readonly string[]
  readonly alertKey?: string
  readonly text?: string
  readonly link: readonly string[]
  readonly ttl?: string
  readonly resolved?: boolean
}

const outcomes: { readonly [hearing in Hearing]: string } = {
  opened: 'is open',
  reopened: 'is open again',
  changed: 'was open, and says something new',
  repeated: 'was open, and is the same',
  resolved: 'is over',
  ignored: 'was not open',
}

export function register(command: Command, run: Run): void {
  command
    .command('send')
    .argument('[title]', 'one line: what happened')
    .description('report an alert; the same key, or the same labels, is the same alert')
    .addOption(new Option('--severity <severity>', 'default: warning').choices([...severities]))
    .option('--topic <name>', 'what it is about: its followers are told')
    .option('--label <name=value>', 'rules and follows choose by these (repeatable)', collect, [])
    .option(
      '--alert-key <key>',
      'what makes two reports one alert (default: topic and labels, else the title)',
    )
    .option('--text <text>', 'more than the line')
    .option('--link <url>', 'where to look; or TITLE=URL (repeatable)', collect, [])
    .option('--ttl <time>', 'it expires when nothing is heard of it for so long, e.g. 1h')
    .option('--resolved', 'it is over')
    .addHelpText(
      'after',
      '\nExamples:\n  $ broadsheet alert send "Press 2 is down" --severity critical --topic production --alert-key press-2\n' +
        '  $ broadsheet alert send --alert-key press-2 --resolved\n',
    )
    .action(
      run((cli, title: string | undefined, options: SendOptions) =>
        withDaemon(cli, {}, async (access) => {
          const { severity, topic, label, alertKey: key, text, link, ttl, resolved } = options
          const input: AlertInput = {
            ...(title === undefined ? {} : { title }),
            ...(severity === undefined ? {} : { severity }),
            ...(topic === undefined ? {} : { topic }),
            ...(key === undefined ? {} : { key }),
            ...(text === undefined ? {} : { text }),
            ...(ttl === undefined ? {} : { ttlMs: parseSpan(ttl, '--ttl') }),
            ...(resolved === true ? { status: 'resolved' } : {}),
            labels: texts(label, '--label'),
            links: link.map(linkOf),
          }
          const { alerts } = await access.client.post<{ alerts: readonly Heard[] }>('/alerts', input)
          const [heard] = alerts
          if (heard === undefined) return
          cli.result(heard, ({ id, key: known, heard: hearing }) =>
            id === null
              ? `No open alert has the key "${plain(known)}".`
              : `Alert ${id} ${outcomes[hearing]}. Its key is "${plain(known)}".`,
          )
          if (heard.heard !== 'ignored') remarkAlone(cli, access)
        }),
      ),
    )
}

/** Only a daemon that works tells anybody. */
export function remarkAlone(cli: Cli, { kind }: DaemonAccess): void {
  if (kind === 'own')
    cli.warn(
      'It is kept, but no daemon runs here that could tell anybody: start one with "broadsheet serve".',
    )
}

function linkOf(text: string): { title: string; url: string } {
  const [, title = '', url = text] = /^([^=]*)=(https?:\/\/.*)$/.exec(text) ?? []
  return { title: title.includes('://') ? '' : title, url: title.includes('://') ? text : url }
}
