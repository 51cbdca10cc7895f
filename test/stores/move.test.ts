import { existsSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../engine/log.ts'
import type { SubscriberId } from '../../engine/model/ids.ts'
import { type KindName, kindOf } from '../../stores/move/kinds.ts'
import { type MoveOptions, moveHouse } from '../../stores/move/move.ts'
import { openHouse, openSource } from '../../stores/move/open.ts'
import { staying, tables } from '../../stores/move/tables.ts'
import { openStore } from '../../stores/open.ts'
import { migrate } from '../../stores/sqlite/migrations/index.ts'
import { newList, newPeople, now, startRun } from '../contract/store/scene.ts'
import { makeDatabase } from './postgres/database.ts'
import { linesUntil, startChild } from './support/child.ts'
import { everything, planTheRest, sendTheRest } from './support/everything.ts'
import { tempFolder } from './support/folder.ts'
import { type Furnished, furnish } from './support/furnish.ts'
import { tellTheRest } from './support/furnish-alerts.ts'

/** A file that has something of everything. */
const furnished = async (): Promise<string> => (await furnishedFile()).file
async function furnishedFile(): Promise<Furnished & { readonly file: string }> {
  const file = join(tempFolder(), 'store.db')
  const store = await openStore(`sqlite:${file}`)
  const known = await furnish(store)
  await store.close()
  return { ...known, file }
}

async function emptyDatabase(): Promise<string> {
  const database = await makeDatabase({ migrated: false })
  onTestFinished(() => database.drop())
  return database.url
}

async function move(from: string, to: string, options: MoveOptions & { readonly at?: number | null } = {}) {
  await using house = await openHouse(from, to, { log: silentLog, now: options.at ?? null })
  return await moveHouse(house.source, house.target, options)
}

/** Every row of every table, and what the next ids are counted from. */
function contentsOf(file: string): { readonly [table: string]: unknown } {
  const db = new SqliteDatabase(file, { readonly: true })
  const names = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%'",
    )
    .pluck()
    .all()
  const contents = names.map((name) => [name, db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all()])
  db.close()
  return Object.fromEntries(contents)
}

async function ask<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}

/** As a JSON document means it: jsonb has keys in its own order. */
const meaning = (rows: unknown) =>
  (rows as { topics: string; attributes: string }[]).map((row) => ({
    ...row,
    topics: JSON.parse(row.topics) as unknown,
    attributes: JSON.parse(row.attributes) as unknown,
  }))

/** The columns that a side keeps, by `table.column`. */
const declared = (side: 'sqlite' | 'postgres'): Map<string, KindName> =>
  new Map(
    tables.flatMap(({ name, columns, made }) => [
      ...Object.entries(columns)
        .filter(([, column]) => side === 'postgres' || column.sqlite === undefined)
        .map(([column, { kind }]) => [`${name}.${column}`, kind] as const),
      ...Object.entries(made?.[side] ?? {}).map(([column, { kind }]) => [`${name}.${column}`, kind] as const),
    ]),
  )

describe('the tables of a move', () => {
  test('are all that SQLite has, column by column', async () => {
    const db = new SqliteDatabase(':memory:')
    migrate(db, 'memory')
    const found = db
      .prepare<[], { name: string; type: string }>(
        `SELECT t.name || '.' || c.name AS name, c.type
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'`,
      )
      .all()
      .filter(({ name }) => !staying.sqlite.some((table) => name.startsWith(`${table}.`)))
    const expected = declared('sqlite')
    expect(found.map(({ name }) => name).toSorted()).toEqual([...expected.keys()].toSorted())
    for (const { name, type } of found) expect(kindOf(expected.get(name)!).sqliteType, name).toBe(type)
  })

  test('are all that Postgres has, column by column', async () => {
    const { url, drop } = await makeDatabase()
    onTestFinished(drop)
    // What Postgres makes by itself (GENERATED) is nobody's to move; partitions are parts of their table.
    const all = await ask<{ name: string; type: string }>(
      url,
      `SELECT t.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type
       FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
       WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
         AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`,
    )
    const found = all.filter(({ name }) => !staying.postgres.some((table) => name.startsWith(`${table}.`)))
    const expected = declared('postgres')
    expect(found.map(({ name }) => name).toSorted()).toEqual([...expected.keys()].toSorted())
    for (const { name, type } of found)
      expect(kindOf(expected.get(name)!).postgresTypes, name).toContain(type)
  })
})

describe('a move', () => {
  test('to Postgres, to another and back brings everything', async () => {
    const [file, back] = [await furnished(), join(tempFolder(), 'back.db')]
    const [first, second] = [await emptyDatabase(), await emptyDatabase()]
    const before = contentsOf(file)
    for (const [table, rows] of Object.entries(before)) expect(rows, table).not.toEqual([])

    const out = await move(`sqlite:${file}`, first)
    const over = await move(first, second)
    const home = await move(second, `sqlite:${back}`)
    expect(out).toMatchObject({ resumed: false, copied: out.tables.reduce((sum, { rows }) => sum + rows, 0) })
    expect([over.tables, home.tables]).toEqual([out.tables, out.tables])
    expect(contentsOf(file)).toEqual(before)

    const { subscriber, presence, ...rest } = contentsOf(back)
    const { subscriber: people, presence: beats, ...others } = before
    expect(rest).toEqual(others)
    expect(meaning(subscriber)).toEqual(meaning(people))
    expect(presence).toMatchObject((beats as { at: number }[]).map(({ at }) => ({ at })))
  })

  test('leaves a store that goes on numbering where the other one was', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    await move(`sqlite:${file}`, url)
    const named = { name: 'next', title: 'Next', description: '' }
    const [old, next] = [await openStore(`sqlite:${file}`), await openStore(url)]
    onTestFinished(() => old.close())
    onTestFinished(() => next.close())
    for (const port of ['lists', 'topics'] as const)
      expect(await next[port].insert(named, now)).toEqual(await old[port].insert(named, now))
  })

  test('leaves keys whose last use goes on being kept', async () => {
    const fresh = await furnished()
    const older = await furnished()
    const db = new SqliteDatabase(older)
    const doc = db.prepare('SELECT doc FROM api_key').pluck()
    expect(doc.get()).toContain(`"lastUsedAt":${now}}`)
    // As it was written before.
    db.prepare("UPDATE api_key SET doc = json_set(doc, '$.lastUsedAt', ?)").run(now)
    expect(doc.get()).toContain(`"lastUsedAt":${now}.0}`)
    db.close()
    for (const file of [fresh, older]) {
      const url = await emptyDatabase()
      await move(`sqlite:${file}`, url)
      const store = await openStore(url)
      onTestFinished(() => store.close())
      const [key] = (await store.apiKeys.page({ after: 0, limit: 1 })).rows
      await store.apiKeys.used(key!.id, now + 1)
      expect(await store.apiKeys.get(key!.id)).toMatchObject({ lastUsedAt: now + 1 })
    }
  })

  test('leaves a store whose ports tell the same, and which goes on the same', async () => {
    const { file, paused, planning, erased, bucket, replies } = await furnishedFile()
    const [url, back] = [await emptyDatabase(), `sqlite:${join(tempFolder(), 'back.db')}`]
    // A campaign that was kept before there were editions.
    const db = new SqliteDatabase(file)
    db.exec(
      "UPDATE campaign SET input = json_remove(input, '$.repeat', '$.selection.sinceLast') WHERE id = 1",
    )
    db.close()
    await move(`sqlite:${file}`, url)
    await move(url, back)
    const told: unknown[] = []
    for (const place of [`sqlite:${file}`, url, back]) {
      const store = await openStore(place)
      const before = await everything(store)
      const claim = (key: string) => store.replies.claim({ key, fingerprint: 'f', now, expiresAt: now + 9 })
      told.push({
        before,
        erased: await store.subscriptions.wasErased(erased),
        grants: await store.buckets.take([bucket, bucket], now),
        replies: [await claim(replies[0]), await claim(replies[1])],
        planned: [await planTheRest(store, planning[0]!), await planTheRest(store, planning[1]!)],
        rest: await sendTheRest(store, paused),
        told: await tellTheRest(store),
      })
      await store.close()
    }
    const [first, second, third] = told
    expect(first).toMatchObject({
      erased: true,
      before: { presence: [{ lastActiveAt: now, restored: false }] },
      rest: { counts: { audience: 60, queued: 0, retry: 0 } },
    })
    expect(second).toEqual(first)
    expect(third).toEqual(first)
  })

  test('parts what came by month, and leaves months that come to the daemon', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    await move(`sqlite:${file}`, url)
    const months = await ask<{ table: string; rows: string }>(
      url,
      `SELECT tableoid::regclass::text AS "table", count(*) AS rows FROM event GROUP BY 1
       UNION ALL SELECT tableoid::regclass::text, count(*) FROM delivery GROUP BY 1`,
    )
    expect(months.map(({ table }) => table).toSorted()).toEqual([
      'delivery_202701',
      'event_202610',
      'event_202701',
    ])
    const store = await openStore(url)
    await store.maintain(now)
    await store.close()
  })

  test('replaces what PostgreSQL cannot keep of a text', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    const db = new SqliteDatabase(file)
    db.prepare('UPDATE subscriber SET name = ?, attributes = ? WHERE id = 1').run(
      'a\0b',
      '{"x":"\\u0000\\ud800"}',
    )
    db.close()
    await move(`sqlite:${file}`, url)
    expect(await ask(url, 'SELECT name, attributes FROM subscriber WHERE id = 1')).toEqual([
      { name: 'a\ufffdb', attributes: { x: '\ufffd\ufffd' } },
    ])
  })

  test('keeps everybody else from writing to what it reads', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    await move(`sqlite:${file}`, url)
    const source = await openSource(url, { log: silentLog, now: null })
    onTestFinished(() => source[Symbol.asyncDispose]())
    const write = ask(url, "BEGIN; SET LOCAL lock_timeout = 1; INSERT INTO once VALUES ('a', 1, 1)")
    await expect(write).rejects.toMatchObject({ code: '55P03' })
  })
})

describe('a move that was killed', () => {
  // More than a page of people, so that it ends within a table, too.
  const crowd = 12_000
  const crowded = async () => {
    const file = await furnished()
    const store = await openStore(`sqlite:${file}`)
    const list = await newList(store)
    for (let made = 0; made < crowd; made += 1000) await newPeople(store, 1000, [list])
    await store.close()
    return file
  }
  /** When its nth page of that table comes. */
  const killAt = async (from: string, to: string, table: string, page = 1) => {
    const child = startChild('./move-and-stop.ts', [from, to, table, String(page)])
    await linesUntil(child, `stopped at ${table}`)
    await child.kill()
  }

  test.each(['to Postgres', 'to SQLite'])('goes on where it was: %s', async (direction) => {
    const file = await crowded()
    const [first, back] = [await emptyDatabase(), `sqlite:${join(tempFolder(), 'back.db')}`]
    const whole = await move(`sqlite:${file}`, first)
    const [from, to] = direction === 'to SQLite' ? [first, back] : [`sqlite:${file}`, await emptyDatabase()]
    for (const [table, page] of [
      ['topic', 1],
      ['subscriber', 2],
      ['subscriber', 2],
      ['membership', 3],
    ] as const) {
      await killAt(from, to, table, page)
      await expect(openStore(to)).rejects.toMatchObject({
        code: 'E_STORE',
        message: expect.stringContaining('holds a move that is not finished'),
      })
    }
    const rest = await move(from, to)
    expect(rest).toMatchObject({ resumed: true, tables: whole.tables })
    expect(rest.copied).toBeLessThan(whole.copied - crowd)
    await (await openStore(to)).close()
  })

  test('finds out that the source was changed meanwhile', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    await killAt(`sqlite:${file}`, url, 'consent')
    const store = await openStore(`sqlite:${file}`)
    await store.subscribers.setStatus([1 as SubscriberId], 'bounced', now)
    await store.close()
    await expect(move(`sqlite:${file}`, url)).rejects.toMatchObject({
      code: 'E_STATE',
      message: expect.stringContaining('"subscriber" is not the same on both sides'),
    })
    await expect(openStore(url)).rejects.toMatchObject({ code: 'E_STORE' })
  })

  test('is not gone on with from another source', async () => {
    const [file, other, url] = [await furnished(), await furnished(), await emptyDatabase()]
    await killAt(`sqlite:${file}`, url, 'topic')
    await expect(move(`sqlite:${other}`, url)).rejects.toMatchObject({
      code: 'E_STATE',
      message: expect.stringContaining('from another source'),
    })
  })

  test('lets nobody write behind its back', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    await killAt(`sqlite:${file}`, url, 'topic')
    await using house = await openHouse(`sqlite:${file}`, url, { log: silentLog, now: null })
    await ask(url, "UPDATE move SET rows = rows + 1 WHERE name = 'topic'")
    const topic = tables.find(({ name }) => name === 'topic')!
    const step = { lastKey: [1], rows: 1 }
    await expect(house.target.write(topic, [], { lastKey: null, rows: 0 }, step)).rejects.toMatchObject({
      code: 'E_CONFLICT',
    })
  })
})

describe('a move is refused', () => {
  test('where there are rows already', async () => {
    const [file, url] = [await furnished(), await emptyDatabase()]
    const full = join(tempFolder(), 'full.db')
    await move(`sqlite:${file}`, url)
    await move(url, `sqlite:${full}`)
    for (const [from, to] of [
      [`sqlite:${file}`, url],
      [url, `sqlite:${full}`],
    ] as const)
      await expect(move(from, to)).rejects.toMatchObject({
        code: 'E_STATE',
        message: expect.stringMatching(/is not empty \("list" has rows\)/),
      })
  })

  test('while campaigns run, naming them', async () => {
    const file = await furnished()
    const store = await openStore(`sqlite:${file}`)
    const id = await startRun(store, {})
    const campaign = await store.campaigns.get((await store.publications.get(id))!.campaignId)
    await store.close()
    await expect(move(`sqlite:${file}`, await emptyDatabase())).rejects.toMatchObject({
      code: 'E_STATE',
      message: expect.stringContaining(`a campaign runs (${campaign!.name})`),
    })
  })

  test('while a daemon has the file, naming its process', async () => {
    const file = await furnished()
    const child = startChild('./open-and-wait.ts', [file, 'http://localhost:8025'])
    await linesUntil(child, 'open')
    await expect(move(`sqlite:${file}`, await emptyDatabase())).rejects.toMatchObject({
      code: 'E_STORE_LOCKED',
      message: expect.stringContaining(`process ${child.process.pid}`),
    })
  })

  test('where a daemon was at work on the database within the last minute', async () => {
    const [file, url, other] = [await furnished(), await emptyDatabase(), await emptyDatabase()]
    await move(`sqlite:${file}`, url)
    for (const [from, to] of [
      [url, other],
      [`sqlite:${file}`, url],
    ] as const)
      await expect(move(from, to, { at: now + 59_999 })).rejects.toMatchObject({
        code: 'E_STORE_LOCKED',
        message: expect.stringContaining('60 s ago'),
      })
    expect(await move(url, other, { at: now + 60_000 })).toMatchObject({ resumed: false })
  })

  test('from a file that is not there, which it does not make', async () => {
    const file = join(tempFolder(), 'none.db')
    await expect(move(`sqlite:${file}`, await emptyDatabase())).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    expect(existsSync(file)).toBe(false)
  })

  test('from file to file, and from and to memory', async () => {
    for (const [from, to] of [
      ['sqlite:a.db', 'sqlite:b.db'],
      ['memory:', 'sqlite:b.db'],
      ['postgres://localhost/x', 'memory:'],
    ] as const)
      await expect(move(from, to)).rejects.toMatchObject({ code: 'E_CONFIG' })
  })
})
