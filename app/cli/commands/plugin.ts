import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { channelApi } from '../../../engine/channel/index.ts'
import { findPackage } from '../../plugins/folder.ts'
import { type Finding, inspect, tryOut } from '../../plugins/kit/inspect.ts'
import { scaffold } from '../../plugins/kit/scaffold.ts'
import type { Cli } from '../cli.ts'
import { configOf } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'

export function register(program: Command, run: Run): void {
  const command = program
    .command('plugin')
    .description('channels by others: those of the settings, and a kit to make some')

  command
    .command('list')
    .alias('ls')
    .description('show the plugins of the settings and what they are granted')
    .action(run((cli) => list(cli)))

  command
    .command('new')
    .argument('<name>', 'the word for "type:", e.g. my-channel')
    .argument('[folder]', 'default: the name')
    .description('make a project with a channel that works, and its tests')
    .addHelpText(
      'after',
      '\nExample:\n  $ broadsheet plugin new my-channel && cd my-channel && npm install && npm test\n',
    )
    .action(run((cli, name: string, folder: string | undefined) => make(cli, name, folder ?? name)))

  command
    .command('check')
    .argument('[folder]', 'default: this one')
    .description('manifest, API and settings of a plugin, as its author')
    .action(
      run(async (cli, folder: string | undefined) => {
        const { findings } = inspect(resolve(cli.cwd, folder ?? '.'), cli.env)
        tell(cli, findings)
      }),
    )

  command
    .command('test')
    .argument('[folder]', 'default: this one')
    .option('--settings <file>', "settings of a channel, as YAML (default: the manifest's example)")
    .description('run its tests, and open its channel in the process that a daemon would give it')
    .action(
      run((cli, folder: string | undefined, options: { settings?: string }) =>
        test(cli, resolve(cli.cwd, folder ?? '.'), options.settings),
      ),
    )
}

async function list(cli: Cli): Promise<void> {
  const rows = configOf(cli).plugins.map(({ plugin, trouble }) => ({
    name: plugin.manifest.name,
    package: plugin.manifest.package.name,
    version: plugin.manifest.package.version,
    api: plugin.manifest.api.text,
    folder: plugin.folder,
    env: plugin.grant.env,
    addresses: plugin.grant.addresses.map(({ text }) => text),
    trouble,
  }))
  if (rows.some(({ trouble }) => trouble !== null)) cli.exit('partial')
  await cli.table(
    rows,
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'PACKAGE', of: ({ package: from, version }) => `${from} ${version}` },
      { title: 'API', of: ({ api }) => api },
      { title: 'MAY READ', of: ({ env }) => env.join(', ') },
      { title: 'MAY REACH', of: ({ addresses }) => addresses.join(', ') },
      { title: 'TROUBLE', of: ({ trouble }) => trouble ?? '', flexible: true },
    ],
    'No plugins: name some under "plugins:" in broadsheet.yaml, or make one with "broadsheet plugin new".',
  )
}

function make(cli: Cli, name: string, place: string): Promise<void> {
  const folder = resolve(cli.cwd, place)
  const files = scaffold({ name, folder, version: cli.version })
  const here = relative(cli.cwd, folder) || '.'
  cli.result({ name, folder, api: channelApi, files }, () =>
    [
      ...files.map((file) => `${cli.style('green', '✓')} ${join(here, file)}`),
      '',
      'Next:',
      `  cd ${here}`,
      `  npm install PATH/broadsheet-${cli.version}.tgz`,
      '                              the package that you installed, with what else it needs',
      '  npm test                    its tests, against a server on loopback',
      '  npx broadsheet plugin test  the same, and its channel in a confined process',
      '',
      'docs/plugins.md says what a channel must keep to.',
    ].join('\n'),
  )
  return Promise.resolve()
}

async function test(cli: Cli, folder: string, settingsFile: string | undefined): Promise<void> {
  const { findings, plugin } = inspect(folder, cli.env)
  const tests = await runTests(cli, folder)
  const settings =
    settingsFile === undefined ? plugin?.manifest.example : readSettings(resolve(cli.cwd, settingsFile))
  const confined = plugin === null || settings === undefined ? [] : await tryOut(plugin, settings, cli.env)
  tell(cli, [...findings, tests, ...confined])
}

/** The vitest of the project itself. */
function runTests(cli: Cli, folder: string): Promise<Finding> {
  const vitest = findPackage('vitest', folder)
  const program = vitest === null ? null : join(vitest, 'vitest.mjs')
  if (program === null || !existsSync(program))
    return Promise.resolve({
      what: 'tests',
      ok: false,
      detail: `vitest is not installed in ${folder}: run "npm install"`,
    })
  return new Promise((done) => {
    // With --json the result is this command's: what the tests print goes beside it.
    const output = cli.options.json ? 2 : 'inherit'
    const child = spawn(process.execPath, [program, 'run'], {
      cwd: folder,
      env: cli.env,
      stdio: ['ignore', output, 'inherit'],
      signal: cli.signal,
    })
    child.on('error', (error) => done({ what: 'tests', ok: false, detail: error.message }))
    child.on('exit', (code) =>
      done({ what: 'tests', ok: code === 0, detail: code === 0 ? 'passed' : `failed (exit code ${code})` }),
    )
  })
}

function readSettings(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CliError('usage', `--settings ${file} could not be read: ${(error as Error).message}`)
  }
}

function tell(cli: Cli, findings: readonly Finding[]): void {
  if (findings.some(({ ok }) => !ok)) cli.exit('partial')
  for (const finding of findings)
    cli.result(finding, ({ what, ok, detail }) => {
      const mark = ok ? cli.style('green', '✓') : cli.style('red', '✗')
      return `${mark} ${what.padEnd(9)} ${detail}`
    })
}
