import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { needProgram } from '../../app/demo/servers/program.ts'

/** Its path; null, with a line that says why, where it cannot be had. */
export function findPrometheus(): string | null {
  try {
    return needProgram({
      what: 'Prometheus',
      names: ['prometheus'],
      apt: 'prometheus',
      brew: 'prometheus',
    })
  } catch (error) {
    console.warn(`No real Prometheus is pointed at the API. ${(error as Error).message}`)
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
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-prometheus-'))
  const write = (name: string, content: object | string) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  write('key', alertmanager.key)
  write('rules.yml', {
    groups: [{ name: 'g', rules: [{ alert: 'TargetDown', expr: 'up == 0', labels, annotations }] }],
  })
  write('prometheus.yml', {
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
  })
  const child: ChildProcess = spawn(
    program,
    [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${await freePort()}`,
      '--rules.alert.resend-delay=1s',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return {
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
