import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../app/demo/servers/free-port.ts'
import { serveArguments } from '../../built-daemon.ts'

export interface NodeOptions {
  /** Its settings, data and log go there. */
  readonly folder: string
  readonly role: 'all' | 'api' | 'worker'
  /** Of broadsheet.yaml, besides folder, role and port. */
  readonly settings: object
  /** From dist/, as it is published; else from its sources. */
  readonly built: boolean
  readonly heapMiB: number
  readonly port?: number
}

/** `broadsheet serve` in a process of its own. */
export interface ServingNode {
  readonly role: NodeOptions['role']
  readonly url: string
  /** '' of a worker, which answers no requests. */
  readonly token: string
  readonly pid: number
  /** SIGTERM, and wait until it is gone. Idempotent. */
  stop(): Promise<void>
}

const bin = fileURLToPath(new URL('../../../app/bin.js', import.meta.url))

/** Resolves once it answers. Rejects with what it said when it ends before that. */
export async function startNode(options: NodeOptions): Promise<ServingNode> {
  const { folder, role, settings, built, heapMiB } = options
  const port = options.port ?? (await freePort())
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const file = join(folder, 'broadsheet.yaml')
  const log = join(folder, 'daemon.log')
  writeFileSync(
    file,
    JSON.stringify({
      data,
      role,
      http: { host: '127.0.0.1', port, limits: noLimits },
      log: { level: 'info', format: 'json' },
      ...settings,
    }),
  )
  const heap = [`--max-old-space-size=${heapMiB}`]
  const child = spawn(
    process.execPath,
    built ? serveArguments(file, heapMiB) : [...heap, bin, 'serve', '--config', file],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NO_COLOR: '1',
        MALLOC_ARENA_MAX: '2',
        NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
      },
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let isUp = () => {}
  const up = new Promise<void>((resolve) => {
    isUp = resolve
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      writeFileSync(log, chunk, { flag: 'a' })
      if (said === '' || child.exitCode === null) said = (said + chunk.toString()).slice(-4000)
      if (said.includes('"event":"daemon.started"')) isUp()
    })
  await Promise.race([up, ended])
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error(`The daemon (${role}) did not start. It said:\n${said}`)
  const token =
    role === 'worker'
      ? ''
      : (JSON.parse(readFileSync(join(data, 'daemon.json'), 'utf8')) as { token: string }).token
  return {
    role,
    url: `http://127.0.0.1:${port}`,
    token,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

// All requests come from one address and with one key here, as no operator's do: rates are not what is measured.
const plenty = { perSecond: 1e6, burst: 1e6 }
const noLimits = {
  perKey: plenty,
  perUser: plenty,
  perAddress: plenty,
  alerts: plenty,
  public: plenty,
  perLetter: plenty,
}
