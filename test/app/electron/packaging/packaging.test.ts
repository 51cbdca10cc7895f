import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { extractAll, extractFile, listPackage, statFile } from '@electron/asar'
import { FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'
import Database from 'better-sqlite3'
import { Arch, build, Platform } from 'electron-builder'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createEngineHost } from '../../../../app/electron/engine/host.ts'
import { production } from '../../../../app/licences/pages.ts'
import { systemClock } from '../../../../engine/clock.ts'
import { silentLog } from '../../../../engine/log.ts'
import { openFolder } from '../support/desktop.ts'
import { forkEngine } from '../support/node-child.ts'
import { makeElectronDist } from './electron-dist.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
// Beside the other things that are built: this holds 150 MB.
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-packaging-'))
const out = join(folder, 'out')
const resources = join(out, 'linux-unpacked/resources')
const asar = join(resources, 'app.asar')
const deb = join(out, `broadsheet-${version}-linux-amd64.deb`)

// Its targets on Linux without what electron-builder would fetch: Electron, and fpm. AppImage takes tools of its own and is not made.
beforeAll(async () => {
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
  node('app/copy-assets.ts')
  node('app/electron/packaging/updater.ts')
  const fpm = join(folder, 'fpm')
  const standIn = fileURLToPath(new URL('./fpm.ts', import.meta.url))
  writeFileSync(fpm, `#!/bin/sh\nexec "${process.execPath}" "${standIn}" "$@"\n`)
  chmodSync(fpm, 0o755)
  process.env.CUSTOM_FPM_PATH = fpm
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget('deb', Arch.x64),
    publish: 'never',
    config: {
      extends: join(root, 'electron-builder.yml'),
      electronDist: makeElectronDist(join(folder, 'electron')),
      directories: { output: out },
    },
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const files = (): readonly string[] =>
  listPackage(asar, { isPack: false })
    .map((path) => path.slice(1).replaceAll('\\', '/'))
    .filter((path) => !('files' in statFile(asar, path)))
const text = (path: string): string => extractFile(asar, path).toString('utf8')

test('the archive holds every module that shell, engine and threads load', () => {
  const present = new Set(files())
  const { main } = JSON.parse(text('package.json')) as { main: string }
  const reached = new Set([
    main,
    'dist/app/electron/engine/entry.js',
    'dist/engine/render/worker.js',
    'dist/stores/sqlite/threads/thread.js',
  ])
  const missing: string[] = []
  const packages = new Set<string>()
  for (const file of reached) {
    if (!present.has(file)) {
      missing.push(file)
      continue
    }
    for (const [, from] of text(file).matchAll(/(?:\bfrom |\bimport |\bimport\()'([\w@./:-]+)'/g))
      if (/^\.{1,2}\//.test(from!)) reached.add(posix.join(posix.dirname(file), from!))
      else packages.add(from!.split('/', from!.startsWith('@') ? 2 : 1).join('/'))
  }
  expect(missing).toEqual([])
  expect(reached.size).toBeGreaterThan(400)
  const known = new Set(['electron', ...builtinModules])
  const unknown = [...packages].filter(
    (name) =>
      !name.startsWith('node:') && !known.has(name) && !present.has(`node_modules/${name}/package.json`),
  )
  expect(unknown).toEqual([])
  for (const file of ['preload.cjs', 'icons/icon.png', 'icons/tray.png', 'icons/trayTemplate.png'])
    expect(present).toContain(`dist/app/electron/${file}`)
  expect(present).toContain('dist/console/index.html')
  expect(present).toContain('node_modules/electron-updater/index.cjs')
})

test('and nothing else', () => {
  const found = files()
  const rooms = new Set(found.map((path) => path.split('/', 1)[0]!))
  expect([...rooms].toSorted()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
  const unwanted = found.filter(
    (path) =>
      /\.d\.[cm]?ts$|\.map$|\.tsbuildinfo$/.test(path) ||
      /^dist\/(test|app\/(demo|doctor|licences|reference|report)|app\/cli\/commands|app\/plugins\/kit)\//.test(
        path,
      ) ||
      /^node_modules\/(node-(darwin|linux|win)|better-sqlite3\/(src|deps))/.test(path),
  )
  expect(unwanted).toEqual([])
  const needed = new Set([...production().map(([name]) => name), 'electron-updater'])
  const packages = new Set(
    found
      .filter((path) => path.startsWith('node_modules/'))
      .map((path) =>
        path
          .split('/')
          .slice(1, path.startsWith('node_modules/@') ? 3 : 2)
          .join('/'),
      ),
  )
  expect([...packages].filter((name) => !needed.has(name))).toEqual([])
  expect(packages.size).toBeGreaterThan(100)
})

test('the preload script loads nothing but Electron', () => {
  const preload = text('dist/app/electron/preload.cjs')
  expect([...preload.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(["'electron'"])
  expect(preload).not.toMatch(/^\s*(import|export)\b/m)
})

test('outside of the archive lies the binding of SQLite alone, and it is one for any Node and Electron', () => {
  const unpacked = `${asar}.unpacked`
  const outside = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)))
  const binding = 'node_modules/better-sqlite3/prebuilds/linux-x64.node'
  expect(outside).toEqual([binding])
  const file = join(unpacked, binding)
  // Node-API is the same in both; what calls V8 itself fits one version of one of them.
  const bytes = readFileSync(file).toString('latin1')
  expect(bytes).toContain('napi_define_class')
  expect(bytes).not.toContain('_ZN2v8')
  if (process.arch !== 'x64') return
  const database = new Database(':memory:', { nativeBinding: file })
  expect(database.prepare('SELECT 6 * 7 AS answer').get()).toEqual({ answer: 42 })
  database.close()
})

test('the fuses are as promised', async () => {
  const wire = await getCurrentFuseWire(join(out, 'linux-unpacked/broadsheet-desktop'))
  const [off, on] = ['0'.charCodeAt(0), '1'.charCodeAt(0)]
  expect(wire).toMatchObject({
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableCookieEncryption]: on,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
  })
})

test('the update file names the package, its size and what it hashes to', () => {
  const bytes = readFileSync(deb)
  const update = parse(readFileSync(join(out, 'latest-linux.yml'), 'utf8')) as object
  expect(update).toMatchObject({
    version,
    files: [
      {
        url: `broadsheet-${version}-linux-amd64.deb`,
        size: bytes.length,
        sha512: createHash('sha512').update(bytes).digest('base64'),
      },
    ],
  })
  expect(parse(readFileSync(join(resources, 'app-update.yml'), 'utf8'))).toMatchObject({
    provider: 'generic',
  })
  expect(readFileSync(join(resources, 'package-type'), 'utf8')).toBe('deb')
})

test('the package brings the program, and opens tables with it', () => {
  const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' })
  for (const path of ['opt/Broadsheet/broadsheet-desktop', 'opt/Broadsheet/resources/app.asar'])
    expect(listed).toContain(path)
  const entry = /\.\/(usr\/share\/applications\/\S+\.desktop)/.exec(listed)![1]!
  execFileSync('dpkg-deb', ['--extract', deb, join(folder, 'installed')])
  const desktop = readFileSync(join(folder, 'installed', entry), 'utf8')
  expect(desktop).toMatch(/^MimeType=.*text\/csv/m)
  expect(desktop).toMatch(/^Exec=.* %[UF]$/m)
})

test('the engine runs from what was packed', async () => {
  const unpacked = join(folder, 'app')
  extractAll(asar, unpacked)
  const host = createEngineHost({
    fork: () => forkEngine({}, join(unpacked, 'dist/app/electron/engine/entry.js')),
    clock: systemClock,
    log: silentLog,
    write: () => {},
    onLost: () => {},
  })
  const { url, token } = await host.start({ version, home: openFolder(), port: 0, keys: null })
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${url}/api/v1/campaigns`, { headers })).status).toBe(200)
  const page = await fetch(`${url}/`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
  await host.stop()
  expect(createRequire(join(unpacked, 'dist/x.js')).resolve('better-sqlite3')).toContain(unpacked)
})
