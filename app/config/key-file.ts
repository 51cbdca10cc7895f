import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { BroadsheetError } from '../../engine/errors.ts'

/** Keys of one kind, one a line, the newest first, readable by the owner only. */
export interface KeyFile {
  readonly path: string
  /** Of a key. */
  readonly minLength: number
  /** Why it must come back from the backup: "links in letters that went out were signed with it". */
  readonly needed: string
}

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

const newKey = (): string => randomBytes(32).toString('base64url')

/** Its keys; the file is made at the first call. */
export function ensureKeys(file: KeyFile): { readonly keys: readonly string[]; readonly made: boolean } {
  const present = readKeys(file)
  if (present !== null) return { keys: present, made: false }
  makeDataFolder(dirname(file.path))
  const made = write(file.path, [newKey()], (draft) => {
    // Of two first starts at once one wins, and neither reads half a file.
    try {
      linkSync(draft, file.path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return false
    }
  })
  return { keys: readKeys(file) ?? [], made }
}

/** Put a new key in front of those that are there; all of them. It is on the disk before anything can be made with it: killed
 *  before that the file is as it was. */
export function addKey(file: KeyFile): readonly string[] {
  const keys = [newKey(), ...(readKeys(file) ?? [])]
  makeDataFolder(dirname(file.path))
  write(file.path, keys, (draft) => renameSync(draft, file.path))
  return keys
}

/** Null: there is no such file. */
function readKeys({ path, minLength, needed }: KeyFile): readonly string[] | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new BroadsheetError('E_CONFIG', `${path} could not be read: ${(error as Error).message}`)
  }
  const keys = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (keys.length === 0 || keys.some((key) => key.length < minLength))
    throw new BroadsheetError(
      'E_CONFIG',
      `${path} must hold secrets of at least ${minLength} characters, one a line. Restore it from the backup: ${needed}.`,
    )
  chmodSync(path, 0o600)
  return keys
}

/** Write a draft whole, and let `place` put it where it belongs. */
function write<T>(path: string, keys: readonly string[], place: (draft: string) => T): T {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `${keys.join('\n')}\n`)
    fsyncSync(handle)
    const placed = place(draft)
    syncFolder(dirname(path))
    return placed
  } finally {
    closeSync(handle)
    rmSync(draft, { force: true })
  }
}

/** A name is on the disk when its folder is. Windows has no such call, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
