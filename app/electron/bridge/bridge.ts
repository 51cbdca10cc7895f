import { z } from 'zod'

/** A file that the user opened with Broadsheet and agreed to hand over. */
export interface ImportOffer {
  readonly id: string
  readonly name: string
  readonly bytes: number
}

/** What the page finds as `window.broadsheetDesktop`; in a browser there is none. */
export interface BroadsheetDesktop {
  readonly platform: string
  readonly version: string
  /** Show a native notification. */
  notify(note: { readonly title: string; readonly body: string }): Promise<void>
  /** Hear of files to import; the first who listens hears of the one that was opened before, too. The returned function ends it. */
  onImport(listener: (offer: ImportOffer) => void): () => void
  /** Bytes of an offered file from `offset`, at most 1 MB; none at its end. Rejects when the file is not offered any more. */
  readImport(id: string, offset: number): Promise<Uint8Array>
}

/** preload.cts has the same names: a sandboxed preload script loads no other file. */
export const channels = {
  notify: 'broadsheet:notify',
  readImport: 'broadsheet:read-import',
  offerImport: 'broadsheet:offer-import',
} as const

export const notifySchema = z.strictObject({
  title: z.string().min(1).max(200),
  body: z.string().max(1000),
})
export const readImportSchema = z.strictObject({ id: z.string().max(64), offset: z.int().min(0) })
