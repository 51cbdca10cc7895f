import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BroadsheetError } from '../../engine/errors.ts'

export const secretsFile = (data: string): string => join(data, 'secrets')

/** The folder for everything that is kept, its owner's alone. */
export function makeDataFolder(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new BroadsheetError(
      'E_CONFIG',
      `The data folder ${data} could not be made: ${(error as Error).message}. Set another one with --data or "data:".`,
    )
  }
}

/** The secrets of `<data>/secrets`, one a line, the signing one first; made at the first call.
 *  Losing this file breaks every link in letters that are already out: it belongs into the backup. */
export function ensureSecrets(data: string): { readonly secrets: readonly string[]; readonly made: boolean } {
  const file = secretsFile(data)
  const present = readSecrets(file)
  if (present !== null) return { secrets: present, made: false }
  makeDataFolder(data)
  // Linked into place whole: of two first starts at once one wins, and neither reads half a file.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return { secrets: readSecrets(file) ?? [], made: false }
  } finally {
    rmSync(draft, { force: true })
  }
  return { secrets: readSecrets(file) ?? [], made: true }
}

function readSecrets(file: string): readonly string[] | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new BroadsheetError('E_CONFIG', `${file} could not be read: ${(error as Error).message}`)
  }
  const secrets = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (secrets.length === 0 || secrets.some((secret) => secret.length < 16))
    throw new BroadsheetError(
      'E_CONFIG',
      `${file} must hold secrets of at least 16 characters, one a line. Restore it from the backup: links in letters that went out were signed with it.`,
    )
  chmodSync(file, 0o600)
  return secrets
}
