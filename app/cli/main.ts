import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { BroadsheetError, errorTable } from '../../engine/errors.ts'
import type { Outside } from './cli.ts'
import { CliError, exitCodes, exitFor } from './exit.ts'
import { createProgram } from './program.ts'

/** Run one command in this process: its signals, its streams, its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController()
  let asked = false
  const onSignal = (signal: NodeJS.Signals) => {
    // The first one asks, the second one does not.
    if (asked) process.exit(signal === 'SIGINT' ? exitCodes.interrupted : 143)
    asked = true
    stop.abort(new CliError('interrupted', 'Interrupted.'))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  // "| head" closes the pipe when it has enough: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })

  const { stdin, stdout, stderr, env } = process
  const code = await runCli(argv.slice(2), {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    version: packageVersion(),
    signal: stop.signal,
  })
  process.exitCode = code
  // Everything is closed by now; a library's forgotten timer must not hold the shell up.
  setTimeout(() => process.exit(code), 500).unref()
}

/** A daemon runs for months: the other commands, 200 modules, are not loaded into it. */
const commandsFor = async (args: readonly string[]) =>
  args[0] === 'serve'
    ? [await import('./commands/serve.ts')]
    : (await import('./commands/all.ts')).allCommands

/** One command; resolves with its exit code. Errors are told on stderr, with --json as one line of JSON. */
export async function runCli(args: readonly string[], outside: Outside): Promise<number> {
  const json = args.includes('--json')
  try {
    const program = createProgram(outside, await commandsFor(args))
    await program.command.parseAsync(args, { from: 'user' })
    return program.exitCode()
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no errors; commander has printed what there is to say.
      if (error.exitCode === 0) return exitCodes.ok
      if (json)
        outside.stderr.write(
          `${JSON.stringify({ code: 'E_USAGE', title: 'The command line is not valid', detail: error.message.replace(/^error: /, ''), issues: [] })}\n`,
        )
      return exitCodes.usage
    }
    tell(error, outside, json)
    return exitCodes[exitFor(error)]
  }
}

function tell(error: unknown, { stderr }: Outside, json: boolean): void {
  const exit = exitFor(error)
  const known = error instanceof BroadsheetError || error instanceof CliError
  const message = error instanceof Error ? error.message : String(error)
  if (json) {
    const code = error instanceof BroadsheetError ? error.code : `E_${exit.toUpperCase()}`
    const title = error instanceof BroadsheetError ? errorTable[error.code].title : message
    const issues = error instanceof BroadsheetError ? error.issues : []
    stderr.write(`${JSON.stringify({ code, title, detail: message, issues })}\n`)
    return
  }
  if (exit === 'interrupted') return
  if (!known) {
    stderr.write(
      `broadsheet: this is a defect, please report it:\n${error instanceof Error ? error.stack : message}\n`,
    )
    return
  }
  stderr.write(`broadsheet: ${message}\n`)
  // A message about settings names each of them already.
  if (error instanceof BroadsheetError && error.code !== 'E_CONFIG')
    for (const issue of error.issues.slice(0, 20))
      if (!message.includes(issue.message))
        stderr.write(`  ${issue.path}${issue.path === '' ? '' : ': '}${issue.message}\n`)
}

function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version
    } catch {
      // From dist/ it lies one folder higher.
    }
  }
  return '0.0.0'
}
