import { createHash } from 'node:crypto'
import type { BrowserWindow, Session } from 'electron'
import type { Clock } from '../../engine/clock.ts'
import type { Log } from '../../engine/log.ts'
import { channels, type ImportOffer } from './bridge/bridge.ts'
import type { Instead, OwnEngine } from './engine/own.ts'
import { type Feed, listen } from './feed/feed.ts'
import type { FiringAlert, Picture } from './feed/picture.ts'
import type { TrayState } from './feed/tray.ts'
import type { Bounds } from './house/bounds.ts'
import type { Connection } from './house/settings.ts'
import type { ElectronParts } from './parts.ts'
import { guardContents, guardSession, type Place } from './window/guard.ts'
import { createConsoleWindow } from './window/window.ts'
import type { Words } from './words/words.ts'

/** The place that is shown: its window, its session, and what is heard of it. */
export interface Desk {
  readonly place: Place | null
  readonly window: BrowserWindow | null
  readonly state: TrayState
  /** The own engine's data folder, while it is the place. */
  readonly data: string | null
  /** Leave the place it was at, and go to another one. Resolves when its console was asked for, or with what the user wants instead. */
  open(connection: Connection): Promise<'shown' | Instead>
  /** The engine is gone without having been asked: nothing is sent to its port any more. */
  lose(): void
  show(): void
  hide(): void
  /** Show a route of the console: `/alerts/ID`. */
  go(route: string): Promise<void>
  offer(offer: ImportOffer): Promise<void>
  /** Stop listening, and the own engine. */
  close(): Promise<void>
}

export interface DeskOptions {
  readonly electron: ElectronParts
  readonly own: OwnEngine
  readonly picture: Picture
  readonly bounds: Bounds
  readonly words: Words
  readonly preload: string
  readonly icon: string
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly onChange: () => void
  readonly onAlerts: (alerts: readonly FiringAlert[]) => void
  /** The console could not be loaded. `code`: Chromium's, e.g. -102. */
  readonly onUnreachable: (host: string, code: number) => void
  /** Windows ends the session, in a few seconds. */
  readonly onSessionEnd: () => void
}

/** Loading was given up for another address: no failure. */
const aborted = -3

export function createDesk(options: DeskOptions): Desk {
  const { electron, own, picture, clock, log, onChange, onAlerts, onUnreachable, onSessionEnd } = options
  let place: Place | null = null
  let data: string | null = null
  let window: BrowserWindow | null = null
  let feed: Feed | null = null
  let state: TrayState = 'off'
  let closing = false
  const guarded = new Set<Session>()
  const currentPlace = () => place

  const change = (next: TrayState): void => {
    state = next
    onChange()
  }
  /** Every place has cookies and storage of its own. */
  const sessionOf = (origin: string | null): Session => {
    const name =
      origin === null ? 'own' : `remote-${createHash('sha256').update(origin).digest('hex').slice(0, 24)}`
    const session = electron.session.fromPartition(`persist:${name}`)
    if (guarded.has(session)) return session
    guarded.add(session)
    // A session that is not shown any more is at no place: what is left of its pages gets no token.
    guardSession(session, () => (window !== null && window.webContents.session === session ? place : null))
    // Somebody signed in, or out.
    session.cookies.on('changed', () => {
      if (state === 'signed-out') feed?.poke()
    })
    return session
  }
  const openWindow = (session: Session): BrowserWindow => {
    const made = createConsoleWindow(electron, { ...options, session })
    const contents = made.webContents
    guardContents(contents, {
      place: currentPlace,
      openOutside: (url) => void electron.shell.openExternal(url),
    })
    made.once('ready-to-show', () => made.show())
    made.on('close', (event) => {
      if (closing || window !== made) return
      event.preventDefault()
      made.hide()
    })
    made.on('session-end', onSessionEnd)
    contents.on('did-fail-load', (_event, code, _description, _url, isMainFrame) => {
      if (isMainFrame && code !== aborted && place !== null) onUnreachable(new URL(place.origin).host, code)
    })
    contents.on('render-process-gone', (_event, { reason }) => {
      log.warn({ reason }, 'desktop.page_gone')
      if (reason !== 'clean-exit' && !closing) contents.reload()
    })
    return made
  }
  const hear = (session: Session): Feed =>
    listen({
      ask: (path, signal) => {
        if (place === null) return Promise.reject(new Error('There is no daemon to ask.'))
        return session.fetch(place.origin + path, { signal, credentials: 'include', cache: 'no-store' })
      },
      clock,
      log,
      onState: change,
      onPresent: (present) => {
        onAlerts(picture.begin(present))
        onChange()
      },
      onFact: (fact) => {
        onAlerts(picture.hear(fact))
        onChange()
      },
    })
  const leave = (): void => {
    feed?.stop()
    feed = null
    place = null
    data = null
    picture.clear()
    const before = window
    window = null
    before?.destroy()
    change('off')
  }
  const load = async (route: string): Promise<void> => {
    if (place === null || window === null) return
    // What goes wrong is told by did-fail-load.
    await window.loadURL(`${place.origin}/#${route}`).catch(() => {})
  }
  const show = (): void => {
    if (window === null) return
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  return {
    get place() {
      return place
    },
    get window() {
      return window
    },
    get state() {
      return state
    },
    get data() {
      return data
    },
    async open(connection) {
      leave()
      if (connection.to === 'own') {
        change('starting')
        const started = await own.start()
        if (typeof started === 'string') {
          change('off')
          return started
        }
        place = { origin: new URL(started.url).origin, token: started.token }
        data = started.data
      } else {
        await own.stop()
        place = { origin: new URL(connection.url).origin, token: null }
      }
      const session = sessionOf(connection.to === 'own' ? null : place.origin)
      window = openWindow(session)
      feed = hear(session)
      await load('/')
      return 'shown'
    },
    lose() {
      if (place?.token != null) leave()
    },
    show,
    hide: () => window?.hide(),
    async go(route) {
      show()
      await load(route)
    },
    async offer(offer) {
      show()
      await load('/subscribers/import')
      window?.webContents.send(channels.offerImport, offer)
    },
    async close() {
      closing = true
      feed?.stop()
      await own.stop()
      place = null
    },
  }
}
