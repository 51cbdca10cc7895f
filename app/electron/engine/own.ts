import type { SettingsFile } from '../house/settings.ts'
import type { ElectronParts } from '../parts.ts'
import type { Words } from '../words/words.ts'
import { type EngineHost, EngineRefusal } from './host.ts'
import { type KeysFound, openKeys } from './keys.ts'
import type { EngineKeys, Listening } from './order.ts'

/** What the user wants instead of an engine that does not start. */
export type Instead = 'quit' | 'elsewhere'

export interface OwnEngine {
  /** Asks where something has to be decided, and again until it listens or the user wants something else. One that runs is left as
   *  it is. */
  start(): Promise<Listening | Instead>
  stop(): Promise<void>
  readonly running: boolean
}

export function createOwnEngine(options: {
  readonly electron: Pick<ElectronParts, 'dialog' | 'safeStorage'>
  readonly host: EngineHost
  readonly settings: SettingsFile
  readonly words: Words
  readonly platform: NodeJS.Platform
  readonly version: string
  /** Folder of `broadsheet.yaml` and the data. */
  readonly home: string
  readonly keysFile: string
  readonly openLogs: () => void
}): OwnEngine {
  const { electron, host, settings, words, platform, version, home, keysFile, openLogs } = options
  const { dialog, safeStorage } = electron

  const choose = async <A extends string>(
    message: string,
    detail: string,
    answers: readonly (readonly [answer: A, label: string])[],
  ): Promise<A> => {
    const { response } = await dialog.showMessageBox({
      type: 'warning',
      message,
      detail,
      buttons: answers.map(([, label]) => label),
      // The last one changes nothing, and stands for a dialog that was closed.
      defaultId: answers.length - 1,
      cancelId: answers.length - 1,
      noLink: true,
    })
    return (answers[response] ?? answers.at(-1)!)[0]
  }

  /** Null: they lie in the data folder, and the user knows. */
  const keysOf = async (found: KeysFound): Promise<EngineKeys | null | Instead> => {
    switch (found.kind) {
      case 'sealed':
        return found.keys
      case 'lost':
        return choose<Instead>(words.keys.lost, words.keys.lostDetail(keysFile, found.detail), [
          ['elsewhere', words.engine.elsewhere],
          ['quit', words.keys.quit],
        ])
      case 'unsafe': {
        if (settings.now.plainKeys) return null
        const answer = await choose<Instead | 'plain'>(words.keys.title, words.keys[found.why], [
          ['plain', words.keys.plain],
          ['elsewhere', words.engine.elsewhere],
          ['quit', words.keys.quit],
        ])
        if (answer !== 'plain') return answer
        settings.change({ plainKeys: true })
        return null
      }
    }
  }

  let listening: Listening | null = null

  return {
    get running() {
      return host.running
    },
    async start() {
      if (host.running && listening !== null) return listening
      const keys = await keysOf(await openKeys({ storage: safeStorage, file: keysFile, platform }))
      if (keys === 'quit' || keys === 'elsewhere') return keys
      for (;;) {
        try {
          listening = await host.start({ version, home, port: settings.now.port, keys })
          settings.change({ port: listening.port })
          return listening
        } catch (error) {
          if (!(error instanceof EngineRefusal)) throw error
          const { code, message } = error
          const answer = await choose(words.engine.refused, `${code}: ${message}`, [
            ['again', words.engine.again],
            ['logs', words.engine.logs],
            ['elsewhere', words.engine.elsewhere],
            ['quit', words.engine.quit],
          ])
          if (answer === 'logs') openLogs()
          else if (answer !== 'again') return answer
        }
      }
    },
    stop: () => host.stop(),
  }
}
