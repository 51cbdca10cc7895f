import type { MenuItemConstructorOptions } from 'electron'
import type { Words } from '../words/words.ts'

/** What the menu does. */
export interface MenuActions {
  import(): void
  connect(): void
  quit(): void
  go(route: string): void
  openData(): void
  openLogs(): void
  notifications(wanted: boolean): void
  checkForUpdates(): void
  chooseUpdates(): void
  stopUpdates(): void
}

export interface MenuState {
  readonly platform: NodeJS.Platform
  readonly version: string
  /** There is an engine here, whose data folder can be shown. */
  readonly own: boolean
  readonly notifications: boolean
  /** Updates are looked for somewhere. */
  readonly updates: boolean
}

type Items = MenuItemConstructorOptions[]

/** Routes of the console, in the order of its own navigation. */
const routes = [
  ['home', '/'],
  ['campaigns', '/campaigns'],
  ['subscribers', '/subscribers'],
  ['alerts', '/alerts'],
  ['content', '/items'],
  ['analytics', '/analytics'],
  ['channels', '/channels'],
  ['settings', '/settings'],
] as const

export function menuTemplate({ menu }: Words, state: MenuState, actions: MenuActions): Items {
  const mac = state.platform === 'darwin'
  const separator = { type: 'separator' } as const
  const quit = { label: menu.quit, accelerator: 'CommandOrControl+Q', click: actions.quit }
  const file: Items = [
    { label: menu.import, accelerator: 'CommandOrControl+O', click: actions.import },
    { label: menu.connect, accelerator: 'CommandOrControl+Shift+O', click: actions.connect },
    separator,
    { label: menu.close, role: 'close', accelerator: 'CommandOrControl+W' },
    ...(mac ? [] : [separator, quit]),
  ]
  const edit: Items = [
    { label: menu.undo, role: 'undo' },
    { label: menu.redo, role: 'redo' },
    separator,
    { label: menu.cut, role: 'cut' },
    { label: menu.copy, role: 'copy' },
    { label: menu.paste, role: 'paste' },
    { label: menu.selectAll, role: 'selectAll' },
  ]
  const view: Items = [
    { label: menu.reload, role: 'reload' },
    separator,
    { label: menu.actualSize, role: 'resetZoom' },
    { label: menu.zoomIn, role: 'zoomIn' },
    { label: menu.zoomOut, role: 'zoomOut' },
    separator,
    { label: menu.fullScreen, role: 'togglefullscreen' },
  ]
  const go: Items = routes.map(([name, route], index) => ({
    label: menu[name],
    accelerator: `CommandOrControl+${index + 1}`,
    click: () => actions.go(route),
  }))
  const help: Items = [
    { label: menu.dataFolder, enabled: state.own, click: actions.openData },
    { label: menu.logsFolder, click: actions.openLogs },
    {
      label: menu.notifications,
      type: 'checkbox',
      checked: state.notifications,
      click: ({ checked }) => actions.notifications(checked),
    },
    separator,
    { label: menu.checkForUpdates, enabled: state.updates, click: actions.checkForUpdates },
    { label: menu.updatesFolder, click: actions.chooseUpdates },
    { label: menu.noUpdates, enabled: state.updates, click: actions.stopUpdates },
    separator,
    { label: `Broadsheet ${state.version}`, enabled: false },
  ]
  const app: Items = mac
    ? [{ label: 'Broadsheet', submenu: [{ label: menu.about, role: 'about' }, separator, quit] }]
    : []
  return [
    ...app,
    { label: menu.file, submenu: file },
    { label: menu.edit, submenu: edit },
    { label: menu.view, submenu: view },
    { label: menu.go, submenu: go },
    { label: menu.help, role: 'help', submenu: help },
  ]
}
