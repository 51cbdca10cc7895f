import { styleText } from 'node:util'
import type { Log } from '../../engine/log.ts'
import type { FlagSetting } from '../config.ts'
import { createLog } from '../log.ts'
import { type ExitName, exitCodes } from './exit.ts'
import { type Column, formatTable } from './terminal/table.ts'

type Style = Parameters<typeof styleText>[0]

/** The options that every command has. */
export interface GlobalOptions {
  readonly json: boolean
  readonly config: string | undefined
  readonly url: string | undefined
  readonly key: string | undefined
  readonly verbose: boolean
  readonly flags: readonly FlagSetting[]
}

/** The world outside of a command. */
export interface Outside {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly version: string
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal
}

/** What a command writes with. Results go to stdout, everything else to stderr. */
export interface Cli extends Outside {
  readonly options: GlobalOptions
  /** For people: nothing with `--json`. */
  say(text?: string): void
  /** A remark beside the result, on stderr; nothing with `--json`. */
  remark(text: string): void
  warn(text: string): void
  /** One result: a line of JSON with `--json`, else as `show` puts it. */
  result<T>(value: T, show: (value: T) => string): void
  /** Rows as they come with `--json`, else one table. */
  table<Row>(
    rows: AsyncIterable<Row> | Iterable<Row>,
    columns: readonly Column<Row>[],
    empty: string,
  ): Promise<void>
  style(style: Style, text: string): string
  /** The exit code, unless a worse one is set already. */
  exit(name: ExitName): void
  readonly exitCode: number
  log(): Log
}

export function createCli(outside: Outside, options: GlobalOptions): Cli {
  const { stdout, stderr } = outside
  const style = (format: Style, text: string) => styleText(format, text, { stream: stdout })
  let exit: ExitName = 'ok'

  return {
    ...outside,
    options,
    style,
    say(text = '') {
      if (!options.json) stdout.write(`${text}\n`)
    },
    remark(text) {
      if (!options.json) stderr.write(`${text}\n`)
    },
    warn(text) {
      if (!options.json) stderr.write(`${styleText('yellow', '!', { stream: stderr })} ${text}\n`)
    },
    result(value, show) {
      stdout.write(`${options.json ? JSON.stringify(value) : show(value)}\n`)
    },
    async table<Row>(
      rows: AsyncIterable<Row> | Iterable<Row>,
      columns: readonly Column<Row>[],
      empty: string,
    ) {
      if (options.json) {
        for await (const row of rows) stdout.write(`${JSON.stringify(row)}\n`)
        return
      }
      const all: Row[] = []
      for await (const row of rows) all.push(row)
      const wide = stdout.isTTY ? stdout.columns : null
      if (all.length === 0) stderr.write(`${empty}\n`)
      else
        stdout.write(`${formatTable(all, columns, { columns: wide, head: (text) => style('dim', text) })}\n`)
    },
    exit(name) {
      if (exit === 'ok' || name === 'interrupted') exit = name
    },
    get exitCode() {
      return exitCodes[exit]
    },
    log: () => createLog({ level: options.verbose ? 'info' : 'silent', format: 'auto' }, stderr),
  }
}
