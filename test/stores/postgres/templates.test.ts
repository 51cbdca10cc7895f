import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { TemplateId } from '../../../engine/model/ids.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'
import { fresh, now } from '../../contract/store/scene.ts'
import { makeDatabase } from './database.ts'
import { useNodes } from './nodes.ts'

const input = (body: string) => templateInputSchema.parse({ name: fresh('template'), subject: 'S', body })
const headsOf = async ({ templates }: Store, templateId: TemplateId) =>
  (await templates.versions({ templateId, before: null, limit: 9 })).rows.map(({ version, at, author }) => [
    version,
    at,
    author,
  ])

describe('versions of templates', () => {
  const nodes = useNodes()

  test('what a node of before there were any writes is one, and stays one', async () => {
    const { a, rows } = nodes()
    const { id } = await a.templates.insert(input('by a new node'), now, 'ada')
    await rows(
      `UPDATE template SET version = version + 1, updated_at = $2, doc = jsonb_set(doc::jsonb, '{body}', '"by an old node"')
       WHERE id = $1`,
      [id, now + 1],
    )
    expect(await headsOf(a, id)).toEqual([
      [2, now + 1, null],
      [1, now, 'ada'],
    ])
    expect(await a.templates.version(id, 2)).toMatchObject({ body: 'by an old node', author: null })
    await a.templates.update(id, 2, input('by a new node again'), now + 2, 'bob')
    expect(await headsOf(a, id)).toEqual([
      [3, now + 2, 'bob'],
      [2, now + 1, null],
      [1, now, 'ada'],
    ])
    expect(await a.templates.version(id, 2)).toMatchObject({ body: 'by an old node' })
  })

  test('of two nodes that change one at once, one does', async () => {
    const { a, b } = nodes()
    const { id } = await a.templates.insert(input('first'), now, 'ada')
    const changes = await Promise.allSettled(
      [a, b].map(({ templates }) => templates.update(id, 1, input('second'), now + 1, 'bob')),
    )
    expect(changes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await headsOf(b, id)).toEqual([
      [2, now + 1, 'bob'],
      [1, now, 'ada'],
    ])
  })
})

test('a database of before there were versions of templates gets what they are now', async () => {
  const database = await makeDatabase()
  const before = await openStore(database.url)
  const { id, name } = await before.templates.insert(input('old'), now, 'ada')
  await before.templates.update(id, 1, { ...input('new'), name }, now + 1, 'ada')
  await before.close()
  const client = new Client(database.url)
  await client.connect()
  await client.query('DROP TABLE template_version; DELETE FROM schema_step WHERE version >= 8')
  await client.end()
  const store = await openStore(database.url)
  expect(await headsOf(store, id)).toEqual([[2, now + 1, null]])
  expect(await store.templates.version(id, 2)).toMatchObject({ name, body: 'new' })
  await store.close()
  await database.drop()
})
