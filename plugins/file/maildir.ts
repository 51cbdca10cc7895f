import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../engine/channel/index.ts'

/** A maildir (https://cr.yp.to/proto/maildir.html): written in `tmp`, complete once it is in `new`. Calls of
 *  all methods may overlap; each rejects with the system's error. */
export interface Maildir {
  /** Make the folders, and learn what readers have moved to `cur`. Before every batch. */
  ready(): Promise<void>
  /** Write the letter of this key, unless it is there. */
  put(key: string, head: Buffer, bytes: Uint8Array): Promise<'written' | 'present'>
  /** With `fsync`: what was put outlives a power cut once this resolves. */
  flush(): Promise<void>
  /** Write and remove a probe in `tmp`; bytes left on the disk. */
  probe(): Promise<number>
}

// The mtime of a folder has the resolution of the kernel's tick, and of two seconds on FAT: a listing made that
// soon after a change may miss the next one.
const settledMs = 2000

export function createMaildir(directory: string, fsync: boolean, clock: Clock): Maildir {
  const tmp = join(directory, 'tmp')
  const fresh = join(directory, 'new')
  const cur = join(directory, 'cur')
  let read = { names: new Set<string>(), mtimeMs: -1, settled: false }
  let serial = 0

  /** Readers move letters to `cur` and append flags: `name:2,S`. */
  const learn = async () => {
    const { mtimeMs } = await stat(cur)
    if (read.settled && read.mtimeMs === mtimeMs) return
    const listedAt = clock.now()
    const names = await readdir(cur)
    read = {
      names: new Set(names.map((name) => name.split(':', 1)[0] ?? name)),
      mtimeMs,
      settled: listedAt - mtimeMs > settledMs,
    }
  }

  const write = async (file: string, head: Buffer, bytes: Uint8Array): Promise<void> => {
    const handle = await open(file, 'wx', 0o600)
    try {
      // appendFile goes on after a short write, so that a disk nearly full cannot leave half a letter unnoticed.
      await handle.appendFile(head)
      await handle.appendFile(bytes)
      if (fsync) await handle.sync()
    } finally {
      await handle.close()
    }
  }

  const exists = async (file: string): Promise<boolean> => {
    try {
      await stat(file)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    }
  }

  return {
    async ready() {
      for (const folder of [tmp, fresh, cur]) await mkdir(folder, { recursive: true, mode: 0o700 })
      await learn()
    },
    async put(key, head, bytes) {
      const name = fileNameOf(key)
      if (read.names.has(name) || (await exists(join(fresh, name)))) return 'present'
      const unfinished = join(tmp, `${process.pid}.${serial++}.${name}`)
      try {
        await write(unfinished, head, bytes)
        await rename(unfinished, join(fresh, name))
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => {})
        throw error
      }
      return 'written'
    },
    async flush() {
      if (!fsync) return
      const folder = await open(fresh, 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    },
    async probe() {
      const file = join(tmp, `${process.pid}.${serial++}.probe`)
      try {
        await write(file, Buffer.from('probe'), new Uint8Array())
      } finally {
        await rm(file, { force: true }).catch(() => {})
      }
      const { bavail, bsize } = await statfs(directory)
      return bavail * bsize
    },
  }
}

/** The same for the same key; no character of the key's own reaches the file system. */
export const fileNameOf = (key: string): string =>
  `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.eml`
