import { describe, expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import type { SubscriberId } from '../../../../engine/model/ids.ts'
import { subscriberStatuses } from '../../../../engine/model/subscriber.ts'
import {
  countsOf,
  handOver,
  intent,
  longMs,
  moveRun,
  mustLease,
  newList,
  newPeople,
  newRun,
  now,
  type OpenStore,
  planAll,
  send,
  startRun,
  useStore,
} from '../fixtures.ts'

export function testIntend(open: OpenStore): void {
  describe('permission', () => {
    const store = useStore(open)

    test('is a row that says handing, with the picks', async () => {
      const { id, people } = await newRun(store(), 3)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      const picks = new Uint8Array([0, 1, 255])
      const result = await store().ledger.intend(lease, [intent(b, { picks }), intent(a)], {
        leaseMs: longMs,
        now: now + 1,
      })
      expect(result).toMatchObject({
        status: 'granted',
        granted: [b, a],
        counts: { audience: 3, queued: 1, handing: 2 },
      })
      const row = await store().deliveries.get(id, b)
      expect(row).toMatchObject({
        publicationId: id,
        subscriberId: b,
        channel: 'smtp',
        chunk: 0,
        state: 'handing',
        attempt: 1,
        uncertain: 0,
        dueAt: null,
        code: null,
        updatedAt: now + 1,
      })
      expect([...(row?.picks ?? [])]).toEqual([0, 1, 255])
      expect(await countsOf(store(), id)).toEqual({ audience: 3, queued: 1, handing: 2 })
    })

    test('is given once for an attempt', async () => {
      const { id, people } = await newRun(store(), 2)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      expect(await handOver(store(), lease, [intent(a), intent(a)])).toEqual([a])
      expect(await handOver(store(), lease, [intent(a), intent(b)])).toEqual([b])
      expect(await countsOf(store(), id)).toEqual({ audience: 2, handing: 2 })
    })

    test('a later attempt needs a row that waits for just that attempt', async () => {
      const { id, people } = await newRun(store(), 2)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      expect(await handOver(store(), lease, [intent(b, { attempt: 2 })])).toEqual([])
      await send(store(), lease, [a], 'retry', { dueAt: now })
      expect(await handOver(store(), lease, [intent(a, { attempt: 1 })])).toEqual([])
      expect(await handOver(store(), lease, [intent(a, { attempt: 3 })])).toEqual([])
      expect(await handOver(store(), lease, [intent(a, { attempt: 2 })])).toEqual([a])
      expect(await handOver(store(), lease, [intent(a, { attempt: 3 })])).toEqual([])
      expect(await store().deliveries.get(id, a)).toMatchObject({ state: 'handing', attempt: 2 })
      expect(await countsOf(store(), id)).toEqual({ audience: 2, queued: 1, handing: 1 })
    })

    test('a retry keeps its picks unless it brings new ones', async () => {
      const { id, people } = await newRun(store(), 1)
      const [a] = people as [SubscriberId]
      const lease = await mustLease(store(), id)
      await handOver(store(), lease, [intent(a, { picks: new Uint8Array([7]) })])
      await store().ledger.settle(
        lease,
        [{ subscriberId: a, state: 'retry', code: '451', detail: 'x', dueAt: now, suppress: false }],
        now,
      )
      await handOver(store(), lease, [intent(a, { attempt: 2 })])
      expect([...((await store().deliveries.get(id, a))?.picks ?? [])]).toEqual([7])
    })

    test('an old epoch writes nothing', async () => {
      const { id, people } = await newRun(store(), 1)
      const old = await mustLease(store(), id, 0, 0)
      const fresh = await mustLease(store(), id)
      const stale = await store().ledger.intend(old, [intent(people[0] as SubscriberId)], {
        leaseMs: longMs,
        now,
      })
      expect(stale).toEqual({ status: 'stale' })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, queued: 1 })
      expect(await handOver(store(), fresh, [intent(people[0] as SubscriberId)])).toHaveLength(1)
    })

    test('a lease laid down writes nothing', async () => {
      const { id, people } = await newRun(store(), 1)
      const lease = await mustLease(store(), id)
      await store().ledger.release(lease, { notBefore: null })
      const result = await store().ledger.intend(lease, [intent(people[0] as SubscriberId)], {
        leaseMs: longMs,
        now,
      })
      expect(result).toEqual({ status: 'stale' })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, queued: 1 })
    })

    test.each(['paused', 'cancelled'] as const)('a %s publication gives none', async (state) => {
      const { id, people } = await newRun(store(), 1)
      const lease = await mustLease(store(), id)
      await moveRun(store(), id, state)
      const result = await store().ledger.intend(lease, [intent(people[0] as SubscriberId)], {
        leaseMs: longMs,
        now,
      })
      expect(result).toEqual({ status: 'halted', state })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, queued: 1 })
      expect(await store().ledger.release(lease, { notBefore: null })).toMatchObject({ state: 'open' })
    })

    test('renews the lease', async () => {
      const { id, people } = await newRun(store(), 2)
      const lease = await mustLease(store(), id, 0, 0)
      await handOver(store(), lease, [intent(people[0] as SubscriberId)])
      const other = await store().ledger.lease({ publicationId: id, seq: 0 }, { owner: 'x', leaseMs: 1, now })
      expect(other).toBeNull()
    })

    test('is for the people of the chunk only', async () => {
      const { id, people } = await newRun(store(), 4, { chunkSize: 2 })
      const outsider = await newPeople(store(), 1, [])
      const lease = await mustLease(store(), id, 0)
      const others = [people[2], people[3], ...outsider] as SubscriberId[]
      expect(
        await handOver(
          store(),
          lease,
          others.map((one) => intent(one)),
        ),
      ).toEqual([])
      expect(await countsOf(store(), id)).toEqual({ audience: 4, queued: 4 })
    })

    test('letters not wanted and letters that cannot be made are written as they are', async () => {
      const { id, people } = await newRun(store(), 2)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      const granted = await handOver(store(), lease, [
        intent(a, { state: 'skipped', code: 'too_few_items' }),
        intent(b, { state: 'failed', code: 'render', detail: 'line 4' }),
      ])
      expect(granted).toEqual([])
      expect(await countsOf(store(), id)).toEqual({ audience: 2, skipped: 1, failed: 1 })
      expect(await store().deliveries.get(id, b)).toMatchObject({ code: 'render', detail: 'line 4' })
      const { rows } = await store().events.page({ after: 0, limit: 10, publicationId: id })
      expect(rows).toMatchObject([
        { subscriberId: b, type: 'failed', channel: 'smtp', code: 'render', at: now },
      ])
    })

    describe('reads consent again', () => {
      test.each(subscriberStatuses.filter((status) => status !== 'active'))('%s', async (status) => {
        const { id, people } = await newRun(store(), 2)
        const [a, b] = people as [SubscriberId, SubscriberId]
        const lease = await mustLease(store(), id)
        if (status !== 'erased') await store().subscribers.setStatus([a], status, now)
        else {
          const proof = bareProof('system', now)
          await store().subscriptions.erase({ id: a, remember: true, proof, now })
        }
        expect(await handOver(store(), lease, [intent(a), intent(b)])).toEqual([b])
        expect(await store().deliveries.get(id, a)).toMatchObject({ state: 'suppressed', code: status })
        expect(await countsOf(store(), id)).toEqual({ audience: 2, suppressed: 1, handing: 1 })
      })

      test('left the list; still on another one of the publication', async () => {
        const [list, other] = [await newList(store()), await newList(store())]
        const [a] = (await newPeople(store(), 1, [list])) as [SubscriberId]
        const [b] = (await newPeople(store(), 1, [list, other])) as [SubscriberId]
        const id = await startRun(store(), { listIds: [list, other] })
        await planAll(store(), id)
        const lease = await mustLease(store(), id)
        for (const one of [a, b])
          await store().subscribers.leave({ id: one, lists: [list], publicationId: null, now })
        expect(await handOver(store(), lease, [intent(a), intent(b)])).toEqual([b])
        expect(await store().deliveries.get(id, a)).toMatchObject({ state: 'suppressed', code: 'left_list' })
      })

      test('joined an excluded list', async () => {
        const out = await newList(store())
        const { id, people } = await newRun(store(), 1, { spec: { excludeListIds: [out] } })
        const [a] = people as [SubscriberId]
        const lease = await mustLease(store(), id)
        const [row] = await store().subscribers.get([a])
        await store().subscribers.upsert([{ address: row?.address ?? '' }], { lists: [out], now })
        expect(await handOver(store(), lease, [intent(a)])).toEqual([])
        expect(await store().deliveries.get(id, a)).toMatchObject({ state: 'suppressed', code: 'left_list' })
      })

      test('a suppressed address', async () => {
        const { id, people } = await newRun(store(), 1)
        const [a] = people as [SubscriberId]
        const lease = await mustLease(store(), id)
        const [row] = await store().subscribers.get([a])
        await store().suppressions.add(
          [{ address: row?.address ?? '', reason: 'complaint', detail: null }],
          now,
        )
        expect(await handOver(store(), lease, [intent(a)])).toEqual([])
        expect(await store().deliveries.get(id, a)).toMatchObject({ state: 'suppressed', code: 'complaint' })
      })

      test('for a retry as for a first attempt', async () => {
        const { id, people } = await newRun(store(), 1)
        const [a] = people as [SubscriberId]
        const lease = await mustLease(store(), id)
        await send(store(), lease, [a], 'retry', { dueAt: now })
        await store().subscribers.leave({ id: a, lists: 'all', publicationId: id, now })
        expect(await handOver(store(), lease, [intent(a, { attempt: 2 })])).toEqual([])
        expect(await store().deliveries.get(id, a)).toMatchObject({
          state: 'suppressed',
          code: 'unsubscribed',
        })
        expect(await countsOf(store(), id)).toEqual({ audience: 1, suppressed: 1 })
      })
    })
  })
}
