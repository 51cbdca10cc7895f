import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file system of its own that is small enough to be filled. */
export interface SmallDisk {
  readonly folder: string
  /** Write until there is no room for one byte more. */
  fill(): void
  /** Give that room back. */
  free(): void
}

const mount = (...args: readonly string[]) => spawnSync('mount', args, { stdio: 'ignore' }).status === 0
const unmount = (folder: string) => spawnSync('umount', ['-l', folder], { stdio: 'ignore' })

/** May this user mount? Only then can a disk really be full. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-mount-'))
  const can = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)
  if (can) unmount(folder)
  rmSync(folder, { recursive: true })
  return can
}

/** A tmpfs of so many megabytes, that goes with the test. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-disk-'))
  if (!mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', folder))
    throw new Error(`${folder} could not be mounted`)
  onTestFinished(() => {
    unmount(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const descriptor = openSync(filler, 'a')
      for (let size = 65_536; size >= 1; ) {
        try {
          // Short writes come before the refusal.
          writeSync(descriptor, Buffer.alloc(size))
        } catch {
          size = Math.floor(size / 2)
        }
      }
      closeSync(descriptor)
    },
    free: () => rmSync(filler),
  }
}
