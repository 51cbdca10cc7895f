import { randomUUID } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import type { ImportOffer } from './bridge/bridge.ts'
import type { ElectronParts } from './parts.ts'
import type { Words } from './words/words.ts'

export interface Imports {
  /** Ask whether this file is to be imported, and hand it over if so. Files are asked about one after the other. */
  open(path: string): Promise<void>
  /** Let the user choose one. */
  choose(): Promise<void>
  /** For the page: at most 1 MB from `offset`. Rejects for a file that nobody agreed to. */
  read(asked: { readonly id: string; readonly offset: number }): Promise<Uint8Array>
  /** Offers end with the page that they were made to. */
  clear(): void
}

const pieceBytes = 1_048_576

/** The tables among the arguments of a command line, absolute. Flags and what Electron was started with are none. */
export const tablesOf = (argv: readonly string[], cwd: string): readonly string[] =>
  argv
    .filter((one) => !one.startsWith('-') && /\.csv$/i.test(one))
    .map((one) => (isAbsolute(one) ? one : resolve(cwd, one)))

export function createImports(
  { dialog }: Pick<ElectronParts, 'dialog'>,
  options: {
    readonly words: Words
    /** Whom the file goes to, for people; null: the own engine. */
    readonly host: () => string | null
    /** Show the page of imports and make the offer to it. */
    readonly offer: (offer: ImportOffer) => Promise<void>
  },
): Imports {
  const { words, host, offer } = options
  const agreed = new Map<string, string>()
  let before: Promise<void> = Promise.resolve()

  const ask = async (path: string): Promise<void> => {
    const name = basename(path)
    const found = await stat(path).catch(() => null)
    if (found === null || !found.isFile()) {
      await dialog.showMessageBox({ type: 'error', message: words.import.unreadable(name), detail: path })
      return
    }
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: words.import.title(name),
      detail: words.import.detail(words.megabytes(found.size), dirname(path), host() ?? words.import.own),
      buttons: [words.import.yes, words.import.no],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    if (response !== 0) return
    const id = randomUUID()
    agreed.set(id, path)
    await offer({ id, name, bytes: found.size })
  }
  const inTurn = (path: string): Promise<void> => {
    before = before.then(() => ask(path)).catch(() => {})
    return before
  }

  return {
    open: inTurn,
    async choose() {
      const { filePaths } = await dialog.showOpenDialog({
        title: words.import.choose,
        properties: ['openFile'],
        filters: [{ name: words.import.csv, extensions: ['csv'] }],
      })
      for (const path of filePaths) await inTurn(path)
    },
    async read({ id, offset }) {
      const path = agreed.get(id)
      if (path === undefined) throw new Error('That file is not offered.')
      let file: FileHandle | null = null
      try {
        file = await open(path, 'r')
        const { buffer, bytesRead } = await file.read(new Uint8Array(pieceBytes), 0, pieceBytes, offset)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file?.close()
      }
    },
    clear: () => agreed.clear(),
  }
}
