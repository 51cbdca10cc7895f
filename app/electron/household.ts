import { join } from 'node:path'
import { answerPage } from './bridge/ipc.ts'
import { createConnectWindow } from './connect/connect.ts'
import { createDesk } from './desk.ts'
import { createEngineHost } from './engine/host.ts'
import { openLogFile } from './engine/log-file.ts'
import { createOwnEngine } from './engine/own.ts'
import { createNotices } from './feed/notices.ts'
import { createPicture } from './feed/picture.ts'
import { createTray, type TrayIcon } from './feed/tray.ts'
import { createBounds } from './house/bounds.ts'
import { type Connection, openSettings } from './house/settings.ts'
import { createImports } from './import.ts'
import { askToLeave } from './leave.ts'
import type { ElectronParts, ShellOptions } from './parts.ts'
import { createTroubles } from './troubles.ts'
import { createUpdates } from './updates/updates.ts'
import { menuTemplate } from './window/menu.ts'
import { wordsFor } from './words/words.ts'

/** What there is once Electron is ready. */
export interface Household {
  /** Show the place that was shown last, and ask about tables that the program was opened with. */
  begin(tables: readonly string[]): Promise<void>
  show(): void
  /** Ask whether to import this file. */
  open(table: string): void
  /** Holds the end up until everything is stopped, or for good where the user wants that. */
  beforeQuit(event: { preventDefault(): void }): void
}

const remotesKept = 8

/** Which daemon is shown, what of it is told outside of the window, and how it all ends. */
export function createHousehold(electron: ElectronParts, options: ShellOptions): Household {
  const { app, dialog, Menu, powerMonitor, shell } = electron
  const { platform, version, paths, clock, log } = options
  const language = app.getLocale()
  const words = wordsFor(language)
  const folder = app.getPath('userData')
  const logs = app.getPath('logs')
  const openLogs = (): void => void shell.openPath(logs)
  const settings = openSettings(join(folder, 'desktop.json'))
  const engineLog = openLogFile(logs, 'engine')
  const picture = createPicture()
  let tray: TrayIcon | null = null
  let leaving = false
  let left = false
  let asking = false
  let wasSending = false

  const host = createEngineHost({
    fork: options.fork,
    clock,
    log,
    write: engineLog.write,
    onLost: (code) => {
      desk.lose()
      if (!leaving) void troubles.engineLost(code)
    },
  })
  const own = createOwnEngine({
    electron,
    host,
    settings,
    words,
    platform,
    version,
    home: join(folder, 'engine'),
    keysFile: join(folder, 'engine-keys'),
    openLogs,
  })
  /** Of the own engine: what another daemon sends goes on without us. */
  const sending = (): number => (host.running && desk.place?.token != null ? picture.sending.length : 0)
  const desk = createDesk({
    ...paths,
    electron,
    own,
    picture,
    bounds: createBounds(join(folder, 'window.json'), { screen: electron.screen, clock }),
    words,
    version,
    clock,
    log,
    onChange: () => {
      tray?.refresh()
      const isSending = sending() > 0
      if (wasSending && !isSending) updates.onIdle()
      wasSending = isSending
    },
    onAlerts: (alerts) => notices.tell(alerts),
    onUnreachable: (name, code) => void troubles.unreachable(name, code),
    onSessionEnd: () => void leave(),
  })
  const troubles = createTroubles({
    dialog,
    words,
    openLogs,
    again: () => void to(settings.now.connection),
    elsewhere: () => connect.open(),
    quit: () => app.quit(),
  })
  const notices = createNotices(electron, {
    words,
    clock,
    wanted: () => settings.now.notifications,
    go: (route) => void desk.go(route),
  })
  const imports = createImports(electron, {
    words,
    host: () => (desk.place === null || desk.place.token !== null ? null : new URL(desk.place.origin).host),
    offer: desk.offer,
  })
  const connect = createConnectWindow(electron, {
    words,
    language,
    icon: paths.icon,
    recent: () => settings.now.remotes,
    choose: (connection) => void choose(connection),
  })
  const updates = createUpdates({
    load: options.loadUpdater,
    dialog,
    words,
    version,
    from: () => settings.now.updates.from,
    isSending: () => sending() > 0,
    leave: () => leave(),
    onChange: () => tray?.refresh(),
    clock,
    log,
  })

  const to = async (connection: Connection): Promise<void> => {
    imports.clear()
    const shown = await desk.open(connection)
    drawMenu()
    if (shown === 'elsewhere') connect.open()
    else if (shown === 'quit') app.quit()
  }
  const choose = async (connection: Connection): Promise<void> => {
    const { place } = desk
    const isThere =
      connection.to === 'own'
        ? place?.token != null
        : place?.token === null && place.origin === connection.url
    if (isThere) {
      connect.close()
      desk.show()
      return
    }
    const count = sending()
    // The own engine rests while another daemon is shown.
    if (connection.to === 'remote' && count > 0 && (await askToLeave(electron, words, count)) !== 'quit')
      return
    const { remotes } = settings.now
    settings.change({
      connection,
      ...(connection.to === 'remote' && {
        remotes: [connection.url, ...remotes.filter((url) => url !== connection.url)].slice(0, remotesKept),
      }),
    })
    connect.close()
    await to(connection)
  }
  const chooseUpdates = async (): Promise<void> => {
    const { filePaths } = await dialog.showOpenDialog({
      title: words.updates.choose,
      properties: ['openDirectory'],
    })
    const [from] = filePaths
    if (from === undefined) return
    settings.change({ updates: { from } })
    drawMenu()
    await updates.check({ asked: true })
  }
  const drawMenu = (): void => {
    const template = menuTemplate(
      words,
      {
        platform,
        version,
        own: desk.data !== null,
        notifications: settings.now.notifications,
        updates: settings.now.updates.from !== null,
      },
      {
        import: () => void imports.choose(),
        connect: () => connect.open(),
        quit: () => app.quit(),
        go: (route) => void desk.go(route),
        openData: () => {
          if (desk.data !== null) void shell.openPath(desk.data)
        },
        openLogs,
        notifications: (wanted) => settings.change({ notifications: wanted }),
        checkForUpdates: () => void updates.check({ asked: true }),
        chooseUpdates: () => void chooseUpdates(),
        stopUpdates: () => {
          settings.change({ updates: { from: null } })
          drawMenu()
        },
      },
    )
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  /** Everything is stopped, so that the program may end. */
  const leave = async (): Promise<void> => {
    leaving = true
    notices.stop()
    await Promise.all([desk.close(), updates.stop()])
    tray?.stop()
    tray = null
    left = true
  }
  const quit = async (): Promise<void> => {
    if (asking) return
    asking = true
    const count = sending()
    const answer = count === 0 ? 'quit' : await askToLeave(electron, words, count)
    asking = false
    if (answer === 'stay') desk.hide()
    if (answer !== 'quit') return
    await leave()
    app.quit()
  }

  return {
    async begin(tables) {
      tray = createTray(electron, {
        icon: paths.trayIcon,
        words,
        clock,
        state: () => desk.state,
        picture,
        update: () => updates.ready,
        open: () => (desk.place === null ? connect.open() : desk.show()),
        go: (route) => void desk.go(route),
        install: () => void updates.offer(),
        quit: () => app.quit(),
      })
      answerPage(electron, {
        contents: () => desk.window?.webContents ?? null,
        place: () => desk.place,
        notify: notices.say,
        readImport: imports.read,
      })
      drawMenu()
      // No question: the system does not wait for answers.
      powerMonitor.on('shutdown', () => void leave().then(() => app.quit()))
      await to(settings.now.connection)
      updates.start()
      for (const table of tables) void imports.open(table)
    },
    beforeQuit(event) {
      if (left) return
      event.preventDefault()
      if (!leaving) void quit()
    },
    show: () => (desk.place === null ? connect.open() : desk.show()),
    open: (table) => void imports.open(table),
  }
}
