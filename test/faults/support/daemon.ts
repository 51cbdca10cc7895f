import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Client, createClient } from '../../../app/cli/daemon/client.ts'
import type { DaemonFile } from '../../../app/daemon-file.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { Progress } from '../../../engine/model/progress.ts'
import type { House } from './house.ts'
import { until } from './until.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `broadsheet serve` in a process of its own. */
export interface Daemon {
  readonly pid: number
  readonly url: string
  readonly token: string
  readonly client: Client
  signal(name: NodeJS.Signals): void
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>
  /** SIGTERM, and wait until it is gone. */
  stop(): Promise<Exit>
  readonly exited: Promise<Exit>
  alive(): boolean
  /** All that it wrote to its streams so far. */
  output(): string
  /** Of the process, bytes: now and at most so far. */
  memory(): { readonly now: number; readonly peak: number }
  progress(campaign: string): Promise<Progress>
  /** Waits until the campaign is in this state. */
  reaches(campaign: string, state: Campaign['state'], limitMs?: number): Promise<Campaign>
}

const bin = fileURLToPath(new URL('../../../app/bin.js', import.meta.url))
const startMs = 600_000

export interface DaemonOptions {
  /** A module that is loaded before the daemon's own. */
  readonly preload?: string
  readonly env?: NodeJS.ProcessEnv
}

/** A daemon as a child process, that may still be starting. It goes with the test. */
export function spawnDaemon(house: House, options: DaemonOptions = {}) {
  const preload = options.preload === undefined ? [] : ['--import', options.preload]
  const child = spawn(process.execPath, [...preload, bin, 'serve', '--json', '--config', house.settings], {
    cwd: house.folder,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  // `close` and not `exit`: by then its last words have arrived.
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { child, exited, output: () => said.join('') }
}

/** Start the daemon of a house and wait until it listens. */
export async function startDaemon(house: House, options: DaemonOptions = {}): Promise<Daemon> {
  const { child, exited, output } = spawnDaemon(house, options)
  let gone = false
  void exited.then(() => {
    gone = true
  })
  await until('the daemon to listen', () => gone || output().includes('"listening"'), { limitMs: startMs })
  if (gone) throw new Error(`The daemon ended while starting:\n${output()}`)
  const { pid, url, token } = access(house, output())
  const client = createClient(url, token, new AbortController().signal)
  onTestFinished(() => client.close())

  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal)
    return exited
  }
  return {
    pid,
    url,
    token,
    client,
    signal: (name) => void child.kill(name),
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    exited,
    alive: () => !gone,
    output,
    memory() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const bytes = (field: string) =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
      return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
    },
    progress: (campaign) => client.get<Progress>(`/campaigns/${campaign}/progress`),
    reaches: (campaign, state, limitMs = 800_000) =>
      until(
        `${campaign} to be ${state}`,
        async () => {
          if (gone) throw new Error(`The daemon ended:\n${output().slice(-4000)}`)
          const found = await client.get<Campaign>(`/campaigns/${campaign}`)
          return found.state === state ? found : null
        },
        { limitMs, everyMs: 50 },
      ),
  }
}

/** A worker writes no daemon.json, since there is nothing to ask it for: where it listens is what it says. */
function access(house: House, output: string): Pick<DaemonFile, 'pid' | 'url' | 'token'> {
  const file = join(house.data, 'daemon.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DaemonFile
  const line = output.split('\n').find((text) => text.includes('"listening"')) ?? '{}'
  return { token: '', ...(JSON.parse(line) as { pid: number; url: string }) }
}
