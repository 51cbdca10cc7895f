import { Command, Help, Option } from 'commander'
import type { FlagSetting } from '../config.ts'
import { type Cli, createCli, type GlobalOptions, type Outside } from './cli.ts'
import { type ExitName, exitCodes, exitMeanings } from './exit.ts'

/** Makes a commander action of a handler: `(cli, ...arguments, options)`. */
export type Run = <Args extends readonly unknown[]>(
  handler: (cli: Cli, ...args: Args) => Promise<void>,
) => (...args: unknown[]) => Promise<void>

const afterHelp = `
Start here:
  $ broadsheet init --sample
  $ broadsheet doctor
  $ broadsheet serve

Commands speak to the daemon that runs on the data folder. Where none runs they start one for themselves.

Exit codes:
${exitTable()}
`

/** In two columns. */
function exitTable(): string {
  const cells = Object.entries(exitCodes).map(
    ([name, code]) => `${String(code).padStart(4)} ${exitMeanings[name as ExitName]}`,
  )
  const half = Math.ceil(cells.length / 2)
  return cells
    .slice(0, half)
    .map((cell, row) => `${cell.padEnd(31)}${cells[row + half] ?? ''}`.trimEnd())
    .join('\n')
}

/** The flags that stand for settings. */
const settingFlags = [
  { option: new Option('--data <folder>', 'folder for everything that is kept'), name: 'data', path: 'data' },
  { option: new Option('--store <url>', '"sqlite:FILE" or "memory:"'), name: 'store', path: 'store' },
  {
    option: new Option('--log-level <level>', 'debug, info, warn, error or silent'),
    name: 'logLevel',
    path: 'log.level',
  },
] as const

/** What a file in commands/ exports. */
export interface CommandModule {
  register(program: Command, run: Run): void
}

/** `commands`: those that can be given, in the order of the help. */
export function createProgram(
  outside: Outside,
  commands: readonly CommandModule[],
): { readonly command: Command; exitCode(): number } {
  let cli: Cli | null = null
  const program = new Command('broadsheet')
    .description('A self-hosted publishing engine: personalised newsletters and real-time alerts.')
    .version(outside.version, '-V, --version')
    .option('--json', 'one JSON object a line, for scripts')
    .option('-c, --config <file>', 'settings file (default: broadsheet.yaml)')
    .option('--set <setting=value>', 'any setting, e.g. --set delivery.lanes=8 (repeatable)', collect, [])
    .option('--url <url>', "a daemon elsewhere (default: this machine's own)")
    .option('--key <key>', 'API key for --url')
    .option('-v, --verbose', 'show what the engine does, on stderr')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({
      showGlobalOptions: true,
      // "(default: [])" behind everything that is repeatable says nothing.
      optionDescription: (option) => new Help().optionDescription(option).replace(' (default: [])', ''),
    })
    .configureOutput({
      writeOut: (text) => outside.stdout.write(text),
      writeErr: (text) => {
        // With --json the problem line says it.
        if (program.opts().json !== true) outside.stderr.write(text.replace(/^error: /, 'broadsheet: '))
      },
      getOutHelpWidth: () => outside.stdout.columns ?? 100,
      getErrHelpWidth: () => outside.stderr.columns ?? 100,
      getOutHasColors: () => outside.stdout.isTTY && outside.env.NO_COLOR === undefined,
      getErrHasColors: () => outside.stderr.isTTY && outside.env.NO_COLOR === undefined,
    })
    .addHelpText('after', afterHelp)
  for (const { option } of settingFlags) program.addOption(option)

  const run: Run =
    (handler) =>
    async (...args) => {
      const command = args.at(-1) as Command
      cli = createCli(outside, globalOptions(command))
      await (handler as unknown as (cli: Cli, ...args: unknown[]) => Promise<void>)(cli, ...args.slice(0, -1))
    }

  for (const { register } of commands) register(program, run)
  inherit(program)
  return { command: program, exitCode: () => cli?.exitCode ?? 0 }
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function globalOptions(command: Command): GlobalOptions {
  const options = command.optsWithGlobals() as Record<string, unknown>
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined)
  const flags: FlagSetting[] = []
  for (const { option, name, path } of settingFlags) {
    const value = text(name)
    if (value !== undefined) flags.push({ flag: option.long ?? '', path, value })
  }
  for (const [name, path] of [
    ['host', 'http.host'],
    ['port', 'http.port'],
    ['role', 'role'],
  ] as const) {
    const value = text(name)
    if (value !== undefined && command.name() === 'serve') flags.push({ flag: `--${name}`, path, value })
  }
  for (const pair of (options.set as readonly string[] | undefined) ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 1)
      command.error(`error: --set "${pair}" must be SETTING=VALUE, such as --set http.port=8080`)
    flags.push({
      flag: `--set ${pair.slice(0, equals)}`,
      path: pair.slice(0, equals),
      value: pair.slice(equals + 1),
    })
  }
  return {
    json: options.json === true,
    config: text('config'),
    url: text('url'),
    key: text('key'),
    verbose: options.verbose === true,
    flags,
  }
}

/** Subcommands made by `.command()` inherit settings; this makes sure that all did. */
function inherit(command: Command): void {
  for (const inner of command.commands) {
    inner.copyInheritedSettings(command)
    inherit(inner)
  }
}
