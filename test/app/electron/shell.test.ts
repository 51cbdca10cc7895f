import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { channels } from '../../../app/electron/bridge/bridge.ts'
import { until } from '../../faults/support/until.ts'
import { serve } from '../http/serve.ts'
import { openDesktop } from './support/desktop.ts'
import { createKeyring } from './support/keyring.ts'
import { emit } from './support/window.ts'

const within = { timeout: 300_000, interval: 5 }

test('the page is a guest: confined, at the own engine, and let in by a token that it never sees', async () => {
  const { shell, app, windows, session, schemes } = openDesktop()
  await shell.start()
  expect(app.sandboxed).toBe(true)
  expect(schemes).toEqual(['broadsheet-desktop'])
  const [window] = windows
  expect(window!.options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    preload: '/app/preload.cjs',
  })
  expect(window!.visible).toBe(true)
  const [url] = window!.loaded
  const { origin } = new URL(url!)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/$/)

  const own = session('persist:own')
  const me = await own.fetch(`${origin}/api/v1/access/me`)
  expect(await me.json()).toMatchObject({ kind: 'local' })
  const { authorization } = await own.headersOf(`${origin}/api/v1/access/me`, { initiatorOrigin: origin })
  const token = authorization!.replace('Bearer ', '')
  expect(
    JSON.stringify([window!.options, window!.loaded, window!.webContents.sent], withoutSession),
  ).not.toContain(token)
  expect(await own.headersOf(`${origin}/`, { initiatorOrigin: 'https://evil.example' })).not.toHaveProperty(
    'authorization',
  )

  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
  await expect(fetch(`${origin}/livez`), 'the engine is gone').rejects.toThrow('fetch failed')
})

const withoutSession = (key: string, value: unknown): unknown => (key === 'session' ? undefined : value)

test('closing the window leaves it running in the tray; a second start brings it back', async () => {
  const { shell, app, windows, trays } = openDesktop()
  await shell.start()
  windows[0]!.close()
  expect(windows[0]).toMatchObject({ visible: false, destroyed: false })
  await vi.waitFor(() => expect(trays[0]!.labels()).toContain('Nothing is being sent'), within)
  app.emit('second-instance', {}, ['broadsheet'], '/')
  expect(windows[0]!.visible).toBe(true)
  windows[0]!.close()
  trays[0]!.emit('click')
  expect(windows[0]!.visible).toBe(true)
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
  expect(trays[0]!.destroyed).toBe(true)
})

test('a second one of it ends at once', async () => {
  const { shell, app, windows, trays, children } = openDesktop({ isSecond: true })
  await shell.start()
  expect(app.quits).toBe(1)
  expect([windows, trays, children]).toEqual([[], [], []])
})

test('an alert is told, and a click leads to it', async () => {
  const { shell, app, windows, notifications, session, trays } = openDesktop({ locale: 'de-AT' })
  await shell.start()
  const { origin } = new URL(windows[0]!.loaded[0]!)
  await vi.waitFor(() => expect(trays[0]!.labels()).toContain('Es wird nichts versandt'), within)
  const reported = await session('persist:own').fetch(`${origin}/api/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'mill', title: 'The mill is on fire', severity: 'critical' }),
  })
  const { alerts } = (await reported.json()) as { alerts: { id: string }[] }
  await vi.waitFor(() => expect(notifications).toHaveLength(1), within)
  expect(notifications[0]).toMatchObject({
    shown: true,
    options: { title: 'Kritisch', body: 'The mill is on fire', urgency: 'critical' },
  })
  await vi.waitFor(() => expect(trays[0]!.labels()).toContain('1 Alarm ist aktiv'), within)
  windows[0]!.hide()
  notifications[0]!.emit('click')
  expect(windows[0]).toMatchObject({ visible: true })
  expect(windows[0]!.loaded.at(-1)).toBe(`${origin}/#/alerts/${alerts[0]!.id}`)
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
})

test('a table is handed over after its name was agreed to, and to the console only', async () => {
  const { shell, app, windows, asked, answer, invoke, folder } = openDesktop({ argv: ['--flag', 'list.csv'] })
  writeFileSync(join(folder, 'list.csv'), 'email\nada@readers.example\n')
  writeFileSync(join(folder, 'other.csv'), 'email\n')
  writeFileSync(join(folder, 'notes.txt'), 'no table')
  await shell.start()
  await vi.waitFor(() => expect(asked).toHaveLength(1), within)
  expect(asked[0]).toMatchObject({ message: 'Import “list.csv”?', detail: expect.stringContaining(folder) })
  const { webContents, loaded } = windows[0]!
  expect(webContents.sent).toEqual([])
  answer('Choose columns…')
  await vi.waitFor(() => expect(webContents.sent).toHaveLength(1), within)
  const { origin } = new URL(loaded[0]!)
  expect(loaded.at(-1)).toBe(`${origin}/#/subscribers/import`)
  const { channel, input } = webContents.sent[0]!
  expect(channel).toBe(channels.offerImport)
  expect(input).toMatchObject({ name: 'list.csv', bytes: 26 })
  expect(JSON.stringify(input)).not.toContain(folder)

  const { id } = input as { id: string }
  const console_ = { sender: webContents, senderFrame: webContents.mainFrame }
  const read = (event: object, said: unknown) => invoke(channels.readImport, event, said)
  expect(Buffer.from((await read(console_, { id, offset: 6 })) as Uint8Array).toString()).toBe(
    'ada@readers.example\n',
  )
  expect(await read(console_, { id, offset: 26 })).toHaveLength(0)
  await expect(read({ ...console_, senderFrame: { origin } }, { id, offset: 0 })).rejects.toThrow(
    'console only',
  )
  await expect(read({ ...console_, senderFrame: null }, { id, offset: 0 })).rejects.toThrow('console only')
  await expect(read({ ...console_, sender: {} }, { id, offset: 0 })).rejects.toThrow('console only')
  webContents.mainFrame.origin = 'https://evil.example'
  await expect(read(console_, { id, offset: 0 })).rejects.toThrow('console only')
  webContents.mainFrame.origin = origin
  await expect(read(console_, { id, offset: -1 })).rejects.toThrow('does not take that')
  await expect(read(console_, { id, offset: 0, path: '/etc/passwd' })).rejects.toThrow('does not take that')
  await expect(read(console_, { id: 'guessed', offset: 0 })).rejects.toThrow('not offered')

  expect(emit(app, 'open-file', {}, join(folder, 'other.csv')).prevented).toBe(true)
  await vi.waitFor(() => expect(asked).toHaveLength(2), within)
  answer('Cancel')
  emit(app, 'open-file', {}, join(folder, 'notes.txt'))
  emit(app, 'second-instance', {}, ['broadsheet', 'missing.csv'], folder)
  await vi.waitFor(() => expect(asked).toHaveLength(3), within)
  expect(asked[2]).toMatchObject({ type: 'error', message: '“missing.csv” cannot be read' })
  expect(webContents.sent).toHaveLength(1)
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
})

test('without a keyring it asks, and keeps nothing unencrypted that nobody agreed to', async () => {
  const keyring = createKeyring({ backend: 'basic_text' })
  const first = openDesktop({ keyring })
  const secrets = join(first.home, 'broadsheet-data', 'secrets')
  first.answer('Quit')
  await first.shell.start()
  await vi.waitFor(() => expect(first.app.quits).toBe(1), within)
  expect(first.asked[0]).toMatchObject({
    message: 'There is no keyring to keep secrets in',
    detail: expect.stringContaining('unencrypted'),
  })
  expect([first.children, existsSync(secrets)]).toEqual([[], false])

  const { folder } = first
  const second = openDesktop({ keyring, folder })
  second.answer('Keep them unencrypted')
  await second.shell.start()
  expect(second.windows).toHaveLength(1)
  expect(existsSync(secrets)).toBe(true)
  second.app.quit()
  await vi.waitFor(() => expect(second.app.quits).toBe(1), within)

  const third = openDesktop({ keyring, folder })
  await third.shell.start()
  expect(third.asked, 'agreed to for good').toEqual([])
  third.app.quit()
  await vi.waitFor(() => expect(third.app.quits).toBe(1), within)
})

test('secrets that the keyring does not open any more are not made anew', async () => {
  const first = openDesktop()
  await first.shell.start()
  first.app.quit()
  await vi.waitFor(() => expect(first.app.quits).toBe(1), within)
  const file = join(first.folder, 'userData', 'engine-keys')
  const before = readFileSync(file)
  const second = openDesktop({ folder: first.folder, keyring: createKeyring() })
  second.answer('Quit')
  await second.shell.start()
  expect(second.asked[0]!.message).toBe('The engine’s secrets cannot be opened')
  expect(second.children).toEqual([])
  expect(readFileSync(file)).toEqual(before)
})

test('an engine that refuses says why, and one can connect elsewhere', async () => {
  await using remote = await serve()
  const { shell, app, asked, answer, windows, session, openedPaths, trays, children } = openDesktop({
    engine: { http: { prot: 1 } },
  })
  answer('Open logs folder')
  answer('Connect elsewhere…')
  await shell.start()
  expect(asked[0]).toMatchObject({
    message: 'The engine did not start',
    detail: expect.stringContaining('http.prot'),
  })
  expect(openedPaths).toHaveLength(1)
  expect(windows).toHaveLength(1)
  expect(windows[0]!.options).toMatchObject({ title: 'Connect Broadsheet' })
  expect(windows[0]!.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true })
  expect(windows[0]!.options.webPreferences).not.toHaveProperty('preload')

  const connect = session('connect')
  const ask = async (path: string) => {
    const answered = await connect.served.get('broadsheet-desktop')!(
      new Request(`broadsheet-desktop://connect${path}`),
    )
    return { csp: answered.headers.get('content-security-policy'), text: await answered.text() }
  }
  const form = await ask('/')
  expect(form.csp).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action broadsheet-desktop:;/)
  expect(form.text).not.toContain('<script')
  expect((await ask('/open?address=http%3A%2F%2Fnews.example')).text).toContain('use https')
  expect((await ask('/open?address=%22%3E%3Cscript%3E')).text).not.toContain('<script')
  expect(windows).toHaveLength(1)

  await ask(`/open?address=${encodeURIComponent(remote.url)}`)
  await vi.waitFor(() => expect(windows).toHaveLength(2), within)
  expect(windows[0]!.destroyed).toBe(true)
  await vi.waitFor(() => expect(windows[1]!.loaded).toEqual([`${remote.url}/#/`]), within)
  const { session: used } = windows[1]!.options.webPreferences!
  expect((used as unknown as { partition: string }).partition).toMatch(/^persist:remote-[0-9a-f]{24}$/)
  expect(await windows[1]!.webContents.session.headersOf(`${remote.url}/`)).not.toHaveProperty(
    'authorization',
  )
  await vi.waitFor(() => expect(trays[0]!.labels()).toContain('Sign in to see what is running'), within)
  await until('the engine to be gone', () => children.every(({ process }) => process.exitCode !== null))
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
})

test('an engine that is lost takes the token along, and is started again when wanted', async () => {
  const { shell, app, asked, answer, windows, session, children } = openDesktop()
  await shell.start()
  const { origin } = new URL(windows[0]!.loaded[0]!)
  children[0]!.process.kill('SIGKILL')
  await vi.waitFor(() => expect(asked).toHaveLength(1), within)
  expect(asked[0]!.message).toBe('The engine has stopped')
  expect(windows[0]!.destroyed).toBe(true)
  expect(await session('persist:own').headersOf(`${origin}/`)).not.toHaveProperty('authorization')
  answer('Start again')
  await vi.waitFor(() => expect(windows[1]?.loaded).toEqual([`${origin}/#/`]), within)
  expect(await session('persist:own').headersOf(`${origin}/`)).toHaveProperty('authorization')
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
})

test('a certificate that is not valid is never waved through', async () => {
  await using remote = await serve()
  const { shell, app, asked, answer, windows } = openDesktop({
    desktop: { connection: { to: 'remote', url: remote.url } },
  })
  await shell.start()
  const callback = vi.fn()
  const { prevented } = emit(app, 'certificate-error', {}, {}, 'https://x.example', 'ERR', {}, callback)
  expect(prevented).toBe(true)
  expect(callback).toHaveBeenCalledExactlyOnceWith(false)
  windows[0]!.webContents.emit('did-fail-load', {}, -202, '', '', true)
  await vi.waitFor(() => expect(asked).toHaveLength(1), within)
  expect(asked[0]!.message).toContain('does not prove who it is')
  expect(asked[0]!.buttons).toEqual(['Try again', 'Connect elsewhere…', 'Cancel'])
  answer('Try again')
  await vi.waitFor(() => expect(windows).toHaveLength(2), within)
  windows[1]!.webContents.emit('did-fail-load', {}, -3, '', '', true)
  expect(asked).toHaveLength(1)
  app.quit()
  await vi.waitFor(() => expect(app.quits).toBe(1), within)
})

test('where the window was it is again, unless that screen is gone', async () => {
  const keyring = createKeyring()
  const first = openDesktop({ keyring })
  await first.shell.start()
  first.windows[0]!.bounds = { x: 2000, y: 50, width: 1100, height: 700 }
  first.app.quit()
  await vi.waitFor(() => expect(first.app.quits).toBe(1), within)
  const { folder } = first
  const big = { x: 0, y: 0, width: 1920, height: 1080 }
  for (const [screens, width] of [
    [[big, { ...big, x: 1920 }], 1100],
    [[big], 1360],
  ] as const) {
    const next = openDesktop({ folder, screens, keyring })
    await next.shell.start()
    expect(next.windows[0]!.options).toMatchObject({ width })
    next.app.quit()
    await vi.waitFor(() => expect(next.app.quits).toBe(1), within)
  }
})
