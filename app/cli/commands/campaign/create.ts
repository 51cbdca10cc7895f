import type { Command } from 'commander'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import { withDaemon } from '../../daemon/with-daemon.ts'
import { collect, readTable, words } from '../../files/input.ts'
import type { Run } from '../../program.ts'
import { campaignSettings, fieldFlag } from './settings.ts'

export function register(command: Command, run: Run): void {
  command
    .command('create')
    .argument('[file]', 'YAML or JSON; "-" is standard input')
    .description('make a draft, from a file, from flags, or both (flags win)')
    .option('--name <name>', 'what it is called, e.g. weekly')
    .option('--title <title>', 'default: the name')
    .option('--template <name>', 'its letters are made from')
    .option('--subject <text>', "instead of the template's")
    .option('--from <address>', '"Ada <ada@example.org>" or the address alone')
    .option('--reply-to <address>', 'where answers go')
    .option('--list <name>', 'who gets it (repeatable)', collect, [])
    .option('--without <list>', 'leave out the members of a list (repeatable)', collect, [])
    .option('--segment <name>', 'who fits a segment gets it, too (repeatable)', collect, [])
    .option('--without-segment <name>', 'leave out who fits a segment (repeatable)', collect, [])
    .option('--sent <campaign>', 'who was sent an earlier campaign gets it, too (repeatable)', collect, [])
    .option('--not-sent <campaign>', 'leave out who was sent an earlier campaign (repeatable)', collect, [])
    .option('--where <rule>', 'only those whom this rule fits, e.g. \'attr.country = "DE"\'')
    .option('--channel <name>', 'the way its letters go')
    .option('--field <setting=value>', 'any other setting, e.g. selection.count=6 (repeatable)', collect, [])
    .addHelpText(
      'after',
      `
Examples:
  $ broadsheet campaign create weekly.yaml
  $ broadsheet campaign create --name weekly --template weekly --list newsletter \\
      --from "The Harbour Post <post@example.org>" --field selection.count=6
`,
    )
    .action(
      run((cli, file: string | undefined, options: CreateOptions) =>
        withDaemon(cli, {}, async ({ client }) => {
          const settings = campaignSettings(
            file === undefined ? {} : await readTable(cli, file),
            flagsOf(options),
          )
          if (settings.title === undefined && settings.name !== undefined) settings.title = settings.name
          const made = await client.post<Campaign>('/campaigns', settings)
          cli.result(made, () => `${cli.style('green', '✓')} ${made.name} is a draft.`)
          cli.remark(
            `Look at a letter: broadsheet campaign preview ${made.name} ADDRESS\nThen:             broadsheet campaign start ${made.name}`,
          )
        }),
      ),
    )
}

interface CreateOptions {
  readonly name?: string
  readonly title?: string
  readonly template?: string
  readonly subject?: string
  readonly from?: string
  readonly replyTo?: string
  readonly list: readonly string[]
  readonly without: readonly string[]
  readonly segment: readonly string[]
  readonly withoutSegment: readonly string[]
  readonly sent: readonly string[]
  readonly notSent: readonly string[]
  readonly where?: string
  readonly channel?: string
  readonly field: readonly string[]
}

function flagsOf(options: CreateOptions): { path: string; value: unknown }[] {
  const flags: { path: string; value: unknown }[] = []
  const add = (path: string, value: unknown) => {
    if (value !== undefined) flags.push({ path, value })
  }
  add('name', options.name)
  add('title', options.title)
  add('template', options.template)
  add('subject', options.subject)
  if (options.from !== undefined) {
    const named = /^\s*"?([^"<]*?)"?\s*<([^>]*)>\s*$/.exec(options.from)
    add('sender.address', named?.[2] ?? options.from)
    add('sender.name', named?.[1])
  }
  add('sender.replyTo', options.replyTo)
  if (options.list.length > 0) add('lists', words(options.list))
  if (options.without.length > 0) add('excludeLists', words(options.without))
  if (options.segment.length > 0) add('segments', words(options.segment))
  if (options.withoutSegment.length > 0) add('excludeSegments', words(options.withoutSegment))
  if (options.sent.length > 0) add('campaigns', words(options.sent))
  if (options.notSent.length > 0) add('excludeCampaigns', words(options.notSent))
  add('where', options.where)
  add('channel', options.channel)
  return [...flags, ...options.field.map(fieldFlag)]
}
