import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron'
import { systemClock } from '../../engine/clock.ts'
import { createLog } from '../log.ts'
import { openLogFile } from './engine/log-file.ts'
import { createShell } from './shell.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const lines = openLogFile(app.getPath('logs'), 'shell')
const out = new Writable({
  write(chunk: Uint8Array, _encoding, done) {
    lines.write(chunk)
    done()
  },
})
const log = createLog({ level: 'info', format: 'json' }, out as NodeJS.WriteStream)

process.on('uncaughtException', (error) => log.error({ error: String(error.stack) }, 'desktop.defect'))
process.on('unhandledRejection', (error) => log.error({ error: String(error) }, 'desktop.defect'))

const parts = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
}
void createShell(parts, {
  platform: process.platform,
  version: app.getVersion(),
  argv: process.argv.slice(1),
  cwd: process.cwd(),
  paths: {
    preload: here('./preload.cjs'),
    icon: here('./icons/icon.png'),
    trayIcon: here(process.platform === 'darwin' ? './icons/trayTemplate.png' : './icons/tray.png'),
  },
  // As app/bin.js starts the daemon: its own objects are some 40 MB.
  fork: () =>
    utilityProcess.fork(here('./engine/entry.js'), [], {
      serviceName: 'Broadsheet engine',
      execArgv: ['--max-semi-space-size=8', '--max-old-space-size=256'],
      stdio: 'pipe',
    }),
  loadUpdater: async () => {
    const { autoUpdater } = (await import('electron-updater')).default
    return autoUpdater
  },
  clock: systemClock,
  log,
}).start()
