import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { needProgram, redis } from './program.ts'

export interface DemoRedis {
  readonly url: string
  readonly place: string
  /** Of a server that was started here. */
  readonly pid: number | undefined
  close(): Promise<void>
}

/** REDIS_URL, or a server of this machine's own program on loopback. */
export async function startDemoRedis(env: NodeJS.ProcessEnv): Promise<DemoRedis> {
  const given = env.REDIS_URL
  if (given !== undefined && given !== '')
    return { url: given, place: new URL(given).host, pid: undefined, close: async () => {} }
  const program = needProgram(redis)
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-redis-'))
  const port = await freePort()
  const flags = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const child = spawn(program, [...flags, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} did not start: ${said.slice(-1000)}`)))
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    place: `127.0.0.1:${port}  (process ${child.pid})`,
    pid: child.pid,
    async close() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
