import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { startServer } from '../../../app/plugins/kit/template/test/server.ts'
import { silentLog } from '../../../engine/log.ts'
import { alertInputSchema, reportOf } from '../../../engine/model/alert-input.ts'

// As somebody who writes a plugin: the package as it would be published, a project made by its kit, and a daemon that uses it.

const checkout = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)
let home = ''
let project = ''

/** The installed Broadsheet's command line. */
async function broadsheet(args: readonly string[], cwd = home) {
  const bin = join(home, 'node_modules/broadsheet/app/bin.js')
  try {
    const { stdout, stderr } = await run(process.execPath, [bin, ...args], {
      cwd,
      env: { PATH: process.env.PATH, NO_COLOR: '1', TMPDIR: process.env.TMPDIR },
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'broadsheet-kit-'))
  const modules = join(home, 'node_modules')
  mkdirSync(modules)
  const npm = process.env.npm_execpath
  // The repository installs without scripts; packing needs its own, which builds.
  const pack = ['pack', '--silent', '--ignore-scripts=false', '--pack-destination', home]
  const { stdout } =
    npm === undefined
      ? await run('npm', pack, { cwd: checkout })
      : await run(process.execPath, [npm, ...pack], { cwd: checkout })
  await run('tar', ['-xzf', join(home, stdout.trim().split('\n').at(-1)!), '-C', modules])
  await run('mv', [join(modules, 'package'), join(modules, 'broadsheet')])
  // What npm would install beside it, without asking a registry.
  for (const name of readdirSync(join(checkout, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
  const made = await broadsheet(['plugin', 'new', 'my-thing'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  project = join(home, 'my-thing')
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('the project is whole, and about the name that it was given', () => {
  const files = [
    '.gitignore',
    'README.md',
    'index.ts',
    'package.json',
    'test/channel.test.ts',
    'tsconfig.json',
  ]
  for (const file of files) expect([file, existsSync(join(project, file))]).toEqual([file, true])
  expect(readFileSync(join(project, 'index.ts'), 'utf8')).toContain("name: 'my-thing'")
  const { devDependencies, broadsheet: manifest } = JSON.parse(
    readFileSync(join(project, 'package.json'), 'utf8'),
  )
  expect(devDependencies.broadsheet).toMatch(/^\^\d+\.\d+\.\d+$/)
  expect(manifest.name).toBe('my-thing')
})

test('a folder with something in it is left alone, and so is a name that is none', async () => {
  expect(await broadsheet(['plugin', 'new', 'my-thing'])).toMatchObject({ code: 4 })
  expect(await broadsheet(['plugin', 'new', 'My Thing'])).toMatchObject({ code: 4 })
})

test('its types hold against the published ones', async () => {
  const tsc = join(home, 'node_modules/typescript/bin/tsc')
  await expect(run(process.execPath, [tsc, '-p', project], { cwd: project })).resolves.toMatchObject({
    stdout: '',
  })
})

test('"plugin test" runs its tests, and its channel in a confined process', async () => {
  const { code, stdout, stderr } = await broadsheet(['--json', 'plugin', 'test', 'my-thing'])
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { what: string; ok: boolean })
  expect(findings.filter(({ ok }) => !ok)).toEqual([])
  expect(findings.map(({ what }) => what)).toEqual([
    'manifest',
    'api',
    'asks for',
    'settings',
    'example',
    'tests',
    'open',
    'probe',
    'close',
  ])
  expect(code, stderr).toBe(0)
})

test('"plugin check" names what is wrong', async () => {
  const file = join(project, 'package.json')
  const before = readFileSync(file, 'utf8')
  try {
    writeFileSync(file, before.replace('"api": "1"', '"api": "2"'))
    expect(await broadsheet(['plugin', 'check', 'my-thing'])).toMatchObject({
      code: 10,
      stdout: expect.stringContaining('speaks channel API 2, this Broadsheet speaks 1'),
    })
    writeFileSync(file, before.replace('"rooms"', '"romms"'))
    const { stdout } = await broadsheet(['plugin', 'check', 'my-thing'])
    expect(stdout).toMatch(/✗ example .*rooms/)
  } finally {
    writeFileSync(file, before)
  }
})

test('a daemon uses it from its settings', async () => {
  const token = 'let-me-in'
  const server = await startServer(token)
  const { host } = new URL(server.url)
  writeFileSync(
    join(home, 'broadsheet.yaml'),
    `store: 'memory:'
http: { port: 0 }
plugins:
  - package: ./my-thing
    addresses: ['${host}']
channels:
  alarms: { type: my-thing, url: '${server.url}', token: ${token}, rooms: [newsroom] }
alerts:
  receivers: { default: { rooms: [alarms/newsroom] } }
`,
  )
  // The kit's manifest asks for public addresses; a server on loopback is this test's.
  const file = join(project, 'package.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"*:443"', '"*:*"'))

  expect(await broadsheet(['config', 'check'])).toMatchObject({ code: 0 })
  const { stdout } = await broadsheet(['plugin', 'list'])
  expect(stdout).toMatch(new RegExp(`my-thing +broadsheet-my-thing 0.1.0 +1 +${host}`))

  const daemon = await startDaemon(loadConfig({ cwd: home, env: {} }), { log: silentLog, version: '1.2.3' })
  try {
    expect(await daemon.engine.probeChannel('alarms')).toEqual({ ok: true, detail: `${host} answers.` })
    const input = alertInputSchema.parse({ title: 'Disk full', text: 'No space is left on db-1.' })
    await vi.waitFor(() => expect(daemon.engine.alerts.desk()).not.toBeNull())
    await daemon.engine.alerts.report([reportOf(input, Date.now(), 60_000)])
    await vi.waitFor(() => expect(server.received.length).toBe(1), { timeout: 60_000, interval: 5 })
    expect(server.received[0]).toMatchObject({ room: 'newsroom', text: expect.stringContaining('Disk full') })
  } finally {
    await daemon.stop()
    await server.close()
  }
})
