import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../stores/open.ts'
import { startClient } from '../../../stores/sqlite/threads/client.ts'
import { newPeople, now } from '../../contract/store/scene.ts'
import { startChild } from '../support/child.ts'
import { tempFolder } from '../support/folder.ts'

describe('the threads of a store', () => {
  const newFile = () => join(tempFolder(), 'store.db')

  test('finish what was accepted, fold the log into the file and are gone', async () => {
    const file = newFile()
    const child = startChild('./open-and-end.ts', [`sqlite:${file}`])
    expect(await child.line()).toBe('closed')
    // It ends by itself: no thread, timer or port holds it.
    expect(await child.ended).toEqual({ code: 0, errors: '' })
    expect(readdirSync(join(file, '..')).sort()).toEqual(['store.db', 'store.db.lock'])
    const store = await openStore(`sqlite:${file}`)
    expect((await store.topics.page({ after: 0, limit: 100 })).rows).toHaveLength(20)
    await store.close()
  })

  test('closing twice is closing once, and nothing works afterwards', async () => {
    const store = await openStore(`sqlite:${newFile()}`)
    await Promise.all([store.close(), store.close()])
    await store.close()
    for (const call of [store.check(), store.lists.page({ after: 0, limit: 1 })])
      await expect(call).rejects.toMatchObject({ code: 'E_STORE', message: 'The store is closed.' })
  })

  test('what was written is read, whichever thread reads', async () => {
    const store = await openStore(`sqlite:${newFile()}`, { readers: 3 })
    for (let i = 0; i < 10; i += 1) {
      const [id] = await newPeople(store, 1, [])
      if (id === undefined) throw new Error('nobody')
      const reads = await Promise.all([1, 2, 3].map(() => store.subscribers.get([id])))
      for (const rows of reads) expect(rows).toHaveLength(1)
    }
    await store.close()
  })

  test('say what they work and what waits for them', async () => {
    const store = await openStore(`sqlite:${newFile()}`, { readers: 2 })
    const rest = { used: 0, idle: 1, waiting: 0, max: 1 }
    expect(store.connections?.()).toEqual({ writer: rest, readers: { ...rest, idle: 2, max: 2 } })
    const writes = Array.from({ length: 5 }, (_, i) =>
      store.topics.insert({ name: `name-${i}`, title: 'T', description: '' }, now),
    )
    const reads = [1, 2, 3].map(() => store.topics.page({ after: 0, limit: 1 }))
    expect(store.connections?.()).toEqual({
      writer: { used: 1, idle: 0, waiting: 4, max: 1 },
      readers: { used: 2, idle: 0, waiting: 1, max: 2 },
    })
    await Promise.all([...writes, ...reads])
    expect(store.connections?.().writer).toEqual(rest)
    await store.close()
  })

  test('many writes at once share commits and each keeps its own outcome', async () => {
    const store = await openStore(`sqlite:${newFile()}`)
    const names = Array.from({ length: 300 }, (_, i) => `name-${i % 200}`)
    const results = await Promise.allSettled(
      names.map((name) => store.topics.insert({ name, title: 'T', description: '' }, now)),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(200)
    for (const result of results.filter((one) => one.status === 'rejected'))
      expect(result.reason).toMatchObject({ code: 'E_EXISTS', status: 409 })
    expect((await store.topics.page({ after: 0, limit: 1000 })).rows).toHaveLength(200)
    await store.close()
  })

  test('a long read does not hold up writes', async () => {
    const store = await openStore(`sqlite:${newFile()}`)
    for (let i = 0; i < 3; i += 1) await newPeople(store, 1000, [])
    const order: string[] = []
    const reads = Array.from({ length: 10 }, () =>
      store.subscribers.page({ after: 0, limit: 5000, search: 'person' }),
    )
    const readAll = Promise.all(reads).then(() => order.push('read'))
    await newPeople(store, 1, [])
    order.push('wrote')
    await readAll
    expect(order).toEqual(['wrote', 'read'])
    await store.close()
  })

  test('a thread that dies rejects what it had not answered, and what comes after', async () => {
    const file = newFile()
    const client = await startClient({ role: 'writer', file }, { maxOldGenerationSizeMb: 16 })
    // More than that heap takes, and less than twice: V8 ends the thread at the limit, but the process where one native call
    // goes far beyond it.
    const row = { address: 'a@example.org', attributes: { list: Array.from({ length: 60 }, () => []) } }
    const rows = Array.from({ length: 10_000 }, () => row)
    const calls = [
      client.call('subscribers.upsert', [rows, { lists: [], now }]),
      client.call('health.write', []),
    ]
    const results = await Promise.allSettled(calls)
    for (const result of [...results, ...(await Promise.allSettled([client.call('health.write', [])]))]) {
      if (result.status !== 'rejected') throw new Error('it was answered')
      expect(result.reason).toMatchObject({
        code: 'E_STORE',
        message: expect.stringContaining('writer thread'),
      })
    }
    await client.close()
    // Its lock went with it.
    await (await openStore(`sqlite:${file}`)).close()
  })

  test('a call that does not exist is a defect, not a crash', async () => {
    const client = await startClient({ role: 'writer', file: newFile() })
    await expect(client.call('no.such', [])).rejects.toMatchObject({ code: 'E_INTERNAL' })
    await client.call('health.write', [])
    await client.close()
  })

  describe('beside another program that holds the file', () => {
    test('wait for it', async () => {
      const file = newFile()
      const store = await openStore(`sqlite:${file}`)
      const other = new SqliteDatabase(file)
      other.exec('BEGIN IMMEDIATE')
      let written = false
      const write = newPeople(store, 1, []).then(() => {
        written = true
      })
      // Answered by the reader while the writer waits.
      for (let i = 0; i < 50; i += 1) await store.subscribers.count({})
      expect(written).toBe(false)
      other.exec('COMMIT')
      other.close()
      await write
      await store.close()
    })

    test('say so after five seconds, and work when it is gone', async () => {
      const file = newFile()
      const store = await openStore(`sqlite:${file}`)
      const other = new SqliteDatabase(file)
      other.exec('BEGIN IMMEDIATE')
      const started = performance.now()
      await expect(newPeople(store, 1, [])).rejects.toMatchObject({
        code: 'E_STORE_BUSY',
        message: expect.stringContaining(file),
      })
      expect(performance.now() - started).toBeGreaterThan(4900)
      other.exec('ROLLBACK')
      other.close()
      expect(await newPeople(store, 1, [])).toHaveLength(1)
      await store.close()
    })
  })
})
