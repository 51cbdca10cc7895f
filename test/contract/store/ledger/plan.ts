import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../../engine/model/publication.ts'
import {
  countsOf,
  moveRun,
  mustLease,
  newList,
  newPeople,
  newRun,
  now,
  type OpenStore,
  planAll,
  startRun,
  useStore,
} from '../fixtures.ts'

export function testPlan(open: OpenStore): void {
  describe('planning', () => {
    const store = useStore(open)
    const plan = (id: PublicationId, chunkSize: number, maxChunks: number) =>
      store().ledger.plan(id, { chunkSize, maxChunks })

    /** Everyone in the chunks of a planned publication. */
    const planned = async (id: PublicationId): Promise<number[]> => {
      const ids: number[] = []
      for (;;) {
        const [due] = await store()
          .ledger.due({ now, limit: 1000 })
          .then((all) => all.filter((one) => one.publicationId === id))
        if (due === undefined) return ids
        ids.push(...(await mustLease(store(), id, due.seq)).work.map((work) => work.subscriberId))
      }
    }
    const audienceOf = async (spec: Partial<PublicationSpec>) => {
      const id = await startRun(store(), spec)
      await planAll(store(), id)
      return planned(id)
    }

    test('reaches active subscribers who are active members of a list and of no excluded one', async () => {
      const [a, b, out] = [await newList(store()), await newList(store()), await newList(store())]
      const inA = await newPeople(store(), 3, [a])
      const inB = await newPeople(store(), 2, [b])
      const inBoth = await newPeople(store(), 1, [a, b])
      const excluded = await newPeople(store(), 1, [a, out])
      const returned = (await newPeople(store(), 1, [b, out])) as [SubscriberId]
      const [inactive, left] = (await newPeople(store(), 2, [a])) as [SubscriberId, SubscriberId]
      await newPeople(store(), 2, [out])
      await store().subscribers.setStatus([inactive], 'paused', now)
      await store().subscribers.leave({ id: left, lists: [a], publicationId: null, now })
      await store().subscribers.leave({ id: returned[0], lists: [out], publicationId: null, now })
      const spec = { listIds: [a, b, a], excludeListIds: [out] }
      const expected = [...inA, ...inB, ...inBoth, ...returned]
      expect(await audienceOf(spec)).toEqual(expected)
      expect(await audienceOf({ listIds: [a] })).toEqual([...inA, ...inBoth, ...excluded])
      const query = { lists: [a, b], excludeLists: [out], after: 0, limit: 100 }
      expect(await store().deliveries.audience(query)).toEqual({ rows: expected, next: null })
      const page = await store().deliveries.audience({ ...query, after: expected[1] ?? 0, limit: 2 })
      expect(page.rows).toEqual(expected.slice(2, 4))
    })

    test('cuts at most so many chunks a call, and says how far it is', async () => {
      const list = await newList(store())
      await newPeople(store(), 7, [list])
      const id = await startRun(store(), { listIds: [list] })
      expect(await plan(id, 2, 2)).toEqual({ chunks: 2, recipients: 4, done: false })
      expect(await store().publications.get(id)).toMatchObject({
        state: 'planning',
        counts: { audience: 4, queued: 4 },
      })
      expect(await plan(id, 2, 5)).toEqual({ chunks: 4, recipients: 7, done: true })
      expect(await countsOf(store(), id)).toEqual({ audience: 7, queued: 7 })
      expect(await store().publications.get(id)).toMatchObject({ state: 'running' })
    })

    test('goes on where it was, also when people came and went between', async () => {
      const list = await newList(store())
      const people = (await newPeople(store(), 4, [list])) as [
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
      ]
      const id = await startRun(store(), { listIds: [list] })
      await plan(id, 2, 1)
      await store().subscribers.setStatus([people[0], people[2]], 'unsubscribed', now)
      const later = await newPeople(store(), 1, [list])
      await planAll(store(), id, 2)
      expect(await planned(id)).toEqual([people[0], people[1], people[3], ...later])
    })

    test('a chunk’s recipients are fixed when it is planned', async () => {
      const { id, list, people } = await newRun(store(), 3)
      await newPeople(store(), 2, [list])
      await store().subscribers.setStatus([people[1] as SubscriberId], 'unsubscribed', now)
      expect(await planned(id)).toEqual(people)
    })

    test('an audience of whole chunks ends with no empty one', async () => {
      const list = await newList(store())
      await newPeople(store(), 4, [list])
      const id = await startRun(store(), { listIds: [list] })
      await plan(id, 2, 2)
      expect(await plan(id, 2, 2)).toEqual({ chunks: 2, recipients: 4, done: true })
    })

    test('nobody to reach is done at once', async () => {
      const id = await startRun(store(), { listIds: [await newList(store())] })
      expect(await plan(id, 10, 10)).toEqual({ chunks: 0, recipients: 0, done: true })
      expect(await store().publications.get(id)).toMatchObject({ state: 'running' })
    })

    test('is done, and changes nothing, once it was done or the publication ended', async () => {
      const { id, list } = await newRun(store(), 1)
      await newPeople(store(), 3, [list])
      expect(await plan(id, 10, 10)).toEqual({ chunks: 1, recipients: 1, done: true })
      const cancelled = await startRun(store(), { listIds: [list] })
      await moveRun(store(), cancelled, 'cancelled')
      expect(await plan(cancelled, 10, 10)).toEqual({ chunks: 0, recipients: 0, done: true })
      expect(await store().publications.get(cancelled)).toMatchObject({ state: 'cancelled' })
    })

    test('ends paused where its campaign was paused meanwhile', async () => {
      const list = await newList(store())
      await newPeople(store(), 2, [list])
      const id = await startRun(store(), { listIds: [list] })
      const campaignId = (await store().publications.get(id))?.campaignId
      const campaign = campaignId === undefined ? null : await store().campaigns.get(campaignId)
      if (campaign === null) throw new Error('no campaign')
      const paused = { state: 'paused' as const, reason: null, scheduledAt: null }
      await store().campaigns.change(campaign.id, campaign.version, paused, now)
      await planAll(store(), id)
      expect(await store().publications.get(id)).toMatchObject({ state: 'paused' })
    })

    test('nothing is due before it is done', async () => {
      const list = await newList(store())
      await newPeople(store(), 4, [list])
      const id = await startRun(store(), { listIds: [list] })
      await plan(id, 2, 1)
      const due = await store().ledger.due({ now, limit: 1000 })
      expect(due.filter((chunk) => chunk.publicationId === id)).toEqual([])
      expect(
        await store().ledger.lease({ publicationId: id, seq: 0 }, { owner: 'x', leaseMs: 1, now }),
      ).toBeNull()
    })

    test('a publication that does not exist cannot be planned', async () => {
      await expect(plan(4242 as PublicationId, 1, 1)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    })
  })
}
