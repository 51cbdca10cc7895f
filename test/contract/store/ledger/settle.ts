import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { Settlement } from '../../../../engine/ports/ledger.ts'
import {
  countsOf,
  handOver,
  intent,
  longMs,
  mustLease,
  newRun,
  now,
  type OpenStore,
  send,
  settlement,
  useStore,
} from '../fixtures.ts'

export function testSettle(open: OpenStore): void {
  describe('settling', () => {
    const store = useStore(open)
    /** One person with permission. */
    const handed = async () => {
      const { id, people } = await newRun(store(), 1)
      const [person] = people as [SubscriberId]
      const lease = await mustLease(store(), id)
      await handOver(store(), lease, [intent(person)])
      const settle = (state: Settlement['state'], fields: Partial<Settlement> = {}, at = now) =>
        store().ledger.settle(lease, [settlement(person, state, fields)], at)
      return { id, person, lease, settle, row: () => store().deliveries.get(id, person) }
    }
    const eventsOf = async (publicationId: PublicationId) =>
      (await store().events.page({ after: 0, limit: 10, publicationId })).rows

    test.each(['sent', 'failed'] as const)('%s ends the delivery and is an event', async (state) => {
      const { id, person, settle, row } = await handed()
      const result = await settle(state, { code: '250 2.0.0', detail: 'ok' }, now + 3)
      expect(result).toMatchObject({ status: 'settled', counts: { audience: 1, [state]: 1, handing: 0 } })
      expect(await row()).toMatchObject({
        state,
        code: '250 2.0.0',
        detail: 'ok',
        dueAt: null,
        updatedAt: now + 3,
      })
      expect(await eventsOf(id)).toMatchObject([
        { subscriberId: person, channel: 'smtp', type: state, at: now + 3, code: '250 2.0.0', detail: 'ok' },
      ])
      expect(await countsOf(store(), id)).toEqual({ audience: 1, [state]: 1 })
    })

    test('retry waits until it is due, and is no event', async () => {
      const { id, settle, row } = await handed()
      await settle('retry', { code: '451', dueAt: now + 60 })
      expect(await row()).toMatchObject({
        state: 'retry',
        attempt: 1,
        uncertain: 0,
        dueAt: now + 60,
        code: '451',
      })
      expect(await eventsOf(id)).toEqual([])
      expect(await countsOf(store(), id)).toEqual({ audience: 1, retry: 1 })
    })

    test('unknown stays until someone decides', async () => {
      const { id, settle, row } = await handed()
      await settle('unknown', { code: 'timeout' })
      expect(await row()).toMatchObject({ state: 'unknown', attempt: 1, dueAt: null, code: 'timeout' })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, unknown: 1 })
    })

    test('unknown with a time is retried then, flagged', async () => {
      const { id, settle, row } = await handed()
      await settle('unknown', { code: 'timeout', dueAt: now + 60 })
      expect(await row()).toMatchObject({ state: 'retry', attempt: 1, uncertain: 1, dueAt: now + 60 })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, retry: 1 })
    })

    test('unsent gives a first attempt back: the recipient is queued again', async () => {
      const { id, person, lease, settle, row } = await handed()
      await settle('unsent', { code: 'connect' })
      expect(await row()).toBeNull()
      expect(await countsOf(store(), id)).toEqual({ audience: 1, queued: 1 })
      expect(await handOver(store(), lease, [intent(person)])).toEqual([person])
    })

    test('unsent gives a later attempt back: no attempt is counted', async () => {
      const { id, person, lease, settle, row } = await handed()
      await settle('unknown', { dueAt: now })
      await handOver(store(), lease, [intent(person, { attempt: 2 })])
      await settle('unsent', { dueAt: now + 9 })
      expect(await row()).toMatchObject({ state: 'retry', attempt: 1, uncertain: 1, dueAt: now + 9 })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, retry: 1 })
      expect(await handOver(store(), lease, [intent(person, { attempt: 2 })])).toEqual([person])
      await settle('unsent')
      expect(await row()).toMatchObject({ state: 'retry', attempt: 1, dueAt: now })
    })

    test('rows that are not handing are left alone', async () => {
      const { id, person, settle } = await handed()
      await settle('sent', { code: '250' })
      await settle('failed', { code: '550', suppress: true })
      await settle('unsent')
      expect(await store().deliveries.get(id, person)).toMatchObject({ state: 'sent', code: '250' })
      expect(await eventsOf(id)).toHaveLength(1)
      expect((await store().subscribers.get([person]))[0]?.status).toBe('active')
      const other = await newRun(store(), 1)
      const lease = await mustLease(store(), other.id)
      await store().ledger.settle(lease, [settlement(other.people[0] as SubscriberId, 'sent')], now)
      expect(await countsOf(store(), other.id)).toEqual({ audience: 1, queued: 1 })
    })

    test('a lease settles its own chunk only', async () => {
      const { id, people } = await newRun(store(), 2, { chunkSize: 1 })
      const [a, b] = [await mustLease(store(), id, 0), await mustLease(store(), id, 1)]
      await handOver(store(), a, [intent(people[0] as SubscriberId)])
      await store().ledger.settle(b, [settlement(people[0] as SubscriberId, 'sent')], now)
      expect(await countsOf(store(), id)).toEqual({ audience: 2, queued: 1, handing: 1 })
    })

    test('an old epoch settles nothing', async () => {
      const { id, people } = await newRun(store(), 1)
      const [person] = people as [SubscriberId]
      const old = await mustLease(store(), id, 0, 0)
      await store().ledger.intend(old, [intent(person)], { leaseMs: 0, now })
      await mustLease(store(), id)
      expect(await store().ledger.settle(old, [settlement(person, 'sent')], now)).toEqual({ status: 'stale' })
      expect(await store().deliveries.get(id, person)).toMatchObject({ state: 'unknown' })
      expect(await eventsOf(id)).toEqual([])
    })

    test('what is in flight is settled although the publication was halted', async () => {
      const { id, settle } = await handed()
      const publication = await store().publications.get(id)
      const campaign = await store().campaigns.get(publication?.campaignId ?? (0 as never))
      if (campaign === null) throw new Error('no campaign')
      const paused = { state: 'paused' as const, finishedAt: null }
      await store().campaigns.change(
        campaign.id,
        campaign.version,
        { state: 'paused', reason: null, scheduledAt: null, publication: paused },
        now,
      )
      expect(await settle('sent')).toMatchObject({ status: 'settled' })
      expect(await countsOf(store(), id)).toEqual({ audience: 1, sent: 1 })
    })

    test('a bad address is suppressed and its subscriber bounced', async () => {
      const { person, settle } = await handed()
      await settle('failed', { code: '550 5.1.1', detail: 'no such user', suppress: true }, now + 4)
      const [row] = await store().subscribers.get([person])
      expect(row).toMatchObject({ status: 'bounced', updatedAt: now + 4 })
      expect(await store().suppressions.byAddress([row?.address ?? ''])).toMatchObject([
        { reason: 'bounce', createdAt: now + 4 },
      ])
    })

    test('who left meanwhile stays gone as they went', async () => {
      const { person, settle } = await handed()
      await store().subscribers.leave({ id: person, lists: 'all', publicationId: null, now })
      await settle('failed', { code: '550', suppress: true })
      expect((await store().subscribers.get([person]))[0]?.status).toBe('unsubscribed')
    })

    test('a batch of many, each its own way', async () => {
      const { id, people } = await newRun(store(), 5)
      const lease = await mustLease(store(), id)
      await handOver(
        store(),
        lease,
        people.map((one) => intent(one)),
      )
      const states = ['sent', 'failed', 'retry', 'unknown', 'unsent'] as const
      const result = await store().ledger.settle(
        lease,
        people.map((one, i) => settlement(one, states[i] ?? 'sent')),
        now,
      )
      const counts = { audience: 5, sent: 1, failed: 1, retry: 1, unknown: 1, queued: 1 }
      expect(result).toMatchObject({ status: 'settled', counts })
      expect(await countsOf(store(), id)).toEqual(counts)
    })

    test('times with a fraction are kept as whole milliseconds', async () => {
      const { id, people } = await newRun(store(), 2)
      const lease = await mustLease(store(), id)
      await send(store(), lease, [people[0] as SubscriberId], 'retry', { dueAt: now + 0.5 })
      expect(await store().deliveries.get(id, people[0] as SubscriberId)).toMatchObject({ dueAt: now + 1 })
      const laid = await store().ledger.release(lease, { notBefore: now + 0.5 })
      expect(laid).toMatchObject({ state: 'open' })
      const early = await store().ledger.lease(
        { publicationId: id, seq: 0 },
        { owner: 'x', leaseMs: longMs, now },
      )
      expect(early).toBeNull()
    })
  })
}
