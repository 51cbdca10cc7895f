import { pause, systemClock } from '../../../engine/clock.ts'
import type { Engine } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type AppConfig, type ConfigSources, clientSettings, loadConfig } from '../../config.ts'
import type { Daemon } from '../../daemon.ts'
import { type DaemonFile, readDaemonFile } from '../../daemon-file.ts'
import type { Cli } from '../cli.ts'
import { CliError } from '../exit.ts'
import { type Client, createClient } from './client.ts'

/** Whom a command speaks to. */
export interface DaemonAccess {
  readonly client: Client
  /** `remote`: by --url. `running`: this machine's daemon. `own`: one in this process, for this command only. */
  readonly kind: 'remote' | 'running' | 'own'
  /** Only of an `own` one. */
  readonly engine: Engine | null
  /** Null for a `remote` one: its settings are not ours. */
  readonly config: AppConfig | null
}

export interface WithDaemonOptions {
  /** An own daemon also works: sends, and starts what is scheduled. Default: it only answers. */
  readonly work?: boolean
}

const patienceMs = 5000
// One that has not answered by then hangs, or its machine does.
const answerMs = 15_000
const againMs = 200

export const sourcesOf = (cli: Cli): ConfigSources => ({
  cwd: cli.cwd,
  env: cli.env,
  file: cli.options.config,
  flags: cli.options.flags,
})
export const configOf = (cli: Cli): AppConfig => loadConfig(sourcesOf(cli))

/** Run a command against a daemon: the one that --url and --key name, else the one that runs on the data
 *  folder, else one started here on a free loopback port and stopped again when the command ends. */
export async function withDaemon<T>(
  cli: Cli,
  options: WithDaemonOptions,
  run: (access: DaemonAccess) => Promise<T>,
): Promise<T> {
  const client = (url: string, key: string) => createClient(url, key, cli.signal)
  const named = clientSettings(cli.env)
  const url = cli.options.url ?? named.url
  if (url !== null) {
    const key = cli.options.key ?? named.key
    if (!URL.canParse(url))
      throw new CliError('usage', `--url "${url}" is not an address such as https://news.example.org.`)
    if (key === null)
      throw new CliError(
        'usage',
        'A daemon by --url needs an API key too: --key or BROADSHEET_KEY. Make one there with "broadsheet key create NAME".',
      )
    await using stack = new AsyncDisposableStack()
    const remote = client(url, key)
    stack.defer(() => remote.close())
    return await run({ client: remote, kind: 'remote', engine: null, config: null })
  }

  const config = configOf(cli)
  // Another command may have the store open for a moment, or a daemon be about to say where it is.
  for (const patience = performance.now() + patienceMs; ; await pause(systemClock, againMs, cli.signal)) {
    const running = readDaemonFile(config.data)
    if (running !== null && (await answers(running))) {
      await using stack = new AsyncDisposableStack()
      const local = client(running.url, running.token)
      stack.defer(() => local.close())
      return await run({ client: local, kind: 'running', engine: null, config })
    }
    const daemon = await ownDaemon(cli, config, options.work === true).catch((error: unknown) => {
      const locked = error instanceof BroadsheetError && error.code === 'E_STORE_LOCKED'
      if (!locked || performance.now() > patience || cli.signal.aborted) throw error
      return null
    })
    if (daemon === null) continue
    await using stack = new AsyncDisposableStack()
    stack.defer(() => daemon.stop())
    const own = client(daemon.url, daemon.token)
    stack.defer(() => own.close())
    return await run({ client: own, kind: 'own', engine: daemon.engine, config })
  }
}

async function ownDaemon(cli: Cli, config: AppConfig, work: boolean): Promise<Daemon> {
  // Loaded only now: a client of a running daemon needs no engine, and starts in half the time.
  const { startDaemon } = await import('../../daemon.ts')
  return startDaemon(
    { ...config, http: { ...config.http, host: '127.0.0.1', port: 0 } },
    { log: cli.log(), version: cli.version, work, publish: work },
  )
}

/** Is the daemon of that file there? Its process may be gone (kill -9), or its number another's now. */
export async function answers({ pid, url, token }: DaemonFile): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    const answer = await fetch(`${url}/api/v1/channels`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(answerMs),
    })
    await answer.body?.cancel()
    // Another daemon may have its port by now: that one does not know this key.
    return answer.status !== 401
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new CliError(
        'unreachable',
        `The daemon (process ${pid}, ${url}) does not answer. If it hangs, end it with "kill ${pid}" and start it again.`,
      )
    return false
  }
}
