import type { BrowserWindow, BrowserWindowConstructorOptions, Session } from 'electron'
import type { Bounds } from '../house/bounds.ts'
import type { ElectronParts } from '../parts.ts'

/** How every window with a page from elsewhere is made: the page is a guest. */
export const confined = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // Dictionaries would be fetched from a public server.
  spellcheck: false,
} as const satisfies BrowserWindowConstructorOptions['webPreferences']

/** The window for the console. It is shown when there is something to see. */
export function createConsoleWindow(
  { BrowserWindow }: Pick<ElectronParts, 'BrowserWindow'>,
  options: {
    readonly session: Session
    readonly preload: string
    readonly icon: string
    readonly version: string
    readonly bounds: Bounds
  },
): BrowserWindow {
  const { session, preload, icon, version, bounds } = options
  const window = new BrowserWindow({
    ...bounds.options(),
    minWidth: 400,
    minHeight: 300,
    title: 'Broadsheet',
    icon,
    show: false,
    webPreferences: {
      ...confined,
      session,
      preload,
      additionalArguments: [`--broadsheet-version=${version}`],
    },
  })
  if (bounds.maximized()) window.maximize()
  bounds.follow(window)
  return window
}
