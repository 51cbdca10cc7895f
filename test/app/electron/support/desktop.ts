import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { ShellOptions } from '../../../../app/electron/parts.ts'
import { createShell } from '../../../../app/electron/shell.ts'
import { systemClock } from '../../../../engine/clock.ts'
import { silentLog } from '../../../../engine/log.ts'
import { createElectron } from './electron.ts'
import { forkEngine } from './node-child.ts'

export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-desktop-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Options = Partial<Parameters<typeof createElectron>[0]> &
  Partial<ShellOptions> & {
    /** broadsheet.yaml of the own engine. */
    readonly engine?: object
    /** desktop.json */
    readonly desktop?: object
  }

/** The shell on a double of Electron, with a real engine in a process of plain Node. */
export function openDesktop(options: Options = {}) {
  const { folder = openFolder(), engine, desktop, keyring, locale, isSecond, screens, ...rest } = options
  const home = join(folder, 'userData', 'engine')
  mkdirSync(home, { recursive: true })
  if (engine !== undefined) writeFileSync(join(home, 'broadsheet.yaml'), stringify(engine))
  if (desktop !== undefined) writeFileSync(join(folder, 'userData', 'desktop.json'), JSON.stringify(desktop))
  const electron = createElectron({
    folder,
    ...(keyring !== undefined && { keyring }),
    ...(locale !== undefined && { locale }),
    ...(isSecond !== undefined && { isSecond }),
    ...(screens !== undefined && { screens }),
  })
  const children: ReturnType<typeof forkEngine>[] = []
  const shell = createShell(electron.parts, {
    platform: 'linux',
    version: '1.2.3',
    argv: [],
    cwd: folder,
    paths: { preload: '/app/preload.cjs', icon: '/app/icon.png', trayIcon: '/app/tray.png' },
    fork: () => {
      const child = forkEngine()
      children.push(child)
      return child
    },
    loadUpdater: () => Promise.reject(new Error('Nobody asked for updates.')),
    clock: systemClock,
    log: silentLog,
    ...rest,
  })
  return { ...electron, shell, folder, home, children }
}
