import { scheme } from './connect/page.ts'
import { createHousehold, type Household } from './household.ts'
import { tablesOf } from './import.ts'
import type { ElectronParts, ShellOptions } from './parts.ts'

export interface Shell {
  /** Resolves when the first window was asked for, or the program ends since another one of it runs. Called once, before Electron is
   *  ready. */
  start(): Promise<void>
}

/** The desktop around the console, from the first moment: only one of it runs, every page in it is confined, and files that it is
 *  opened with are kept until somebody can be asked. */
export function createShell(electron: ElectronParts, options: ShellOptions): Shell {
  const { app, protocol } = electron
  const { argv, cwd, platform } = options

  return {
    async start() {
      if (!app.requestSingleInstanceLock()) {
        app.quit()
        return
      }
      app.enableSandbox()
      // As electron-builder.yml has it: Windows shows notifications of programs that it knows by this.
      if (platform === 'win32') app.setAppUserModelId('org.broadsheet.desktop')
      protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }])
      const early = [...tablesOf(argv, cwd)]
      let house: Household | null = null
      const take = (file: string): void => {
        if (house === null) early.push(file)
        else house.open(file)
      }

      app.on('second-instance', (_event, others, otherCwd) => {
        house?.show()
        for (const file of tablesOf(others, otherCwd)) take(file)
      })
      app.on('open-file', (event, file) => {
        event.preventDefault()
        if (tablesOf([file], cwd).length > 0) take(file)
      })
      app.on('activate', () => house?.show())
      // It goes on in the tray; "Quit" ends it.
      app.on('window-all-closed', () => {})
      app.on('before-quit', (event) => house?.beforeQuit(event))
      app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
        event.preventDefault()
        callback(false)
      })
      // Whatever window there may ever be: those that are ours say more.
      app.on('web-contents-created', (_event, contents) => {
        contents.setWindowOpenHandler(() => ({ action: 'deny' }))
        contents.on('will-attach-webview', (event) => event.preventDefault())
      })

      await app.whenReady()
      house = createHousehold(electron, options)
      await house.begin(early.splice(0))
    },
  }
}
