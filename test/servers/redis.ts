import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { needProgram, redis } from '../../app/demo/servers/program.ts'
import { makeCertificate } from './certificate.ts'

export interface RedisServer {
  /** With the first user's name and password, and the certificate, where there are any. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** kill -9. */
  kill(): Promise<void>
  /** In order: what is persistent is written. */
  stop(): Promise<void>
  /** After either, on the same port and folder. */
  start(): Promise<void>
  /** It lies still: connections stay, nothing is answered. */
  freeze(): void
  thaw(): void
  flush(): Promise<void>
  /** A client that may do anything; closed with `drop`. */
  admin(): Redis
  /** Kills, and takes the folder away. */
  drop(): Promise<void>
}

export interface RedisServerOptions {
  readonly tls?: boolean
  /** Then nobody comes in without a name. `rules` as in an ACL file, e.g. `~news:* +@all`. */
  readonly users?: readonly { readonly name: string; readonly password: string; readonly rules: string }[]
  /** As in redis.conf, e.g. `8mb`. */
  readonly maxmemory?: string
  /** Keeps what it acknowledged over a kill; default false. */
  readonly persistent?: boolean
  /** As in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

const tester = { name: 'tester', password: 'tester' }

/** The real thing on loopback, in a folder of its own. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { tls = false, users = [], maxmemory, persistent = false, settings = {} } = options
  const program = needProgram(redis)
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-redis-'))
  const port = await freePort()
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const certificate = tls ? makeCertificate(['localhost'], ['127.0.0.1']) : null
  const flags: Record<string, string> = {
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: persistent ? 'yes' : 'no',
    appendfsync: 'always',
    port: String(tls ? 0 : port),
    ...(maxmemory === undefined ? {} : { maxmemory, 'maxmemory-policy': 'noeviction' }),
    ...settings,
  }
  let ca = ''
  if (certificate !== null) {
    ca = file('server.crt', certificate.cert)
    Object.assign(flags, {
      'tls-port': String(port),
      'tls-cert-file': ca,
      'tls-key-file': file('server.key', certificate.key),
      'tls-ca-cert-file': ca,
      'tls-auth-clients': 'no',
    })
  }
  if (users.length > 0) {
    const lines = [
      'user default off',
      `user ${tester.name} on >${tester.password} ~* &* +@all`,
      ...users.map(({ name, password, rules }) => `user ${name} on >${password} ${rules}`),
    ]
    flags.aclfile = file('users.acl', `${lines.join('\n')}\n`)
  }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])

  let child: ChildProcess | null = null
  let ended: Promise<void> = Promise.resolve()
  const start = async () => {
    const running = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = running
    ended = new Promise((resolve) => running.once('exit', () => resolve()))
    await new Promise<void>((resolve, reject) => {
      let said = ''
      const hear = (text: Buffer) => {
        said = (said + text).slice(-4000)
        if (said.includes('Ready to accept connections')) resolve()
      }
      running.stdout?.on('data', hear)
      running.stderr?.on('data', hear)
      running.once('error', reject)
      running.once('exit', () => reject(new Error(`${program} did not start: ${said}`)))
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    const running = child
    child = null
    running?.kill(signal)
    await ended
  }
  let asAdmin: Redis | null = null
  const admin = () => {
    asAdmin ??= new Redis({
      host: '127.0.0.1',
      port,
      ...(users.length > 0 ? { username: tester.name, password: tester.password } : {}),
      ...(certificate === null ? {} : { tls: { ca: certificate.cert } }),
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
    }).on('error', () => {})
    return asAdmin
  }
  await start()
  const [user] = users
  const scheme = tls ? 'rediss' : 'redis'
  return {
    url: `${scheme}://${user === undefined ? '' : `${user.name}:${encodeURIComponent(user.password)}@`}127.0.0.1:${port}${tls ? `?ca=${ca}` : ''}`,
    port,
    get pid() {
      return child?.pid ?? 0
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async flush() {
      await admin().flushall()
    },
    admin,
    async drop() {
      asAdmin?.disconnect()
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
