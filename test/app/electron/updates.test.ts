import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { serveFolder } from '../../../app/electron/updates/folder-server.ts'
import { updateSource } from '../../../app/electron/updates/source.ts'
import { createUpdates, type Updater } from '../../../app/electron/updates/updates.ts'
import { english } from '../../../app/electron/words/english.ts'
import { systemClock } from '../../../engine/clock.ts'
import { silentLog } from '../../../engine/log.ts'
import { openFolder } from './support/desktop.ts'
import { createElectron } from './support/electron.ts'

/** electron-updater as far as it is used: reads the version from the server that it was told of. */
function createUpdater() {
  const calls: string[] = []
  let feed = ''
  const updater = {
    autoDownload: true,
    autoInstallOnAppQuit: true,
    allowDowngrade: true,
    disableDifferentialDownload: false,
    logger: console as never,
    setFeedURL: (options: { url: string }) => {
      feed = options.url
    },
    async checkForUpdates() {
      const found = await fetch(new URL('latest-linux.yml', feed))
      if (!found.ok) throw new Error(`HTTP ${found.status}`)
      const version = /version: (\S+)/.exec(await found.text())![1]!
      return { isUpdateAvailable: version !== '1.2.3', updateInfo: { version } }
    },
    downloadUpdate: async () => {
      calls.push('download')
      return []
    },
    quitAndInstall: () => void calls.push('install'),
  }
  return { updater: updater as unknown as Updater, calls }
}

function open(options: { from?: string | null; sending?: boolean } = {}) {
  const folder = openFolder()
  const { asked, answer, parts } = createElectron({ folder })
  const { updater, calls } = createUpdater()
  const load = vi.fn(async () => updater)
  let { sending = false } = options
  const updates = createUpdates({
    load,
    dialog: parts.dialog,
    words: english,
    version: '1.2.3',
    from: () => (options.from === undefined ? folder : options.from),
    isSending: () => sending,
    leave: async () => void calls.push('leave'),
    onChange: () => {},
    clock: systemClock,
    log: silentLog,
  })
  onTestFinished(() => updates.stop())
  return {
    updates,
    updater,
    calls,
    asked,
    answer,
    load,
    publish: (version: string) => writeFileSync(join(folder, 'latest-linux.yml'), `version: ${version}\n`),
    send: (now: boolean) => {
      sending = now
    },
  }
}

test('without a place nothing is loaded, and nothing is looked for', async () => {
  const { updates, load, asked } = open({ from: null })
  await updates.check({ asked: false })
  expect(asked).toEqual([])
  await updates.check({ asked: true })
  expect(asked[0]!.message).toBe('No updates are looked for')
  expect(load).not.toHaveBeenCalled()
})

test('a new version in a folder is fetched and installed when somebody says so, after the engine has ended', async () => {
  const { updates, updater, calls, asked, answer, publish } = open()
  publish('1.3.0')
  answer('Fetch it')
  answer('Install and restart')
  await updates.check({ asked: false })
  expect(asked.map(({ message }) => message)).toEqual([
    'Version 1.3.0 is there',
    'Version 1.3.0 is ready to install',
  ])
  expect(calls).toEqual(['download', 'leave', 'install'])
  expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false, allowDowngrade: false })
})

test('later is later: nothing is fetched, nothing installed', async () => {
  const { updates, calls, answer, publish } = open()
  publish('1.3.0')
  answer('Later')
  await updates.check({ asked: false })
  expect([calls, updates.ready]).toEqual([[], null])
  answer('Fetch it')
  answer('Later')
  await updates.check({ asked: true })
  expect([calls, updates.ready]).toEqual([['download'], '1.3.0'])
})

test('nothing is installed while something is sent; it is offered when that is over', async () => {
  const { updates, calls, asked, answer, publish, send } = open({ sending: true })
  publish('1.3.0')
  answer('Fetch it')
  await updates.check({ asked: false })
  expect(asked.at(-1)).toMatchObject({ detail: english.updates.busy })
  await updates.offer()
  expect(calls).toEqual(['download'])
  send(false)
  updates.onIdle()
  answer('Install and restart')
  await vi.waitFor(() => expect(calls).toEqual(['download', 'leave', 'install']), {
    timeout: 60_000,
    interval: 5,
  })
})

test('a campaign that begins while the question stands is not cut off', async () => {
  const { updates, calls, asked, answer, publish, send } = open()
  publish('1.3.0')
  answer('Fetch it')
  const checking = updates.check({ asked: false })
  await vi.waitFor(() => expect(asked).toHaveLength(2), { timeout: 60_000, interval: 5 })
  send(true)
  answer('Install and restart')
  await checking
  expect(calls).toEqual(['download'])
})

test('who asked is answered, whatever the answer is', async () => {
  const { updates, asked, publish } = open()
  await updates.check({ asked: true })
  expect(asked[0]).toMatchObject({ type: 'error', detail: 'HTTP 404' })
  publish('1.2.3')
  await updates.check({ asked: true })
  expect(asked[1]!.message).toBe('1.2.3 is the newest version')
})

test.each([
  ['https://updates.example/broadsheet/', { kind: 'server', url: 'https://updates.example/broadsheet/' }],
  ['http://localhost:9000/', { kind: 'server', url: 'http://localhost:9000/' }],
  ['http://updates.example/', null],
  ['https://user:secret@updates.example/', null],
  ['ftp://updates.example/', null],
  ['relative/folder', null],
  ['/there/is/no/such/folder', null],
])('updates from %s', (from, source) => {
  expect(updateSource(from)).toEqual(source)
})

test('the folder is served on loopback, under a path of its own, and holds nothing but its files', async () => {
  const folder = openFolder()
  writeFileSync(join(folder, 'latest.yml'), 'version: 2.0.0\n')
  writeFileSync(join(folder, 'Broadsheet Setup 2.0.0.exe'), 'program')
  writeFileSync(join(folder, '.hidden'), 'secret')
  mkdirSync(join(folder, 'inner'))
  writeFileSync(join(folder, 'inner', 'file'), 'secret')
  const server = await serveFolder(folder)
  onTestFinished(() => server.close())
  const { hostname, origin } = new URL(server.url)
  expect(hostname).toBe('127.0.0.1')
  const get = async (url: string) => (await fetch(url)).status
  expect(await (await fetch(`${server.url}latest.yml`)).text()).toBe('version: 2.0.0\n')
  expect(await get(`${server.url}Broadsheet%20Setup%202.0.0.exe`)).toBe(200)
  for (const path of ['.hidden', 'inner', 'inner/file', '..%2Flatest.yml', '%2e%2e%2f', '%E0%A4', ''])
    expect(await get(server.url + path), path).toBe(404)
  expect(await get(`${origin}/latest.yml`)).toBe(404)
  expect(await get(`${origin}/guessed/latest.yml`)).toBe(404)
})
