import type * as electron from 'electron'
import type { AppUpdater } from 'electron-updater'
import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import type { EngineChild } from './engine/host.ts'

/** What the shell uses of Electron. It gets it as an argument: importing the module in plain Node fails. */
export type ElectronParts = Pick<
  typeof electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeImage'
  | 'Notification'
  | 'powerMonitor'
  | 'protocol'
  | 'safeStorage'
  | 'screen'
  | 'session'
  | 'shell'
  | 'Tray'
>

export interface ShellOptions {
  readonly platform: NodeJS.Platform
  readonly version: string
  /** Files named on the command line that the program was started with. */
  readonly argv: readonly string[]
  readonly cwd: string
  /** Of the preload script and of pictures, absolute. */
  readonly paths: { readonly preload: string; readonly icon: string; readonly trayIcon: string }
  /** Starts the engine's process. */
  readonly fork: () => EngineChild
  /** Loads what updates, when they are wanted for the first time. */
  readonly loadUpdater: () => Promise<AppUpdater>
  readonly clock: Clock
  readonly log: Log
}
