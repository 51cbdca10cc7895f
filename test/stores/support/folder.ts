import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that goes with the test. */
export function tempFolder(): string {
  const folder = makeFolder()
  onTestFinished(() => dropFolder(folder))
  return folder
}

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'broadsheet-store-'))

export const dropFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })
