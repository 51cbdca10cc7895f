import { statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../stores/open.ts'
import { tempFolder } from './support/folder.ts'

describe('opening by URL', () => {
  test.each(['mongodb://localhost/x', 'data/x.db', 'mysql:', ''])('%j is not known', async (url) => {
    await expect(openStore(url)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/Known: memory:, sqlite:<path>/),
    })
  })

  test.each(['sqlite:', 'sqlite::memory:', 'sqlite:data/', 'sqlite://'])('%j names no file', async (url) => {
    await expect(openStore(url)).rejects.toMatchObject({ code: 'E_CONFIG' })
  })

  test('memory', async () => {
    const store = await openStore('memory:')
    expect(store.kind).toBe('memory')
    await store.check()
    await store.close()
    await store.close()
  })

  test('a path relative to the working directory, in folders that are made', async () => {
    const file = join(tempFolder(), 'deep', 'er', 'store.db')
    const store = await openStore(`sqlite:${relative(process.cwd(), file)}`)
    expect(store.kind).toBe('sqlite')
    // Addresses are inside: nobody else reads it.
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o077).toBe(0)
    await store.close()
  })

  test('an absolute path, as other tools write it', async () => {
    const file = join(tempFolder(), 'store.db')
    await (await openStore(`sqlite://${file}`)).close()
    expect(statSync(file).size).toBeGreaterThan(0)
  })

  test('a folder that cannot be made says which and why', async () => {
    const file = join(tempFolder(), 'store.db')
    await (await openStore(`sqlite:${file}`)).close()
    await expect(openStore(`sqlite:${file}/inside.db`)).rejects.toMatchObject({
      code: 'E_STORE',
      message: expect.stringContaining(file),
    })
  })
})
