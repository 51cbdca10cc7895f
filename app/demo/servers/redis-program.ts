import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const programs = ['redis-server', 'valkey-server']

/** The path of a Redis (or Valkey) server; null where none is installed. */
export function findRedis(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const program of programs) {
      const path = join(folder, program)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {}
    }
  return null
}

/** As `findRedis`; where none is installed it is, if this user may do so. */
export function needRedis(): string {
  const found = findRedis() ?? (install() ? findRedis() : null)
  if (found !== null) return found
  const command =
    process.platform === 'darwin' ? 'brew install redis' : 'sudo apt-get install -y redis-server'
  throw new Error(`These tests need a Redis server: run "${command}", or name a server in REDIS_URL.`)
}

function install(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  // RUNLEVEL: no service of it is started. Another test process may be installing at the same time.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { stdio: 'ignore', env })
  const add = () => apt('install', '-y', '--no-install-recommends', 'redis-server')
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
