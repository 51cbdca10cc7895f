import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../../app/config.ts'
import { startDaemon } from '../../../app/daemon.ts'
import { silentLog } from '../../../engine/log.ts'
import { run } from './outside.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'broadsheet-backup-'))
  writeFileSync(join(cwd, 'broadsheet.yaml'), 'http: { port: 0 }\n')
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const cli = (...args: string[]) => run(cwd, args)
const daemonHere = () => startDaemon(loadConfig({ cwd, env: {} }), { log: silentLog, version: '1.2.3' })
const modeOf = (...path: string[]) => statSync(join(cwd, ...path)).mode & 0o777

test('a backup of a daemon at work is whole, and is what was there when it is put back', async () => {
  const daemon = await daemonHere()
  await cli('list', 'add', 'before', '--title', 'Before')
  const { code, out, err } = await cli('backup', 'backups')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^✓ backups\/.*\.db, /) as string })
  expect(err).toContain('Not copied: broadsheet-data/secrets.')
  const [name = ''] = readdirSync(join(cwd, 'backups'))
  expect([modeOf('backups'), modeOf('backups', name)]).toEqual([0o700, 0o600])
  await cli('list', 'add', 'after', '--title', 'After')
  await daemon.stop()

  const database = join(cwd, 'broadsheet-data', 'broadsheet.db')
  for (const end of ['-wal', '-shm']) rmSync(database + end, { force: true })
  copyFileSync(join(cwd, 'backups', name), database)
  const again = await daemonHere()
  const lists = await cli('list', 'list', '--json')
  await again.stop()
  expect(lists.json.map(({ name }) => name)).toEqual(['before'])
})

test('secrets go into a folder of their own, and a stopped daemon is no hindrance', async () => {
  await cli('init')
  expect(await cli('backup', 'backups', '--secrets', 'keys')).toMatchObject({ code: 0, err: '' })
  expect(readdirSync(join(cwd, 'backups'))).toEqual([
    expect.stringMatching(/^broadsheet-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.db$/),
  ])
  expect(readdirSync(join(cwd, 'keys'))).toEqual(['secrets'])
  expect(modeOf('keys', 'secrets')).toBe(0o600)
  const kept = (folder: string) => readFileSync(join(cwd, folder, 'secrets'), 'utf8')
  expect(kept('keys')).toBe(kept('broadsheet-data'))
})

test('what cannot be backed up is told, and leaves nothing that looks like a backup', async () => {
  expect(await cli('backup', 'backups')).toMatchObject({
    code: 3,
    err: expect.stringContaining('There is no database') as string,
  })
  expect(
    await cli(
      'backup',
      'backups',
      '--store',
      'postgres://news@db/news',
      '--set',
      `secrets=["${'s'.repeat(32)}"]`,
    ),
  ).toMatchObject({
    code: 2,
    err: expect.stringContaining('pg_dump') as string,
  })
  await cli('init')
  writeFileSync(join(cwd, 'in-the-way'), '')
  expect(await cli('backup', 'in-the-way')).toMatchObject({
    code: 8,
    err: expect.stringContaining('was not backed up: EEXIST') as string,
  })
})
