import { EventEmitter } from 'node:events'
import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
  Rectangle,
} from 'electron'
import type { ElectronParts } from '../../../../app/electron/parts.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import { SessionDouble } from './session.ts'
import { emit, WindowDouble } from './window.ts'

export class TrayDouble extends EventEmitter {
  menu: MenuItemConstructorOptions[] = []
  toolTip = ''
  destroyed = false
  setContextMenu(menu: MenuDouble): void {
    this.menu = menu.template
  }
  setToolTip(text: string): void {
    this.toolTip = text
  }
  destroy(): void {
    this.destroyed = true
  }
  labels(): readonly string[] {
    return this.menu.flatMap(({ label }) => (label === undefined ? [] : [label]))
  }
}

export class NotificationDouble extends EventEmitter {
  readonly options: NotificationConstructorOptions
  shown = false
  constructor(options: NotificationConstructorOptions) {
    super()
    this.options = options
  }
  show(): void {
    this.shown = true
  }
}

interface MenuDouble {
  readonly template: MenuItemConstructorOptions[]
}

export interface ElectronDouble {
  readonly parts: ElectronParts
  readonly app: EventEmitter & { quits: number; sandboxed: boolean; quit(): void }
  readonly windows: WindowDouble[]
  readonly trays: TrayDouble[]
  readonly notifications: NotificationDouble[]
  /** Questions so far. */
  readonly asked: MessageBoxOptions[]
  /** Answers what is asked next: by the label of the button. */
  answer(label: string): void
  /** Files that are chosen next. */
  choose(...paths: string[]): void
  readonly openedOutside: string[]
  readonly openedPaths: string[]
  session(partition: string): SessionDouble
  /** A click in the menu of the application. */
  click(label: string, item?: object): void
  menu(): readonly MenuItemConstructorOptions[]
  /** What the page asks by its bridge. */
  invoke(channel: string, event: object, input: unknown): Promise<unknown>
  readonly schemes: string[]
}

/** Electron as far as the shell uses it, with what happened written down. */
export function createElectron(options: {
  readonly folder: string
  readonly keyring?: Keyring
  readonly locale?: string
  readonly isSecond?: boolean
  readonly screens?: readonly Rectangle[]
}): ElectronDouble {
  const { folder, keyring = createKeyring(), locale = 'en-GB', isSecond = false } = options
  const { screens = [{ x: 0, y: 0, width: 1920, height: 1080 }] } = options
  const windows: WindowDouble[] = []
  const trays: TrayDouble[] = []
  const notifications: NotificationDouble[] = []
  const asked: MessageBoxOptions[] = []
  const answers: string[] = []
  const waiting: (() => void)[] = []
  let chosen: string[] = []
  const openedOutside: string[] = []
  const openedPaths: string[] = []
  const sessions = new Map<string, SessionDouble>()
  const handlers = new Map<string, (event: object, input: unknown) => unknown>()
  const schemes: string[] = []
  let menu: MenuItemConstructorOptions[] = []

  const app = Object.assign(new EventEmitter(), {
    quits: 0,
    sandboxed: false,
    requestSingleInstanceLock: () => !isSecond,
    enableSandbox: () => {
      app.sandboxed = true
    },
    whenReady: async () => {},
    getLocale: () => locale,
    getPath: (name: string) => `${folder}/${name}`,
    quit: () => {
      if (emit(app, 'before-quit').prevented) return
      for (const window of windows) if (!window.destroyed) window.close()
      app.quits++
    },
  })
  const session = (partition: string): SessionDouble => {
    const known = sessions.get(partition) ?? new SessionDouble(partition)
    sessions.set(partition, known)
    return known
  }
  const showMessageBox = async (box: MessageBoxOptions) => {
    asked.push(box)
    if ((box.buttons ?? []).length < 2) return { response: 0, checkboxChecked: false }
    while (answers.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    const label = answers.shift()!
    const response = box.buttons?.indexOf(label) ?? -1
    if (response < 0)
      throw new Error(`"${box.message}" has no button "${label}", but ${box.buttons?.join(', ')}.`)
    return { response, checkboxChecked: false }
  }
  const parts = {
    app,
    BrowserWindow: class extends WindowDouble {
      constructor(made: BrowserWindowConstructorOptions) {
        super(made)
        windows.push(this)
        app.emit('web-contents-created', {}, this.webContents)
      }
    },
    dialog: {
      showMessageBox,
      showOpenDialog: async () => ({ canceled: chosen.length === 0, filePaths: chosen.splice(0) }),
    },
    ipcMain: {
      handle: (channel: string, handler: (event: object, input: unknown) => unknown) =>
        void handlers.set(channel, handler),
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]): MenuDouble => ({ template }),
      setApplicationMenu: (made: MenuDouble) => {
        menu = made.template
      },
    },
    nativeImage: { createFromPath: (path: string) => ({ path }) },
    Notification: class extends NotificationDouble {
      static isSupported = () => true
      constructor(made: NotificationConstructorOptions) {
        super(made)
        notifications.push(this)
      }
    },
    powerMonitor: new EventEmitter(),
    protocol: {
      registerSchemesAsPrivileged: (said: { scheme: string }[]) =>
        void schemes.push(...said.map(({ scheme }) => scheme)),
    },
    safeStorage: keyring,
    screen: { getAllDisplays: () => screens.map((workArea) => ({ workArea })) },
    session: { fromPartition: session },
    shell: {
      openExternal: async (url: string) => void openedOutside.push(url),
      openPath: async (path: string) => void openedPaths.push(path),
    },
    Tray: class extends TrayDouble {
      constructor() {
        super()
        trays.push(this)
      }
    },
  }
  // Each part has what the shell calls of the real one; all of them together have a thousandth of it.
  return {
    parts: parts as unknown as ElectronParts,
    app,
    windows,
    trays,
    notifications,
    asked,
    answer(label) {
      answers.push(label)
      for (const wake of waiting.splice(0)) wake()
    },
    choose: (...paths) => {
      chosen = paths
    },
    openedOutside,
    openedPaths,
    session,
    click(label, item = {}) {
      const found = menu
        .flatMap(({ submenu }) => submenu as MenuItemConstructorOptions[])
        .find((entry) => entry.label === label)
      if (found?.click === undefined) throw new Error(`There is no "${label}" in the menu.`)
      found.click(item as never, undefined, {} as never)
    },
    menu: () => menu,
    async invoke(channel, event, input) {
      const handler = handlers.get(channel)
      if (handler === undefined) throw new Error(`Nobody answers ${channel}.`)
      return handler(event, input)
    },
    schemes,
  }
}
