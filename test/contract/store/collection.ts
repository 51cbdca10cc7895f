import { describe, expect, test } from 'vitest'
import type { ListId } from '../../../engine/model/ids.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { fresh, now, type OpenStore, useStore } from './fixtures.ts'

export function testCollections(open: OpenStore): void {
  describe('collections', () => {
    const store = useStore(open)
    const doc = (name = fresh('doc')) => ({ name, title: 'T', description: 'D' })

    test('keeps each kind of document apart, whole', async () => {
      const name = fresh('same-name')
      const template = templateInputSchema.parse({
        name,
        body: 'Grüße {{ x }}',
        variants: { de: { body: 'x' } },
      })
      const kept = { id: expect.any(Number), version: 1, createdAt: now, updatedAt: now }
      expect(await store().lists.insert(doc(name), now)).toEqual({ ...doc(name), ...kept })
      expect(await store().topics.insert(doc(name), now)).toEqual({ ...doc(name), ...kept })
      expect(await store().templates.insert(template, now)).toEqual({ ...template, ...kept })
      expect(await store().apiKeys.insert({ name, hash: 'ab' }, now)).toEqual({ name, hash: 'ab', ...kept })
    })

    test('refuses a name that is taken', async () => {
      const taken = await store().topics.insert(doc(), now)
      await expect(store().topics.insert(doc(taken.name), now)).rejects.toMatchObject({
        code: 'E_EXISTS',
        message: expect.stringContaining(`"${taken.name}"`),
      })
    })

    test('updates all but the kept fields, and raises the version', async () => {
      const before = await store().topics.insert(doc(), now)
      const after = await store().topics.update(before.id, 1, { ...doc(), title: 'New' }, now + 4)
      expect(after).toMatchObject({
        id: before.id,
        title: 'New',
        version: 2,
        createdAt: now,
        updatedAt: now + 4,
      })
      expect(await store().topics.get(before.id)).toEqual(after)
      expect(await store().topics.byName([before.name])).toEqual([])
    })

    test('refuses an update of a missing document, an old version, and another document’s name', async () => {
      const a = await store().topics.insert(doc(), now)
      const b = await store().topics.insert(doc(), now)
      const missing = (b.id + 1000) as typeof b.id
      await expect(store().topics.update(missing, 1, doc(), now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
      await expect(store().topics.update(a.id, 2, doc(), now)).rejects.toMatchObject({ code: 'E_CONFLICT' })
      await expect(store().topics.update(a.id, 1, doc(b.name), now)).rejects.toMatchObject({
        code: 'E_EXISTS',
      })
      expect(await store().topics.get(a.id)).toEqual(a)
      expect((await store().topics.update(a.id, 1, doc(a.name), now)).version).toBe(2)
    })

    test('of two updates of one version, one wins', async () => {
      const a = await store().topics.insert(doc(), now)
      const both = await Promise.allSettled(
        [1, 2].map(() => store().topics.update(a.id, 1, doc(a.name), now)),
      )
      expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    })

    test('a name that was given up can be taken', async () => {
      const a = await store().topics.insert(doc(), now)
      await store().topics.update(a.id, 1, doc(), now)
      expect((await store().topics.insert(doc(a.name), now)).id).not.toBe(a.id)
    })

    test('finds by name, leaving out what there is not', async () => {
      const a = await store().topics.insert(doc(), now)
      const b = await store().topics.insert(doc(), now)
      expect(await store().topics.byName([b.name, 'no-such', a.name, b.name])).toEqual([a, b])
    })

    test('pages in id order', async () => {
      const last = (await store().topics.insert(doc(), now)).id
      const docs = [await store().topics.insert(doc(), now), await store().topics.insert(doc(), now)]
      expect(await store().topics.page({ after: last, limit: 1 })).toEqual({
        rows: [docs[0]],
        next: docs[0]?.id,
      })
      expect(await store().topics.page({ after: docs[0]?.id ?? 0, limit: 5 })).toEqual({
        rows: [docs[1]],
        next: null,
      })
    })

    test('removes, and never gives the id again', async () => {
      const a = await store().lists.insert(doc(), now)
      expect(await store().lists.remove(a.id)).toBe(true)
      expect(await store().lists.remove(a.id)).toBe(false)
      expect(await store().lists.get(a.id)).toBeNull()
      expect((await store().lists.insert(doc(a.name), now)).id).toBeGreaterThan(a.id)
      expect(await store().lists.get(0 as ListId)).toBeNull()
    })

    test('does not hand out what the caller changes afterwards', async () => {
      const input = { ...doc(), title: 'before' }
      const { id } = await store().lists.insert(input, now)
      input.title = 'after'
      expect((await store().lists.get(id))?.title).toBe('before')
    })
  })
}
