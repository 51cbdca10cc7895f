import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { dkimRecord } from '../../engine/compose/index.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import { CliError } from '../cli/exit.ts'

const marker = '.broadsheet-demo'
// A machine without a free core needs a minute.
const startMs = 120_000

/** A data folder and settings of its own, as an operator would have them. */
export interface House {
  readonly folder: string
  readonly settings: string
  readonly url: string
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
  /** More than the demo's own. */
  readonly settings?: object
}): Promise<House> {
  const { folder, smtpPort, domain } = options
  const keys = (['rsa', 'ed25519'] as const).map((algorithm) => {
    const { privateKey } =
      algorithm === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const file = `dkim-${algorithm}.pem`
    writeFileSync(join(folder, file), pem, { mode: 0o600 })
    return { file, setting: { domain, selector: algorithm, privateKey: pem } }
  })
  // What would stand in the DNS: with it, anybody can verify the letters.
  const records = keys.map(({ setting }) => dkimRecord(setting))
  writeFileSync(join(folder, 'dkim-dns.json'), `${JSON.stringify(records, null, 2)}\n`)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = join(folder, 'broadsheet.yaml')
  writeFileSync(
    settings,
    stringify({
      data: './data',
      publicUrl: url,
      http: { host: '127.0.0.1', port },
      log: { level: 'info', format: 'json' },
      dkim: keys.map(({ file, setting: { selector } }) => ({
        domain,
        selector,
        privateKeyFile: `./${file}`,
      })),
      channels: { smtp: { host: '127.0.0.1', port: smtpPort, security: 'none' } },
      ...options.settings,
    }),
  )
  return { folder, settings, url }
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
    const daemon = readDaemon(file)
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

/** Resident memory of a process, bytes; 0 where the system does not tell (it is read from /proc). */
function rssOf({ pid }: ChildProcess): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
