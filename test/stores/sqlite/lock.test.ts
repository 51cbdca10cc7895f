import { existsSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../stores/open.ts'
import { linesUntil, startChild } from '../support/child.ts'
import { tempFolder } from '../support/folder.ts'

describe('a file that is open', () => {
  test('is refused to a second process, naming the first', async () => {
    const file = join(tempFolder(), 'store.db')
    const child = startChild('./open-and-wait.ts', [file, 'http://localhost:8025'])
    await linesUntil(child, 'open')
    const error = await openStore(`sqlite:${file}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_STORE_LOCKED' })
    const { message } = error as Error
    expect(message).toContain(`process ${child.process.pid} on ${hostname()} since 2`)
    expect(message).toContain('url http://localhost:8025')
    child.process.kill('SIGTERM')
    expect(await child.line()).toBe('closed')
    expect(await child.ended).toEqual({ code: 0, errors: '' })
    expect(existsSync(`${file}.owner`)).toBe(false)
    await (await openStore(`sqlite:${file}`)).close()
  })

  test('is free at once when its process is killed', async () => {
    const file = join(tempFolder(), 'store.db')
    const child = startChild('./open-and-wait.ts', [file])
    await linesUntil(child, 'open')
    await child.kill()
    expect(existsSync(`${file}.owner`)).toBe(true)
    const store = await openStore(`sqlite:${file}`)
    await store.check()
    await store.close()
  })

  test('is refused to the same process too, also by another name', async () => {
    const folder = tempFolder()
    const file = join(folder, 'store.db')
    const store = await openStore(`sqlite:${file}`)
    symlinkSync(file, join(folder, 'alias.db'))
    for (const name of ['store.db', 'alias.db', '../x/../store.db'.slice(7)])
      await expect(openStore(`sqlite:${join(folder, name)}`)).rejects.toMatchObject({
        code: 'E_STORE_LOCKED',
        message: expect.stringContaining(`process ${process.pid}`),
      })
    await store.check()
    await store.close()
    await (await openStore(`sqlite:${join(folder, 'alias.db')}`)).close()
  })
})
