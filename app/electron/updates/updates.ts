import type { AppUpdater } from 'electron-updater'
import type { Clock } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import type { ElectronParts } from '../parts.ts'
import type { Words } from '../words/words.ts'
import { type FolderServer, serveFolder } from './folder-server.ts'
import { updateSource } from './source.ts'

export interface Updates {
  /** The version that was fetched and can be installed; null: none. */
  readonly ready: string | null
  /** Look now and then, where the settings name a place. */
  start(): void
  /** Look now. `asked`: somebody waits for the answer, whatever it is. One at a time. */
  check(options: { readonly asked: boolean }): Promise<void>
  /** Ask whether to install what is ready; while something is sent that is only said. */
  offer(): Promise<void>
  /** Nothing is being sent any more: what was put off is offered. */
  onIdle(): void
  stop(): Promise<void>
}

export type Updater = Pick<
  AppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'allowDowngrade'
  | 'disableDifferentialDownload'
  | 'logger'
  | 'setFeedURL'
  | 'checkForUpdates'
  | 'downloadUpdate'
  | 'quitAndInstall'
>

const everyMs = 12 * 3_600_000

export function createUpdates(options: {
  readonly load: () => Promise<Updater>
  readonly dialog: ElectronParts['dialog']
  readonly words: Words
  readonly version: string
  /** As the settings say it. */
  readonly from: () => string | null
  readonly isSending: () => boolean
  /** Stop the engine, so that the program may end. */
  readonly leave: () => Promise<void>
  /** `ready` is another one. */
  readonly onChange: () => void
  readonly clock: Clock
  readonly log: Log
}): Updates {
  const { load, dialog, words, version, from, isSending, leave, onChange, clock, log } = options
  let ready: string | null = null
  let putOff = false
  let checking: Promise<void> | null = null
  let updater: Updater | null = null
  let server: FolderServer | null = null
  let cancel = () => {}

  const say = async (type: 'info' | 'error', message: string, detail?: string): Promise<void> => {
    await dialog.showMessageBox({
      type,
      message,
      ...(detail !== undefined && { detail }),
      buttons: [words.ok],
    })
  }
  const ask = async (message: string, detail: string, yes: string): Promise<boolean> => {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message,
      detail,
      buttons: [yes, words.updates.later],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    return response === 0
  }

  const open = async (): Promise<Updater> => {
    if (updater !== null) return updater
    updater = await load()
    // Nothing is fetched or installed that nobody agreed to.
    updater.autoDownload = false
    updater.autoInstallOnAppQuit = false
    updater.allowDowngrade = false
    // It asks for parts of files; the folder's server gives them whole.
    updater.disableDifferentialDownload = true
    updater.logger = null
    return updater
  }
  const look = async (place: string, asked: boolean): Promise<void> => {
    const source = updateSource(place)
    if (source === null) {
      if (asked) await say('error', words.updates.refused(place))
      return
    }
    const found = await open()
    if (source.kind === 'folder') server ??= await serveFolder(source.path)
    try {
      found.setFeedURL({ provider: 'generic', url: source.kind === 'folder' ? server!.url : source.url })
      const result = await found.checkForUpdates()
      if (result === null || !result.isUpdateAvailable) {
        if (asked) await say('info', words.updates.newest(version))
        return
      }
      const newer = result.updateInfo.version
      if (newer !== ready) {
        const { found: title, foundDetail, fetch } = words.updates
        if (!(await ask(title(newer), foundDetail(place), fetch))) return
        // Checks the file's SHA-512 against latest*.yml and, where the platform signs, who signed it.
        await found.downloadUpdate()
        ready = newer
        onChange()
      }
      await offer()
    } finally {
      await server?.close()
      server = null
    }
  }
  const offer = async (): Promise<void> => {
    if (ready === null || updater === null) return
    if (isSending()) {
      if (!putOff) await say('info', words.updates.ready(ready), words.updates.busy)
      putOff = true
      return
    }
    putOff = false
    if (!(await ask(words.updates.ready(ready), words.updates.readyDetail, words.updates.install))) return
    // While the question stood there something may have begun.
    if (isSending()) return offer()
    await leave()
    updater.quitAndInstall()
  }
  const check: Updates['check'] = ({ asked }) => {
    checking ??= (async () => {
      const place = from()
      if (place === null) {
        if (asked) await say('info', words.updates.none, words.updates.noneDetail)
        return
      }
      try {
        await look(place, asked)
      } catch (error) {
        log.warn({ error: String(error) }, 'desktop.update_failed')
        if (asked) await say('error', words.updates.failed, (error as Error).message)
      }
    })().finally(() => {
      checking = null
    })
    return checking
  }
  const again = (): void => {
    cancel = clock.after(everyMs, () => {
      void check({ asked: false })
      again()
    })
  }

  return {
    get ready() {
      return ready
    },
    start() {
      void check({ asked: false })
      again()
    },
    check,
    offer,
    onIdle() {
      if (putOff) void offer()
    },
    async stop() {
      cancel()
      await server?.close()
    },
  }
}
