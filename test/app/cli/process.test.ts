import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DaemonFile } from '../../../app/daemon-file.ts'
import { run } from './outside.ts'

const bin = new URL('../../../app/bin.js', import.meta.url).pathname
let cwd = ''
const children = new Set<ChildProcess>()

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-process-'))
  writeFileSync(
    join(cwd, 'broadsheet.yaml'),
    'http: { port: 0 }\nchannels: { file: { directory: outbox, fsync: false } }\n',
  )
})
afterEach(async () => {
  await Promise.all([...children].map(end))
  rmSync(cwd, { recursive: true, force: true })
})

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

const exec = (command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(command, args, { cwd, env: { PATH: process.env.PATH, ...env } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    )
  })
const broadsheet = (...args: string[]) => exec(process.execPath, [bin, ...args])

const dataFile = (name: string) => join(cwd, 'broadsheet-data', name)
const daemonFile = (): DaemonFile => JSON.parse(readFileSync(dataFile('daemon.json'), 'utf8')) as DaemonFile

/** `broadsheet serve` that has told that it listens. */
async function serve(...args: string[]): Promise<{ child: ChildProcess; exit: Promise<number | null> }> {
  const child = spawn(process.execPath, [bin, 'serve', '--json', ...args], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await new Promise<void>((resolve, reject) => {
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.stdout.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${err}`)))
  })
  return { child, exit }
}

// What an old Node reports of itself, on this one.
const pretend =
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"

test('an old Node without a newer one beside it is told what to do, and nothing is loaded', async () => {
  const old = join(cwd, 'old.cjs')
  writeFileSync(old, pretend)
  const alone = join(cwd, 'app')
  mkdirSync(alone)
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
  for (const file of ['bin.js', 'node24.js']) copyFileSync(join(dirname(bin), file), join(alone, file))
  const { code, out, err } = await exec(process.execPath, ['-r', old, join(alone, 'bin.js'), 'serve'])
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err).toMatch(/^Broadsheet needs Node\.js 24 or later, and this is 20\.20\.2 \(/)
  expect(err).toContain('npm ci')
  expect(existsSync(join(cwd, 'broadsheet-data'))).toBe(false)
})

test("the system's own Node runs it on the Node that came with the package, or says what is missing", async () => {
  const { code, out, err } = await exec('node', [bin, '--version'], { PATH: '/usr/local/bin:/usr/bin:/bin' })
  if (code === 0) expect(out).toMatch(/^\d+\.\d+\.\d+$/m)
  else expect(err).toMatch(/Broadsheet needs Node\.js 24|ENOENT/)
})

test('serve: found by other commands, alone on its data, and away cleanly at SIGTERM', async () => {
  const { child, exit } = await serve()
  expect(daemonFile()).toMatchObject({
    pid: child.pid,
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
  })
  expect(statSync(dataFile('daemon.json')).mode & 0o777).toBe(0o600)
  const [added, second] = await Promise.all([broadsheet('list', 'add', 'news'), broadsheet('serve')])
  expect(added).toMatchObject({ code: 0, out: 'Made the list "news".\n' })
  expect(second.code).toBe(6)
  expect(second.err).toContain(`process ${child.pid}`)
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(existsSync(dataFile('daemon.json'))).toBe(false)
})

test('after kill -9 the file it left misleads nobody', async () => {
  const { child, exit } = await serve()
  child.kill('SIGKILL')
  await exit
  expect(existsSync(dataFile('daemon.json'))).toBe(true)
  expect(await run(cwd, ['list', 'list', '--json'])).toMatchObject({ code: 0, out: '', err: '' })
})

test('start-up errors are one message and a code of their own', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  try {
    const taken = await run(cwd, ['serve', '--port', String(port)])
    expect(taken.code).toBe(9)
    expect(taken.err).toMatch(new RegExp(`^broadsheet: Port ${port} on 127\\.0\\.0\\.1 is taken`, 'm'))
    expect(taken.err).not.toContain('    at ')
    expect(existsSync(dataFile('daemon.json'))).toBe(false)
  } finally {
    server.close()
  }
  writeFileSync(join(cwd, 'damaged.db'), Buffer.alloc(8192, 'not a database '))
  const damaged = await run(cwd, ['serve', '--store', 'sqlite:damaged.db'])
  expect(damaged.code).toBe(7)
  expect(damaged.err).toMatch(/^broadsheet: The database .*damaged\.db is damaged/)
  expect(damaged.err.split('\n')).toHaveLength(2)
})
