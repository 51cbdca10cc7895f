import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A server of the system's packages. */
interface Program {
  /** For people: `a Redis server`. */
  readonly what: string
  readonly names: readonly string[]
  readonly apt: string
  readonly brew: string
  /** What else would do. */
  readonly or?: string
}

export const redis: Program = {
  what: 'a Redis server',
  names: ['redis-server', 'valkey-server'],
  apt: 'redis-server',
  brew: 'redis',
  or: 'name a server in REDIS_URL',
}
export const pgBouncer: Program = {
  what: 'PgBouncer',
  names: ['pgbouncer'],
  apt: 'pgbouncer',
  brew: 'pgbouncer',
}
export const chromium: Program = {
  what: 'a Chromium browser',
  names: ['chromium', 'chromium-browser', 'google-chrome'],
  apt: 'chromium',
  brew: 'chromium',
  or: 'name one in CHROMIUM_PATH',
}

/** Its path; null where it is not installed. */
export function findProgram({ names }: Program): string | null {
  // Debian keeps servers where only root looks.
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'])
    for (const name of names) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {}
    }
  return null
}

/** As `findProgram`; where it is not installed it is, if this user may do so. */
export function needProgram(program: Program): string {
  const found = findProgram(program) ?? (install(program) ? findProgram(program) : null)
  if (found !== null) return found
  const command =
    process.platform === 'darwin' ? `brew install ${program.brew}` : `sudo apt-get install -y ${program.apt}`
  const or = program.or === undefined ? '' : `, or ${program.or}`
  throw new Error(`This needs ${program.what}: run "${command}"${or}.`)
}

function install({ apt: name }: Program): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  // RUNLEVEL: no service of it is started. Another process may be installing at the same time.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { stdio: 'ignore', env })
  const add = () => apt('install', '-y', '--no-install-recommends', name)
  try {
    add()
  } catch {
    try {
      apt('update')
      add()
    } catch {
      return false
    }
  }
  return true
}
