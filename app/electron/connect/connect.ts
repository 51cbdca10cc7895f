import type { BrowserWindow } from 'electron'
import type { Connection } from '../house/settings.ts'
import type { ElectronParts } from '../parts.ts'
import { refuseEverything } from '../window/guard.ts'
import { confined } from '../window/window.ts'
import type { Words } from '../words/words.ts'
import { parseAddress } from './address.ts'
import { connectingPage, connectPage, connectUrl, pageHeaders, scheme } from './page.ts'

export interface ConnectWindow {
  /** Open it, or bring it to the front. */
  open(): void
  close(): void
}

/** The small window that asks where to connect. Its pages are ours, its session is its own and in memory, and its answer is the
 *  address that its form asks for: there is no script and no bridge in it. */
export function createConnectWindow(
  electron: Pick<ElectronParts, 'BrowserWindow' | 'session'>,
  options: {
    readonly words: Words
    readonly language: string
    readonly icon: string
    readonly recent: () => readonly string[]
    readonly choose: (connection: Connection) => void
  },
): ConnectWindow {
  const { words, language, icon, recent, choose } = options
  let window: BrowserWindow | null = null
  let served = false

  const answer = (request: Request): Response => {
    const url = new URL(request.url)
    const page = (html: string, status = 200) => new Response(html, { status, headers: pageHeaders })
    const form = (address: string, problem: string | null) =>
      page(connectPage(words, { language, address, problem, recent: recent() }))
    if (request.method !== 'GET' || url.host !== 'connect') return page('', 404)
    switch (url.pathname) {
      case '/':
        return form('', null)
      case '/own':
        choose({ to: 'own' })
        return page(connectingPage(words, language, words.connect.own))
      case '/open': {
        const said = url.searchParams.get('address') ?? ''
        const { url: address, problem } = parseAddress(said)
        if (problem !== undefined) return form(said.slice(0, 300), words.connect.problem[problem])
        choose({ to: 'remote', url: address })
        return page(connectingPage(words, language, new URL(address).host))
      }
      default:
        return page('', 404)
    }
  }

  return {
    open() {
      if (window !== null) {
        window.show()
        window.focus()
        return
      }
      const session = electron.session.fromPartition('connect')
      if (!served) {
        served = true
        session.protocol.handle(scheme, answer)
        refuseEverything(session)
      }
      const made = new electron.BrowserWindow({
        width: 560,
        height: 560,
        title: words.connect.title,
        icon,
        autoHideMenuBar: true,
        webPreferences: {
          ...confined,
          session,
        },
      })
      window = made
      made.webContents.on('will-navigate', (event) => {
        if (!event.url.startsWith(connectUrl)) event.preventDefault()
      })
      made.on('closed', () => {
        window = null
      })
      void made.loadURL(connectUrl)
    },
    close() {
      window?.close()
    },
  }
}
