import type { Command } from 'commander'
import { stringify } from 'yaml'
import { BroadsheetError } from '../../../engine/errors.ts'
import { redact, withoutPasswords } from '../../config/redact.ts'
import type { AppConfig } from '../../config.ts'
import { configJsonSchema, loadConfig } from '../../config.ts'
import { configOf, sourcesOf } from '../daemon/with-daemon.ts'
import type { Run } from '../program.ts'

export function register(program: Command, run: Run): void {
  const command = program.command('config').description('settings: check them, print them, their schema')

  command
    .command('check')
    .description('are they valid? Reads them all and starts nothing')
    .addHelpText(
      'after',
      `
Settings come from flags, BROADSHEET_* variables, .env, broadsheet.yaml and defaults, the first that says
something wins. A variable is the setting's path: http.port is BROADSHEET_HTTP_PORT, channels.smtp.host is
BROADSHEET_CHANNELS_SMTP_HOST; with _FILE behind it, it names a file that holds the value.
`,
    )
    .action(
      run(async (cli) => {
        const config = configOf(cli)
        const [troubled] = config.plugins.filter(({ trouble }) => trouble !== null)
        if (troubled !== undefined)
          throw new BroadsheetError(
            'E_CONFIG',
            `The plugin "${troubled.plugin.manifest.name}" (${troubled.plugin.folder}) cannot check its settings: ${troubled.trouble}. A daemon would start, and keep its channels closed.`,
          )
        cli.result(
          { ok: true, files: config.files, data: config.data, store: withoutPasswords(config.store) },
          () => {
            const { yaml, dotenv } = config.files
            const from = [yaml, dotenv].filter((file) => file !== null)
            return `${cli.style('green', '✓')} The settings are valid (${from.length === 0 ? 'no file, defaults and variables only' : from.join(', ')}).`
          },
        )
      }),
    )

  command
    .command('print')
    .description('all settings as they are in force, secrets struck out')
    .option('--defaults', 'only the defaults')
    .action(
      run(async (cli, options: { defaults?: boolean }) => {
        const config = options.defaults
          ? loadConfig({ cwd: cli.cwd, env: {}, file: '/dev/null' })
          : configOf(cli)
        cli.result(shown(config), (value) => stringify(value).trimEnd())
      }),
    )

  command
    .command('schema')
    .description('the JSON Schema of broadsheet.yaml, for editors')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet config schema > broadsheet.schema.json\n  and as the first line of broadsheet.yaml: # yaml-language-server: $schema=broadsheet.schema.json\n',
    )
    .action(
      run(async (cli) => {
        cli.result(configJsonSchema(sourcesOf(cli)), (schema) => JSON.stringify(schema, null, 2))
      }),
    )
}

/** Settings in the order and shape of broadsheet.yaml. */
function shown(config: AppConfig): unknown {
  const { files: _, hasPublicUrl: __, data, store, plugins, channels, secrets, vaultKeys, ...more } = config
  const { engine, tracing, ...own } = more
  const flat = Object.fromEntries(
    Object.entries(channels).map(([name, { type, config: settings }]) => [
      name,
      { type, ...(settings as object) },
    ]),
  )
  const { publicUrl, ...rest } = engine
  return redact({
    data,
    store,
    publicUrl,
    ...own,
    ...(tracing !== null && {
      tracing: {
        otlp: tracing.url,
        sampling: tracing.sampling,
        headers: tracing.headers,
        service: tracing.attributes['service.name'],
      },
    }),
    plugins: plugins.map(({ plugin }) => plugin.setting),
    channels: flat,
    ...(secrets === null ? {} : { secrets }),
    ...(vaultKeys === null ? {} : { vaultKeys }),
    ...rest,
  })
}
