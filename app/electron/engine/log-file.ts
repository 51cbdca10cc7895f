import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface LogFile {
  readonly path: string
  write(chunk: Uint8Array): void
}

const maxBytes = 8_388_608

/** `NAME.log` in `folder`, and `NAME.1.log`, the one before: together at most 16 MB and one chunk. */
export function openLogFile(folder: string, name: string): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}.log`)
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return {
    path,
    write(chunk) {
      if (bytes > 0 && bytes + chunk.byteLength > maxBytes) {
        renameSync(path, join(folder, `${name}.1.log`))
        bytes = 0
      }
      appendFileSync(path, chunk, { mode: 0o600 })
      bytes += chunk.byteLength
    },
  }
}
