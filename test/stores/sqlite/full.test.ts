import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { linesUntil, startChild } from '../support/child.ts'
import { tempFolder } from '../support/folder.ts'

// A disk of 6 MB that only the child sees and that goes with it: a user and mount namespace of its own.
const namespace = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c']
const mount = 'mount -t tmpfs -o size=6m tmpfs "$0" && exec "$@"'
const possible = (folder: string) =>
  spawnSync(namespace[0] ?? '', [...namespace.slice(1), mount, folder, 'true']).status === 0

describe('a full disk', () => {
  test('refuses writes, keeps what was acknowledged, and takes writes again when there is space', async (context) => {
    const folder = tempFolder()
    if (!possible(folder)) context.skip('this system gives no namespace to mount a small disk in')
    const child = startChild('./fill-disk.ts', [folder], [...namespace, mount, folder])
    const lines = await linesUntil(child, '{')
    const { whenFull, afterwards, reopened } = JSON.parse(lines.at(-1) ?? '')
    expect(whenFull.refusals).toEqual(['E_STORE_FULL'])
    expect(whenFull.message).toContain(`free space at ${folder}`)
    expect(whenFull.acknowledged).toBeGreaterThan(100)
    expect(whenFull.kept).toBe(whenFull.acknowledged)
    expect(whenFull.readable).toBe(true)
    // A single page may still find room where the log starts over.
    expect(['ok', 'E_STORE_FULL']).toContain(whenFull.check)
    expect(afterwards.refused).toBe(0)
    expect(afterwards.acknowledged).toBe(whenFull.acknowledged + 400)
    expect(afterwards.kept).toBe(afterwards.acknowledged)
    expect(reopened).toEqual({ kept: afterwards.kept, missing: 0 })
    expect(await child.ended).toEqual({ code: 0, errors: '' })
  })
})
