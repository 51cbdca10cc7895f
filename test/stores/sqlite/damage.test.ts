import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../stores/open.ts'
import { inspect } from '../../../stores/sqlite/database/inspect.ts'
import { newList, newPeople } from '../../contract/store/scene.ts'
import { linesUntil, startChild } from '../support/child.ts'
import { dropFolder, makeFolder, tempFolder } from '../support/folder.ts'

const people = 300

describe('a damaged file', () => {
  let folder = ''
  let sound = ''
  beforeAll(async () => {
    folder = makeFolder()
    sound = join(folder, 'sound.db')
    const store = await openStore(`sqlite:${sound}`)
    await newPeople(store, people, [await newList(store)])
    await store.close()
  })
  afterAll(() => dropFolder(folder))

  /** A copy that a test may damage. */
  const copy = () => {
    const file = join(tempFolder(), 'store.db')
    copyFileSync(sound, file)
    return file
  }
  const bytesOf = (file: string) =>
    [file, `${file}-wal`].map((path) => (existsSync(path) ? readFileSync(path).toString('base64') : null))

  const expectRefused = async (file: string) => {
    const before = bytesOf(file)
    const error = await openStore(`sqlite:${file}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_STORE_CORRUPT', message: expect.stringContaining(file) })
    expect(bytesOf(file)).toEqual(before)
    expect(existsSync(`${file}.owner`)).toBe(false)
    return (error as Error).message
  }

  test('a sound one opens, of course', async () => {
    const store = await openStore(`sqlite:${copy()}`)
    expect(await store.subscribers.count({})).toBe(people)
    await store.close()
  })

  test.each([1, 99, 4096, 8192, -4096, -1])('cut to %i bytes is refused, untouched', async (bytes) => {
    const file = copy()
    truncateSync(file, bytes > 0 ? bytes : readFileSync(file).length + bytes)
    await expectRefused(file)
  })

  test('with something behind its end', async () => {
    const file = copy()
    appendFileSync(file, Buffer.alloc(4096))
    await expectRefused(file)
  })

  test('that is no database at all', async () => {
    const file = join(tempFolder(), 'store.db')
    writeFileSync(file, 'address,name\na@example.org,A\n'.repeat(100))
    expect(await expectRefused(file)).toContain('not a SQLite database')
  })

  test('that is another program’s database', async () => {
    const file = join(tempFolder(), 'store.db')
    const db = new SqliteDatabase(file)
    db.exec('CREATE TABLE bookmarks (url TEXT)')
    db.close()
    expect(await expectRefused(file)).toContain('not a database of Broadsheet')
  })

  test('that is gone while its log is still there', async () => {
    const file = join(tempFolder(), 'store.db')
    writeFileSync(`${file}-wal`, Buffer.alloc(5000, 1))
    await expectRefused(file)
    writeFileSync(file, '')
    await expectRefused(file)
  })

  test('whichever bit of its header is flipped: refused, or nothing is lost', () => {
    const file = copy()
    const whole = readFileSync(file)
    let refused = 0
    for (let bit = 0; bit < 800; bit += 1) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      writeFileSync(file, bytes)
      try {
        inspect(file)
      } catch (error) {
        refused += 1
        // A flipped version number looks like that of a newer Broadsheet.
        expect(['E_STORE_CORRUPT', 'E_STORE']).toContain((error as { code?: string }).code)
        expect(readFileSync(file).equals(bytes)).toBe(true)
        continue
      }
      const db = new SqliteDatabase(file)
      expect(db.prepare('SELECT count(*) FROM subscriber').pluck().get(), `bit ${bit}`).toBe(people)
      expect(db.pragma('quick_check', { simple: true })).toBe('ok')
      db.close()
    }
    // Schema cookie, cache size, user cookie and the library's version mean nothing to the content.
    expect(refused).toBeGreaterThan(800 - 4 * 32 - 8)
  })

  test('with a broken page, wherever it is', async () => {
    const file = copy()
    const whole = readFileSync(file)
    for (let page = 1; page < whole.length / 4096; page += 1) {
      // An empty page of a tree looks like any other free space: its kind and its cells are what is broken.
      const bytes = Buffer.from(whole)
      bytes.fill(0xff, page * 4096, page * 4096 + 16)
      writeFileSync(file, bytes)
      expect(() => inspect(file), `page ${page + 1}`).toThrow(
        expect.objectContaining({ code: 'E_STORE_CORRUPT' }),
      )
    }
    await expectRefused(file)
  })

  test('says how to restore it, from the newest backup beside it', async () => {
    const file = copy()
    truncateSync(file, 8192)
    expect(await expectRefused(file)).toMatch(
      /To restore: move .*store\.db.* aside, copy your newest backup \(none was found/,
    )
    copyFileSync(sound, `${file}.bak`)
    expect(await expectRefused(file)).toContain(`copy the backup ${file}.bak to ${file}`)
  })

  test('restored as it says, it opens again', async () => {
    const file = copy()
    truncateSync(file, 8192)
    await expectRefused(file)
    copyFileSync(sound, file)
    const store = await openStore(`sqlite:${file}`)
    expect(await store.subscribers.count({})).toBe(people)
    await store.close()
  })

  describe('with the log that a kill left', () => {
    const killed = async () => {
      const file = copy()
      const child = startChild('./write-until-killed.ts', [file, '1'])
      await linesUntil(child, 'acknowledged kept-1-40@')
      await child.kill()
      expect(readdirSync(join(file, '..'))).toContain(`${basename(file)}-wal`)
      return file
    }

    test('opens', async () => {
      const store = await openStore(`sqlite:${await killed()}`)
      expect(await store.subscribers.count({})).toBeGreaterThan(people)
      await store.close()
    })

    test('and a bit of the log’s header flipped is refused, untouched', async () => {
      const file = await killed()
      const log = readFileSync(`${file}-wal`)
      log.writeUInt8(log.readUInt8(9) ^ 1, 9)
      writeFileSync(`${file}-wal`, log)
      await expectRefused(file)
    })

    test('and a bit of an acknowledged write flipped is refused, untouched', async () => {
      const file = await killed()
      const log = readFileSync(`${file}-wal`)
      const at = Math.floor(log.length / 2)
      log.writeUInt8(log.readUInt8(at) ^ 4, at)
      writeFileSync(`${file}-wal`, log)
      expect(await expectRefused(file)).toContain('acknowledged writes behind it')
    })

    test('and its last write torn opens: that one was never acknowledged', async () => {
      const file = await killed()
      truncateSync(`${file}-wal`, readFileSync(`${file}-wal`).length - 100)
      const store = await openStore(`sqlite:${file}`)
      expect(await store.subscribers.count({})).toBeGreaterThan(people)
      await store.close()
    })

    test('and the file itself cut short is refused, untouched', async () => {
      const file = await killed()
      truncateSync(file, 3 * 4096)
      await expectRefused(file)
    })
  })
})
