import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { dkimRecord } from '../../engine/compose/index.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import { CliError } from '../cli/exit.ts'
import { freePort } from './servers/free-port.ts'

const marker = '.broadsheet-demo'
// A machine without a free core needs a minute.
const startMs = 120_000

/** A data folder and settings of its own, as an operator would have them. */
export interface House {
  readonly folder: string
  readonly settings: string
  readonly url: string
  /** `worker` answers no requests, so its tenant has no token. */
  readonly role: 'all' | 'api' | 'worker'
}

/** An empty folder. One that no demo made is never touched. */
export function clearFolder(folder: string): void {
  if (existsSync(folder) && !existsSync(join(folder, marker)))
    throw new BroadsheetError(
      'E_CONFIG',
      `${folder} exists and was not made by a demo: move it away, or choose another place with --folder.`,
    )
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, marker), '')
}

export async function buildHouse(options: {
  readonly folder: string
  readonly smtpPort: number
  readonly domain: string
  readonly role?: House['role']
  /** A folder that has DKIM keys: every node signs with the same. Default: makes them. */
  readonly keysOf?: string
  /** Where subscribers would reach it, if that is another node. */
  readonly publicUrl?: string
  /** More than the demo's own. */
  readonly settings?: object
}): Promise<House> {
  const { folder, smtpPort, domain, role = 'all' } = options
  mkdirSync(folder, { recursive: true })
  const algorithms = ['rsa', 'ed25519'] as const
  if (options.keysOf === undefined) makeKeys(folder, domain, algorithms)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = join(folder, 'broadsheet.yaml')
  writeFileSync(
    settings,
    stringify({
      data: './data',
      publicUrl: options.publicUrl ?? url,
      role,
      http: { host: '127.0.0.1', port },
      log: { level: 'info', format: 'json' },
      dkim: algorithms.map((selector) => ({
        domain,
        selector,
        privateKeyFile: join(options.keysOf ?? '.', keyFile(selector)),
      })),
      channels: { smtp: { host: '127.0.0.1', port: smtpPort, security: 'none' } },
      ...options.settings,
    }),
  )
  return { folder, settings, url, role }
}

const keyFile = (algorithm: string): string => `dkim-${algorithm}.pem`

function makeKeys(folder: string, domain: string, algorithms: readonly ('rsa' | 'ed25519')[]): void {
  const keys = algorithms.map((algorithm) => {
    const { privateKey } =
      algorithm === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    writeFileSync(join(folder, keyFile(algorithm)), pem, { mode: 0o600 })
    return { domain, selector: algorithm, privateKey: pem }
  })
  // What would stand in the DNS: with it, anybody can verify the letters.
  writeFileSync(join(folder, 'dkim-dns.json'), `${JSON.stringify(keys.map(dkimRecord), null, 2)}\n`)
}

/** A daemon in a process of its own, as `broadsheet serve` would run. */
export interface Tenant {
  readonly token: string
  readonly pid: number
  /** Highest memory in use seen so far, bytes. */
  peakRss(): number
  /** kill -9. */
  kill(): Promise<void>
  /** SIGTERM, and wait. */
  stop(): Promise<void>
}

export async function moveIn(house: House, clock: { now(): number }): Promise<Tenant> {
  // In the package this file is in dist/, and the program beside the sources' place.
  const beside = new URL('../bin.js', import.meta.url)
  const bin = fileURLToPath(existsSync(beside) ? beside : new URL('../../../app/bin.js', import.meta.url))
  const log = join(house.folder, 'daemon.log')
  const child = spawn(process.execPath, [bin, 'serve', '--config', house.settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const lines: string[] = []
  const keep = (chunk: Buffer) => {
    lines.push(chunk.toString())
    writeFileSync(log, chunk, { flag: 'a' })
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const file = join(house.folder, 'data', 'daemon.json')
  const until = clock.now() + startMs
  for (;;) {
    const daemon = house.role === 'worker' ? readLog(lines, child) : readDaemon(file)
    if (daemon?.pid === child.pid) {
      let peak = 0
      const watch = setInterval(() => {
        peak = Math.max(peak, rssOf(child))
      }, 100)
      void ended.finally(() => clearInterval(watch))
      return {
        token: daemon!.token,
        pid: child.pid!,
        peakRss: () => (peak = Math.max(peak, rssOf(child))),
        async kill() {
          child.kill('SIGKILL')
          await ended
        },
        async stop() {
          child.kill('SIGTERM')
          await ended
        },
      }
    }
    if (child.exitCode !== null || clock.now() > until) {
      child.kill('SIGKILL')
      throw new CliError('refused', `The daemon did not start. It said:\n${lines.join('')}`)
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))])
  }
}

function readDaemon(file: string): { pid: number; token: string } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number; token: string }
  } catch {
    // Not there yet, or half written.
    return null
  }
}

/** A worker leaves no daemon.json: its log says when it is there. */
function readLog(lines: readonly string[], { pid = 0 }: ChildProcess): { pid: number; token: string } | null {
  return lines.join('').includes('"event":"daemon.started"') ? { pid, token: '' } : null
}

/** Resident memory of a process, bytes; 0 where the system does not tell (it is read from /proc). */
function rssOf({ pid }: ChildProcess): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
