import { existsSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { BroadsheetError } from '../../../engine/errors.ts'
import { ensureSecrets, secretsFile } from '../../config/secrets.ts'
import type { Cli } from '../cli.ts'
import { configOf, withDaemon } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import { settingsTemplate } from '../files/settings-template.ts'
import type { Run } from '../program.ts'
import { addSample, sampleCampaign } from '../sample.ts'
import { time } from '../terminal/format.ts'
import type { ListedKey, MadeKey } from './key.ts'
import type { Invitation } from './user.ts'

const firstKey = 'admin'

/** Somebody is an owner already, where keys were all removed. */
const ignoreSecondOwner = (error: unknown): null => {
  if (error instanceof BroadsheetError && error.code === 'E_STATE') return null
  throw error
}

export function register(program: Command, run: Run): void {
  program
    .command('init')
    .description(
      'make broadsheet.yaml, the data folder, secrets, a first API key and a token for the first owner',
    )
    .option('--sample', 'and a list, some items, a template and a draft to try it out')
    .addHelpText(
      'after',
      '\nWhat is there already stays as it is.\n\nExample:\n  $ broadsheet init --sample\n',
    )
    .action(run((cli, options: { sample?: boolean }) => init(cli, options.sample === true)))
}

async function init(cli: Cli, sample: boolean): Promise<void> {
  if (cli.options.url !== undefined)
    throw new CliError('usage', 'init works on this machine: leave --url out.')
  const file = resolve(cli.cwd, cli.options.config ?? 'broadsheet.yaml')
  const short = (path: string) => {
    const here = relative(cli.cwd, path)
    return here.startsWith('..') ? path : here
  }
  const done = (path: string, made: boolean, what: string) =>
    cli.say(`${cli.style('green', '✓')} ${short(path)}  ${cli.style('dim', made ? what : 'was there')}`)

  const hasFile = existsSync(file)
  if (!hasFile) {
    try {
      writeFileSync(file, settingsTemplate, { flag: 'wx' })
    } catch (error) {
      throw new CliError('config', `${file} could not be written: ${(error as Error).message}`)
    }
  }
  done(file, !hasFile, 'settings, with what they mean')
  const config = configOf({ ...cli, options: { ...cli.options, config: file } })
  const secrets = config.secrets === null ? ensureSecrets(config.data) : null
  if (secrets !== null) done(secretsFile(config.data), secrets.made, 'signs the links in letters: back it up')

  await withDaemon(cli, {}, async ({ client }) => {
    done(
      config.store.startsWith('sqlite:') ? config.store.slice('sqlite:'.length) : config.data,
      true,
      'the database',
    )
    const keys = await client.all<ListedKey>('/keys')
    const made = keys.length > 0 ? null : await client.post<MadeKey>('/keys', { name: firstKey })
    if (sample) {
      const { channel } = await addSample(client)
      cli.say(
        `${cli.style('green', '✓')} sample  ${cli.style('dim', `list "newsletter", template "welcome", draft "${sampleCampaign}" over "${channel}"`)}`,
      )
    }
    const owner =
      made === null ? null : await client.post<Invitation>('/users/first').catch(ignoreSecondOwner)
    if (cli.options.json)
      cli.result(
        {
          config: file,
          data: config.data,
          key: made?.secret ?? null,
          ownerToken: owner?.token ?? null,
          ownerLink: owner?.link ?? null,
        },
        () => '',
      )
    if (made !== null) {
      cli.say(
        `\nThe first API key, "${made.name}", is shown only now: keep it where passwords are kept.\n\n  ${cli.style('bold', made.secret)}\n`,
      )
    } else cli.say()
    if (owner !== null)
      cli.say(
        `The first owner chooses a password with this token, once, until ${time(owner.expiresAt)}:\n\n  ${cli.style('bold', owner.token)}\n${owner.link === null ? '' : `\nor, once the daemon runs, at ${owner.link}\n`}`,
      )
    cli.say('Next:')
    const next = [
      ['broadsheet doctor', 'is everything in order?'],
      ...(sample
        ? [
            [
              `broadsheet campaign start ${sampleCampaign}`,
              `letters go to ${short(join(config.data, 'outbox'))}`,
            ] as const,
          ]
        : []),
      ...(owner === null
        ? []
        : [['broadsheet user accept TOKEN --address YOU@EXAMPLE.ORG', 'the first owner'] as const]),
      ['broadsheet serve', 'run the daemon'],
    ] as const
    const widest = Math.max(...next.map(([command]) => command.length))
    for (const [command, why] of next) cli.say(`  $ ${command.padEnd(widest)}  ${cli.style('dim', why)}`)
  })
}
