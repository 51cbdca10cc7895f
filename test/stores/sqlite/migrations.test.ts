import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { openStore } from '../../../stores/open.ts'
import { applicationId, migrate, migrations, schemaVersion } from '../../../stores/sqlite/migrations/index.ts'
import { countsOf } from '../../contract/store/fixtures.ts'
import { newList, newPeople, newRun, now, planAll, startRun } from '../../contract/store/scene.ts'
import { tempFolder } from '../support/folder.ts'

describe('migrations', () => {
  const newFile = () => join(tempFolder(), 'store.db')
  const schemaOf = (file: string) => {
    const db = new SqliteDatabase(file, { readonly: true })
    const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
    const version = db.pragma('user_version', { simple: true })
    const id = db.pragma('application_id', { simple: true })
    db.close()
    return { schema, version, id }
  }

  test('count up by one', () => {
    expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, i) => i + 1))
  })

  test('a new file gets the present schema, and opening it again changes nothing', async () => {
    const file = newFile()
    await (await openStore(`sqlite:${file}`)).close()
    const first = schemaOf(file)
    expect(first).toMatchObject({ version: schemaVersion, id: applicationId })
    await (await openStore(`sqlite:${file}`)).close()
    expect(schemaOf(file)).toEqual(first)
  })

  test('each can be repeated over data that is there', async () => {
    const file = newFile()
    const store = await openStore(`sqlite:${file}`)
    const { id } = await newRun(store, 5)
    await store.close()
    const before = schemaOf(file)
    const db = new SqliteDatabase(file)
    db.pragma('user_version = 0')
    db.close()
    const again = await openStore(`sqlite:${file}`)
    expect(await countsOf(again, id)).toEqual({ audience: 5, queued: 5 })
    await again.close()
    expect(schemaOf(file)).toEqual(before)
  })

  test('publications and campaigns of before there were segments go on', async () => {
    const file = newFile()
    const store = await openStore(`sqlite:${file}`)
    const list = await newList(store)
    await newPeople(store, 3, [list])
    const id = await startRun(store, { listIds: [list] })
    const before = await store.publications.get(id)
    const campaign = await store.campaigns.get(before!.campaignId)
    await store.close()
    const db = new SqliteDatabase(file)
    db.exec(`
      DROP TABLE segment;
      DROP TABLE publication_audience;
      UPDATE publication
      SET spec = json_remove(spec, '$.segments', '$.excludeSegments', '$.publications', '$.excludePublications');
      UPDATE campaign
      SET input = json_remove(input, '$.segments', '$.excludeSegments', '$.campaigns', '$.excludeCampaigns', '$.where');
    `)
    db.pragma('user_version = 1')
    db.close()
    const again = await openStore(`sqlite:${file}`)
    expect(await again.publications.get(id)).toEqual(before)
    expect(await again.campaigns.get(campaign!.id)).toEqual(campaign)
    await planAll(again, id)
    expect(await countsOf(again, id)).toEqual({ audience: 3, queued: 3 })
    await again.close()
  })

  test('a step that fails leaves the file as it was before the step', () => {
    const db = new SqliteDatabase(newFile())
    // In the way of an index of the first migration.
    db.exec('CREATE TABLE event_subscriber (x)')
    expect(() => migrate(db, 'x')).toThrow()
    expect(db.pragma('user_version', { simple: true })).toBe(0)
    expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['event_subscriber'])
    db.close()
  })

  test('a file that a kill left before its first step opens', async () => {
    const file = newFile()
    const db = new SqliteDatabase(file)
    db.pragma('journal_mode = WAL')
    db.close()
    const store = await openStore(`sqlite:${file}`)
    await store.check()
    await store.close()
  })

  test('of templates of before there were versions, what they are now is kept', async () => {
    const file = newFile()
    const store = await openStore(`sqlite:${file}`)
    const input = templateInputSchema.parse({ name: 'weekly', subject: 'S', body: 'old' })
    const { id } = await store.templates.insert(input, now, 'ada')
    await store.templates.update(id, 1, { ...input, body: 'new' }, now + 1, 'ada')
    await store.close()
    const db = new SqliteDatabase(file)
    db.exec('DROP TABLE template_version')
    db.pragma('user_version = 12')
    db.close()
    const again = await openStore(`sqlite:${file}`)
    const { rows } = await again.templates.versions({ templateId: id, before: null, limit: 9 })
    expect(rows).toMatchObject([{ version: 2, at: now + 1, author: null }])
    expect(await again.templates.version(id, 2)).toMatchObject({ name: 'weekly', body: 'new' })
    await again.close()
  })

  test('groups of alerts that stood by their hashes go on', async () => {
    const file = newFile()
    const store = await openStore(`sqlite:${file}`)
    const commit = (to: typeof store, version: number, value: string) =>
      to.desk.commit(
        {
          heard: [],
          moves: [],
          groups: ['beef', 'cafe'].map((key) => ({ key, version, value })),
          notifications: [],
          digested: [],
        },
        { now, take: { limit: 1, leaseMs: 1000 } },
      )
    expect(await commit(store, 0, 'one')).toMatchObject({ status: 'done' })
    await store.close()
    const inOrder = schemaOf(file)
    const db = new SqliteDatabase(file)
    db.exec(`
      ALTER TABLE alert_group RENAME TO later;
      CREATE TABLE alert_group (
        key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO alert_group SELECT * FROM later;
      DROP TABLE later;
    `)
    db.pragma('user_version = 14')
    db.close()
    const again = await openStore(`sqlite:${file}`)
    const rows = () => again.desk.groups({ after: '', limit: 9 })
    expect(await rows()).toMatchObject([
      { key: 'beef', version: 1, value: 'one' },
      { key: 'cafe', version: 1, value: 'one' },
    ])
    expect(await commit(again, 0, 'none')).toEqual({ status: 'conflict' })
    expect(await commit(again, 1, 'two')).toMatchObject({ status: 'done' })
    expect(await rows()).toMatchObject([
      { version: 2, value: 'two' },
      { version: 2, value: 'two' },
    ])
    await again.close()
    expect(schemaOf(file)).toEqual(inOrder)
  })

  test('a file of a newer version is refused, untouched', async () => {
    const file = newFile()
    await (await openStore(`sqlite:${file}`)).close()
    const db = new SqliteDatabase(file)
    db.pragma(`user_version = ${schemaVersion + 1}`)
    db.close()
    const before = readFileSync(file)
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'E_STORE',
      message: expect.stringContaining('made by a newer Broadsheet'),
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})
