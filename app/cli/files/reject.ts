import { closeSync, openSync, writeSync } from 'node:fs'
import type { RejectedRow } from '../../../engine/audience/import/import.ts'
import { rejectText } from '../../../engine/audience/import/reject-file.ts'
import { CliError } from '../exit.ts'

/** A refused row as the daemon tells it. */
export type RejectLine = RejectedRow & { readonly header: readonly string[] | null }

/** Where refused rows go as they come: the file is there once the first one is. */
export interface RejectFile {
  add(line: RejectLine): void
  /** Its path, or null when nothing was refused. */
  close(): string | null
}

/** `path`: null names one beside the input, `people.csv` and `people.csv.rejects.csv`. */
export function createRejectFile(path: string | null, input: string): RejectFile {
  let file: number | null = null
  let named = ''
  return {
    add({ header, ...row }) {
      const first = file === null
      if (file === null) {
        named = path ?? `${input}.rejects.${header === null ? 'ndjson' : 'csv'}`
        try {
          file = openSync(named, 'w', 0o600)
        } catch (error) {
          throw new CliError('refused', `${named} could not be written: ${(error as Error).message}`)
        }
      }
      writeSync(file, rejectText([row], header, { first }))
    },
    close() {
      if (file === null) return null
      closeSync(file)
      return named
    },
  }
}
