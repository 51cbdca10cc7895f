import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stringify } from 'yaml'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { needProgram } from '../../app/demo/servers/program.ts'

/** Debian's package brings both. */
const program = (name: string) =>
  ({
    what: 'Prometheus Alertmanager',
    names: [name],
    apt: 'prometheus-alertmanager',
    brew: 'alertmanager',
  }) as const

/** Its path; null, with a line that says why, where it cannot be had. */
export function findAlertmanager(which: 'amtool' | 'prometheus-alertmanager'): string | null {
  try {
    return needProgram(program(which))
  } catch (error) {
    console.warn(`Not compared with the real Alertmanager. ${(error as Error).message}`)
    return null
  }
}

export interface AlertmanagerServer {
  readonly url: string
  stop(): Promise<void>
}

/** The real one on loopback, alone, in a folder of its own; `config` as in its file. Ready when it resolves. */
export async function startAlertmanager(program: string, config: unknown): Promise<AlertmanagerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-alertmanager-'))
  const file = join(folder, 'alertmanager.yml')
  writeFileSync(file, stringify(config))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text).slice(-4000)
  })
  const ended = once(child, 'exit')
  const isReady = async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok ?? false
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`Alertmanager did not start: ${said}`)
    await setTimeout(20)
  }
  return {
    url,
    async stop() {
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
