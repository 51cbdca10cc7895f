import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import {
  countsOf,
  handOver,
  intent,
  longMs,
  moveRun,
  mustLease,
  newRun,
  now,
  type OpenStore,
  send,
  useStore,
} from '../fixtures.ts'

export function testLease(open: OpenStore): void {
  describe('leasing', () => {
    const store = useStore(open)
    const take = (publicationId: PublicationId, seq = 0, at = now, leaseMs = longMs) =>
      store().ledger.lease({ publicationId, seq }, { owner: 'other', leaseMs, now: at })
    const dueOf = async (id: PublicationId, at = now) =>
      (await store().ledger.due({ now: at, limit: 1000 })).filter((chunk) => chunk.publicationId === id)

    test('due: chunks by publication and seq, as many as asked for', async () => {
      const a = await newRun(store(), 5, { chunkSize: 2 })
      const b = await newRun(store(), 1)
      const all = (await store().ledger.due({ now, limit: 1000 })).filter(
        ({ publicationId }) => publicationId === a.id || publicationId === b.id,
      )
      expect(all.map(({ publicationId, seq }) => [publicationId, seq])).toEqual([
        [a.id, 0],
        [a.id, 1],
        [a.id, 2],
        [b.id, 0],
      ])
      expect(await store().ledger.due({ now, limit: 2 })).toHaveLength(2)
    })

    test('a lease brings everyone without a row, in id order, at attempt 1', async () => {
      const { id, people } = await newRun(store(), 3, { chunkSize: 2 })
      const lease = await take(id)
      expect(lease).toMatchObject({ publicationId: id, seq: 0, owner: 'other', recovered: 0 })
      expect(lease?.work).toEqual(people.slice(0, 2).map((subscriberId) => ({ subscriberId, attempt: 1 })))
      expect((await take(id, 1))?.work).toEqual([{ subscriberId: people[2], attempt: 1 }])
    })

    test('a chunk that is leased is neither due nor to be had', async () => {
      const { id } = await newRun(store(), 1)
      await mustLease(store(), id)
      expect(await dueOf(id)).toEqual([])
      expect(await take(id)).toBeNull()
    })

    test('of many who ask at once, one gets it', async () => {
      const { id } = await newRun(store(), 1)
      const all = await Promise.all(Array.from({ length: 8 }, () => take(id)))
      expect(all.filter((lease) => lease !== null)).toHaveLength(1)
    })

    test('a lease that ran out can be taken, with a higher epoch; the wall clock has no say', async () => {
      const { id } = await newRun(store(), 1)
      const old = await mustLease(store(), id, 0, 0)
      expect(await dueOf(id, now - longMs)).toMatchObject([{ seq: 0 }])
      const next = await take(id, 0, now - longMs)
      expect(next?.epoch).toBeGreaterThan(old.epoch)
      expect(await dueOf(id, now + 100 * longMs)).toEqual([])
      expect(await take(id, 0, now + 100 * longMs)).toBeNull()
    })

    test('a lease is prolonged by those who still hold it, run out or not', async () => {
      const { id } = await newRun(store(), 2, { chunkSize: 1 })
      const stale = await mustLease(store(), id, 0, 0)
      const held = await mustLease(store(), id, 0, 0)
      const other = await mustLease(store(), id, 1, 0)
      expect(await store().ledger.renew([stale, held, other], longMs)).toBe(2)
      expect(await dueOf(id)).toEqual([])
      expect(await take(id)).toBeNull()
      await store().ledger.release(held, { notBefore: null })
      expect(await store().ledger.renew([held], longMs)).toBe(0)
      expect(await dueOf(id)).toMatchObject([{ seq: 0 }])
    })

    test('there is no such chunk', async () => {
      const { id } = await newRun(store(), 1)
      expect(await take(id, 7)).toBeNull()
      expect(await take(4242 as PublicationId)).toBeNull()
    })

    test.each(['paused', 'cancelled'] as const)('nothing of a %s publication is due', async (state) => {
      const { id } = await newRun(store(), 1)
      await moveRun(store(), id, state)
      expect(await dueOf(id)).toEqual([])
      expect(await take(id)).toBeNull()
    })

    test('releasing: open when someone has no row, not before the time named', async () => {
      const { id, people } = await newRun(store(), 2)
      const lease = await mustLease(store(), id)
      await send(store(), lease, [people[0] as SubscriberId], 'sent')
      const laid = await store().ledger.release(lease, { notBefore: now + 50 })
      expect(laid).toEqual({ state: 'open', dueAt: now + 50 })
      expect(await dueOf(id, now + 49)).toEqual([])
      expect(await take(id, 0, now + 49)).toBeNull()
      expect(await dueOf(id, now + 50)).toEqual([{ publicationId: id, seq: 0, dueAt: now + 50 }])
      const again = await take(id, 0, now + 50)
      expect(again?.work).toEqual([{ subscriberId: people[1], attempt: 1 }])
      expect(await store().ledger.release(again ?? lease, { notBefore: null })).toEqual({
        state: 'open',
        dueAt: null,
      })
      expect(await take(id)).not.toBeNull()
    })

    test('releasing: waiting until the first retry, then done', async () => {
      const { id, people } = await newRun(store(), 2)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      await send(store(), lease, [a], 'retry', { dueAt: now + 90 })
      await send(store(), lease, [b], 'retry', { dueAt: now + 70 })
      expect(await store().ledger.release(lease, { notBefore: null })).toEqual({
        state: 'waiting',
        dueAt: now + 70,
      })
      expect(await dueOf(id, now + 69)).toEqual([])
      const second = await take(id, 0, now + 80)
      if (second === null) throw new Error('not to be had')
      expect(second.work).toEqual([{ subscriberId: b, attempt: 2 }])
      await handOver(store(), second, [intent(b, { attempt: 2, state: 'skipped', code: 'x' })])
      expect(await store().ledger.release(second, { notBefore: null })).toEqual({
        state: 'waiting',
        dueAt: now + 90,
      })
      const third = await take(id, 0, now + 90)
      if (third === null) throw new Error('not to be had')
      await handOver(store(), third, [intent(a, { attempt: 2, state: 'failed', code: 'x' })])
      expect(await store().ledger.release(third, { notBefore: null })).toEqual({ state: 'done', dueAt: null })
      expect(await dueOf(id, now + longMs)).toEqual([])
      expect(await take(id, 0, now + longMs)).toBeNull()
    })

    test('work: first those without a row, then the retries that are due', async () => {
      const { id, people } = await newRun(store(), 4)
      const [a, b, c, d] = people as [SubscriberId, SubscriberId, SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      await send(store(), lease, [a], 'retry', { dueAt: now + 5 })
      await send(store(), lease, [b], 'retry', { dueAt: now + 500 })
      await store().ledger.release(lease, { notBefore: null })
      expect((await take(id, 0, now + 5))?.work).toEqual([
        { subscriberId: c, attempt: 1 },
        { subscriberId: d, attempt: 1 },
        { subscriberId: a, attempt: 2 },
      ])
    })

    test('a stale lease cannot be laid down', async () => {
      const { id } = await newRun(store(), 1)
      const old = await mustLease(store(), id, 0, 0)
      await mustLease(store(), id)
      expect(await store().ledger.release(old, { notBefore: null })).toBeNull()
      const lease = await newRun(store(), 1).then((run) => mustLease(store(), run.id))
      await store().ledger.release(lease, { notBefore: null })
      expect(await store().ledger.release(lease, { notBefore: null })).toBeNull()
    })

    describe('with rows left handing by an earlier epoch', () => {
      test('hold: they become unknown and are not sent again', async () => {
        const { id, people } = await newRun(store(), 3, { spec: { uncertain: 'hold' } })
        const [a, b, c] = people as [SubscriberId, SubscriberId, SubscriberId]
        const old = await mustLease(store(), id, 0, 0)
        await store().ledger.intend(old, [intent(a), intent(b)], { leaseMs: 0, now })
        const lease = await take(id)
        expect(lease).toMatchObject({ recovered: 2, work: [{ subscriberId: c, attempt: 1 }] })
        expect(await countsOf(store(), id)).toEqual({ audience: 3, queued: 1, unknown: 2 })
        expect(await store().deliveries.get(id, a)).toMatchObject({
          state: 'unknown',
          dueAt: null,
          attempt: 1,
        })
      })

      test('resend: they are retried at once, flagged', async () => {
        const { id, people } = await newRun(store(), 2, { spec: { uncertain: 'resend' } })
        const [a, b] = people as [SubscriberId, SubscriberId]
        const old = await mustLease(store(), id, 0, 0)
        await store().ledger.intend(old, [intent(a)], { leaseMs: 0, now })
        const lease = await take(id, 0, now + 1, 0)
        expect(lease).toMatchObject({
          recovered: 1,
          work: [
            { subscriberId: b, attempt: 1 },
            { subscriberId: a, attempt: 2 },
          ],
        })
        expect(await countsOf(store(), id)).toEqual({ audience: 2, queued: 1, retry: 1 })
        expect(await store().deliveries.get(id, a)).toMatchObject({
          state: 'retry',
          uncertain: 1,
          dueAt: now + 1,
        })
        if (lease === null) return
        await store().ledger.intend(lease, [intent(a, { attempt: 2 })], { leaseMs: 0, now })
        expect(await take(id)).toMatchObject({ recovered: 1 })
        expect(await store().deliveries.get(id, a)).toMatchObject({ uncertain: 2, attempt: 2 })
      })

      test('what was settled stays as it was', async () => {
        const { id, people } = await newRun(store(), 2)
        const old = await mustLease(store(), id, 0, 0)
        await store().ledger.intend(
          old,
          people.map((one) => intent(one)),
          { leaseMs: 0, now },
        )
        await store().ledger.settle(
          old,
          [
            {
              subscriberId: people[0] as SubscriberId,
              state: 'sent',
              code: '250',
              detail: null,
              dueAt: null,
              suppress: false,
            },
          ],
          now,
        )
        expect(await take(id)).toMatchObject({ recovered: 1, work: [] })
        expect(await countsOf(store(), id)).toEqual({ audience: 2, sent: 1, unknown: 1 })
      })

      test('laying the chunk down recovers them too, so that no row stays handing for ever', async () => {
        const hold = await newRun(store(), 1)
        const lease = await mustLease(store(), hold.id)
        await handOver(
          store(),
          lease,
          hold.people.map((one) => intent(one)),
        )
        expect(await store().ledger.release(lease, { notBefore: null })).toEqual({
          state: 'done',
          dueAt: null,
        })
        expect(await countsOf(store(), hold.id)).toEqual({ audience: 1, unknown: 1 })
        const resend = await newRun(store(), 1, { spec: { uncertain: 'resend' } })
        const other = await mustLease(store(), resend.id)
        await handOver(
          store(),
          other,
          resend.people.map((one) => intent(one)),
        )
        expect(await store().ledger.release(other, { notBefore: null })).toMatchObject({ state: 'waiting' })
        expect(await dueOf(resend.id)).toHaveLength(1)
      })
    })
  })
}
