import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { needProgram } from '../../app/demo/servers/program.ts'

/** Its path; null, with a line that says why, where it cannot be had. */
export const findPrometheus = (): string | null => find('prometheus')

/** Of the tool that checks metrics and rules, from the same package. */
export const findPromtool = (): string | null => find('promtool')

function find(name: 'prometheus' | 'promtool'): string | null {
  try {
    return needProgram({ what: 'Prometheus', names: [name], apt: 'prometheus', brew: 'prometheus' })
  } catch (error) {
    console.warn(`Not tried with a real Prometheus. ${(error as Error).message}`)
    return null
  }
}

/** A Prometheus that looks every second whether each target (host:port) is there, and tells an Alertmanager when not. */
export async function startPrometheus(
  program: string,
  options: {
    readonly targets: readonly string[]
    readonly alertmanager: { readonly host: string; readonly key: string }
    /** Of the alert. */
    readonly labels: object
    readonly annotations: object
  },
): Promise<AsyncDisposable & { readonly output: () => string }> {
  const { targets, alertmanager, labels, annotations } = options
  return launch(program, {
    key: alertmanager.key,
    'rules.yml': JSON.stringify({
      groups: [{ name: 'g', rules: [{ alert: 'TargetDown', expr: 'up == 0', labels, annotations }] }],
    }),
    'prometheus.yml': JSON.stringify({
      global: { evaluation_interval: '1s', scrape_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [{ job_name: 'target', static_configs: [{ targets }] }],
      alerting: {
        alertmanagers: [
          {
            authorization: { credentials_file: 'key' },
            static_configs: [{ targets: [alertmanager.host] }],
          },
        ],
      },
    }),
  })
}

/** A series as a query answers it. */
export interface Sample {
  readonly metric: { readonly [label: string]: string }
  readonly value: number
}

export interface Scraper extends AsyncDisposable {
  /** A query, now. Rejects with what Prometheus says of one that it does not take. */
  query(expr: string): Promise<readonly Sample[]>
  /** `data` of an answer of its API, e.g. of `/rules`. */
  ask<T>(path: string): Promise<T>
}

/** A Prometheus that scrapes targets (host:port) as the job "broadsheet", every second, and follows `rules`. */
export async function startScraper(
  program: string,
  options: { readonly targets: readonly string[]; readonly rules: string; readonly token: string },
): Promise<Scraper> {
  const server = await launch(program, {
    'rules.yml': options.rules,
    token: options.token,
    'prometheus.yml': JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [
        {
          job_name: 'broadsheet',
          authorization: { credentials_file: 'token' },
          static_configs: [{ targets: options.targets }],
        },
      ],
    }),
  })
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${server.url}/api/v1${path}`)
    const answer = (await response.json()) as { status: string; error?: string; data: T }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }
  return {
    ask,
    async query(expr) {
      const { result } = await ask<{
        result: readonly { readonly metric: Sample['metric']; readonly value: readonly [number, string] }[]
      }>(`/query?${new URLSearchParams({ query: expr }).toString()}`)
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** In a folder of its own, with these files. */
async function launch(
  program: string,
  files: { readonly [name: string]: string },
): Promise<AsyncDisposable & { readonly url: string; readonly output: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-prometheus-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const address = `127.0.0.1:${await freePort()}`
  const child: ChildProcess = spawn(
    program,
    [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=${address}`,
      '--rules.alert.resend-delay=1s',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return {
    url: `http://${address}`,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null)
        await new Promise<void>((resolve) => {
          child.once('exit', () => resolve())
          child.kill('SIGKILL')
        })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
