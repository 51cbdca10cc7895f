import { relative } from 'node:path'
import type { Command } from 'commander'
import type { AppConfig } from '../../config.ts'
import type { Daemon } from '../../daemon.ts'
import { daemonFile, readDaemonFile } from '../../daemon-file.ts'
import { createLog } from '../../log.ts'
import type { Cli } from '../cli.ts'
import { answers, configOf } from '../daemon/with-daemon.ts'
import { CliError } from '../exit.ts'
import type { Run } from '../program.ts'

export function register(program: Command, run: Run): void {
  program
    .command('serve')
    .description('run the daemon: the HTTP API, the links in letters, and the sending')
    .option('--host <address>', 'address to listen on (http.host)')
    .option('--port <port>', 'port to listen on, 0 takes any (http.port)')
    .option('--role <role>', 'api, worker or all (role)')
    .addHelpText(
      'after',
      `
SIGTERM or Ctrl+C stops it cleanly within ten seconds: what is on its way is finished, the rest stays queued.
A second one stops it at once.

Examples:
  $ broadsheet serve
  $ broadsheet serve --port 9000 --store memory: --log-level debug
  $ BROADSHEET_HTTP_HOST=0.0.0.0 broadsheet serve
  $ broadsheet serve --store postgres://broadsheet@db/broadsheet --role worker
`,
    )
    .action(run((cli) => serve(cli)))
}

async function serve(cli: Cli): Promise<void> {
  const config = configOf(cli)
  const running = readDaemonFile(config.data)
  if (running !== null && (await answers(running)))
    throw new CliError(
      'locked',
      `A daemon runs on ${config.data} already: process ${running.pid}, ${running.url}.`,
    )

  const { startDaemon } = await import('../../daemon.ts')
  const log = createLog(config.log, cli.stderr)
  const daemon = await startDaemon(config, { log, version: cli.version })
  announce(cli, config, daemon)
  await until(cli.signal)
  if (cli.stderr.isTTY) cli.remark('\nStopping: what is on its way is finished first. Again to stop at once.')
  await daemon.stop()
}

const until = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

function announce(cli: Cli, config: AppConfig, { url, engine }: Daemon): void {
  const file = daemonFile(config.data)
  if (cli.options.json) {
    cli.result({ type: 'listening', url, pid: process.pid, daemonFile: file }, () => '')
    return
  }
  if (!cli.stdout.isTTY) return
  const fact = (name: string, value: string) => `  ${cli.style('dim', name.padEnd(10))} ${value}`
  const channels = Object.keys(config.channels).join(', ') || 'none'
  const here = relative(cli.cwd, file)
  cli.say(
    [
      `${cli.style('bold', 'Broadsheet')} ${cli.version} listens on ${cli.style(['bold', 'cyan'], url)}`,
      '',
      fact('data', `${config.data} (${engine.store.kind})`),
      fact('channels', channels),
      fact('links', config.engine.publicUrl),
      fact('API', `${url}/openapi.json`),
      fact('key', `"broadsheet key create NAME" makes one; commands on this machine use the one in`),
      fact('', here.startsWith('..') ? file : here),
      fact('stop', 'Ctrl+C'),
      '',
    ].join('\n'),
  )
}
