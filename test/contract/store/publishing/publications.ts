import { describe, expect, test } from 'vitest'
import type { PublicationId } from '../../../../engine/model/ids.ts'
import { moveRun, newRun, type OpenStore, startRun, useStore } from '../fixtures.ts'

export function testPublications(open: OpenStore): void {
  describe('publications', () => {
    const store = useStore(open)

    test('there is none', async () => {
      expect(await store().publications.get(4242 as PublicationId)).toBeNull()
    })

    test('pages newest first, without the spec, by state and by campaign', async () => {
      const ids = [await startRun(store(), {}), await startRun(store(), {}), (await newRun(store(), 2)).id]
      const page = await store().publications.page({ after: 0, limit: 2 })
      expect(page.rows.map((row) => row.id)).toEqual([ids[2], ids[1]])
      expect(page.next).toBe(ids[1])
      expect(page.rows[0]).not.toHaveProperty('spec')
      expect(page.rows[0]?.counts).toMatchObject({ audience: 2, queued: 2 })
      const rest = await store().publications.page({ after: page.next ?? 0, limit: 2 })
      expect(rest).toMatchObject({ rows: [{ id: ids[0] }], next: null })
      await moveRun(store(), ids[0] as PublicationId, 'cancelled')
      const cancelled = await store().publications.page({ after: 0, limit: 10, state: 'cancelled' })
      expect(cancelled.rows.map((row) => row.id)).toEqual([ids[0]])
      const campaignId = rest.rows[0]?.campaignId
      if (campaignId === undefined) throw new Error('no campaign')
      const own = await store().publications.page({ after: 0, limit: 10, campaignId })
      expect(own.rows.map((row) => row.id)).toEqual([ids[0]])
    })
  })
}
