import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron'
import type { SessionDouble } from './session.ts'

export interface Prevented {
  readonly prevented: boolean
}

/** An event of Electron's, sent to who listens; says whether one of them prevented what it tells of. */
export function emit(
  target: EventEmitter,
  name: string,
  details: object = {},
  ...rest: unknown[]
): Prevented {
  let prevented = false
  const event = {
    ...details,
    preventDefault: () => {
      prevented = true
    },
  }
  target.emit(name, event, ...rest)
  return { prevented }
}

export class ContentsDouble extends EventEmitter {
  readonly session: SessionDouble
  /** Of the main frame; loading sets its origin. */
  readonly mainFrame = { origin: 'null' }
  readonly sent: { readonly channel: string; readonly input: unknown }[] = []
  reloads = 0
  #open: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })

  constructor(session: SessionDouble) {
    super()
    this.session = session
  }
  setWindowOpenHandler(handler: (details: never) => { action: string }): void {
    this.#open = handler as never
  }
  /** window.open(), or a link with a target. */
  opens(url: string): string {
    return this.#open({ url }).action
  }
  navigates(url: string): Prevented {
    return emit(this, 'will-navigate', { url })
  }
  send(channel: string, input: unknown): void {
    this.sent.push({ channel, input })
  }
  reload(): void {
    this.reloads++
  }
}

export class WindowDouble extends EventEmitter {
  readonly options: BrowserWindowConstructorOptions
  readonly webContents: ContentsDouble
  readonly loaded: string[] = []
  visible = false
  maximized = false
  destroyed = false
  bounds: Rectangle

  constructor(options: BrowserWindowConstructorOptions) {
    super()
    this.options = options
    const { x = 0, y = 0, width = 0, height = 0 } = options
    this.bounds = { x, y, width, height }
    this.webContents = new ContentsDouble(options.webPreferences?.session as unknown as SessionDouble)
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
    this.webContents.mainFrame.origin = new URL(url).origin
    this.emit('ready-to-show')
  }
  show(): void {
    this.visible = true
  }
  hide(): void {
    this.visible = false
  }
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false
  }
  maximize(): void {
    this.maximized = true
  }
  isMaximized(): boolean {
    return this.maximized
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  getNormalBounds(): Rectangle {
    return this.bounds
  }
  /** As by its button; a listener may keep it open. */
  close(): void {
    if (!emit(this, 'close').prevented) this.destroy()
  }
  destroy(): void {
    this.destroyed = true
    this.emit('closed')
  }
}
