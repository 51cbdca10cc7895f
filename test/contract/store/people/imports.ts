import { describe, expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import type { ImportId } from '../../../../engine/model/ids.ts'
import type { ImportBatch, ImportJob, ImportStep } from '../../../../engine/ports/imports.ts'
import { fresh, itemInput, newList, now, type OpenStore, useStore } from '../fixtures.ts'

export function testImports(open: OpenStore): void {
  describe('imports', () => {
    const store = useStore(open)
    const begin = () =>
      store().imports.begin({ kind: 'subscribers', name: 'people.csv', settings: { lists: ['a'] }, now })
    const step = (after: number, rows: number, rejected = 0): ImportStep => ({
      after,
      rows,
      rejected,
      bytes: (after + rows) * 10,
      digest: `digest-${after + rows}`,
    })
    const people = (count: number): Extract<ImportBatch, { kind: 'subscribers' }> => ({
      kind: 'subscribers',
      rows: Array.from({ length: count }, () => ({ address: `${fresh('import')}@example.org` })),
      lists: [],
      merge: 'overwrite',
      proof: bareProof('import', now),
    })

    test('begin at nothing, and are found again', async () => {
      const job = await begin()
      const expected: ImportJob = {
        id: job.id,
        kind: 'subscribers',
        state: 'running',
        name: 'people.csv',
        settings: { lists: ['a'] },
        rows: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        rejected: 0,
        bytes: 0,
        digest: '',
        detail: null,
        report: null,
        createdAt: now,
        updatedAt: now,
      }
      expect(job).toEqual(expected)
      expect(await store().imports.get(job.id)).toEqual(expected)
      expect(await store().imports.get(999_999 as ImportId)).toBeNull()
    })

    test('count what a batch did, and stand behind it', async () => {
      const { id } = await begin()
      const list = await newList(store())
      const batch = { ...people(2), lists: [list] }
      expect(await store().imports.commit(id, step(0, 3, 1), batch, now + 1)).toEqual({
        created: 2,
        updated: 0,
        unchanged: 0,
      })
      expect(await store().imports.commit(id, step(3, 2), batch, now + 2)).toMatchObject({ unchanged: 2 })
      expect(await store().imports.commit(id, step(5, 4, 4), { ...batch, rows: [] }, now + 3)).toMatchObject({
        created: 0,
      })
      expect(await store().imports.get(id)).toMatchObject({
        rows: 9,
        created: 2,
        unchanged: 2,
        rejected: 5,
        bytes: 90,
        digest: 'digest-9',
        updatedAt: now + 3,
      })
      expect(await store().subscribers.count({ list })).toBe(2)
    })

    test('take items and suppressions as their own ports do', async () => {
      const { id } = await begin()
      const item = itemInput()
      const address = `${fresh('bad')}@example.org`
      expect(
        await store().imports.commit(id, step(0, 1), { kind: 'items', rows: [item] }, now),
      ).toMatchObject({
        created: 1,
      })
      const rows = [{ address, reason: 'import' as const, detail: null }]
      const batch = { kind: 'suppressions' as const, rows }
      expect(await store().imports.commit(id, step(1, 1), batch, now)).toMatchObject({ created: 1 })
      expect(await store().imports.commit(id, step(2, 1), batch, now)).toMatchObject({
        created: 0,
        unchanged: 1,
      })
      expect(await store().items.byKey([item.url])).toHaveLength(1)
      expect(await store().suppressions.byAddress([address])).toHaveLength(1)
    })

    test('refuse a batch that is not the next, and store nothing of it', async () => {
      const { id } = await begin()
      await store().imports.commit(id, step(0, 2), people(2), now)
      const late = people(1)
      for (const after of [0, 1, 3])
        await expect(store().imports.commit(id, step(after, 1), late, now)).rejects.toMatchObject({
          code: 'E_CONFLICT',
        })
      expect(await store().subscribers.byAddress(late.rows[0]!.address)).toBeNull()
      expect(await store().imports.get(id)).toMatchObject({ rows: 2, created: 2 })
    })

    test('of two batches for one place take one', async () => {
      const { id } = await begin()
      const batches = [people(1), people(1)]
      const settled = await Promise.allSettled(
        batches.map((batch) => store().imports.commit(id, step(0, 1), batch, now)),
      )
      expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await store().imports.get(id)).toMatchObject({ rows: 1, created: 1 })
    })

    test('stand where they stood when a batch cannot be stored', async () => {
      const { id } = await begin()
      const bad = { ...people(1), lists: [999_999 as never] }
      await expect(store().imports.commit(id, step(0, 1), bad, now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
      expect(await store().imports.get(id)).toMatchObject({ rows: 0, created: 0, bytes: 0 })
      await store().imports.commit(id, step(0, 1), people(1), now)
    })

    test('end, and go on only while they are not finished', async () => {
      const { id } = await begin()
      await store().imports.end(id, { state: 'interrupted', detail: 'gone', report: null }, now + 1)
      expect(await store().imports.get(id)).toMatchObject({ state: 'interrupted', detail: 'gone' })
      await expect(store().imports.commit(id, step(0, 1), people(1), now)).rejects.toMatchObject({
        code: 'E_CONFLICT',
      })
      expect(await store().imports.resume(id, now + 2)).toMatchObject({ id, state: 'running', detail: null })
      await store().imports.commit(id, step(0, 1), people(1), now)
      await store().imports.end(id, { state: 'finished', detail: null, report: { columns: [] } }, now + 3)
      expect(await store().imports.resume(id, now + 4)).toBeNull()
      expect(await store().imports.get(id)).toMatchObject({ state: 'finished', report: { columns: [] } })
      expect(await store().imports.resume(999_999 as ImportId, now)).toBeNull()
    })

    test('come in pages, in id order', async () => {
      const ids = [await begin(), await begin(), await begin()].map(({ id }) => id)
      const page = await store().imports.page({ after: ids[0]! - 1, limit: 2 })
      expect(page.rows.map(({ id }) => id)).toEqual(ids.slice(0, 2))
      const rest = await store().imports.page({ after: page.next!, limit: 2 })
      expect(rest).toMatchObject({ rows: [{ id: ids[2] }], next: null })
    })
  })
}
