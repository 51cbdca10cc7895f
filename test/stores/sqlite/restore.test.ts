import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../../stores/open.ts'

test('a backup that was copied back is recognised, and no longer once a daemon worked on it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-restore-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'news.db')
  const work = async (beats: readonly number[]) => {
    const store = await openStore(`sqlite:${file}`, {})
    const found = await store.presence.found()
    for (const at of beats) await store.presence.beat(at)
    await store.close()
    return found
  }
  expect(await work([1000])).toEqual({ lastActiveAt: null, restored: false })
  copyFileSync(file, join(folder, 'backup.db'))
  expect(await work([2000, 3000])).toEqual({ lastActiveAt: 1000, restored: false })
  expect(await work([])).toEqual({ lastActiveAt: 3000, restored: false })

  // One start with one beat since the backup is enough to know.
  copyFileSync(file, join(folder, 'later.db'))
  expect(await work([3500])).toEqual({ lastActiveAt: 3000, restored: false })
  copyFileSync(join(folder, 'later.db'), file)
  expect(await work([])).toEqual({ lastActiveAt: 3000, restored: true })

  copyFileSync(join(folder, 'backup.db'), file)
  expect(await work([4000])).toEqual({ lastActiveAt: 1000, restored: true })
  expect(await work([])).toEqual({ lastActiveAt: 4000, restored: false })
})
