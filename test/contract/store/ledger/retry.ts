import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import {
  countsOf,
  handOver,
  intent,
  mustLease,
  newRun,
  now,
  type OpenStore,
  send,
  useStore,
} from '../fixtures.ts'

export function testRetry(open: OpenStore): void {
  describe('retrying', () => {
    const store = useStore(open)
    /** A finished chunk: sent, failed, failed to render, unknown, and another chunk that is all sent. */
    const finished = async () => {
      const run = await newRun(store(), 5, { chunkSize: 4 })
      const [sent, failed, broken, unknown, other] = run.people as [
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
      ]
      const lease = await mustLease(store(), run.id)
      await send(store(), lease, [sent], 'sent')
      await send(store(), lease, [failed], 'failed', { code: '550' })
      await send(store(), lease, [unknown], 'unknown')
      await handOver(store(), lease, [intent(broken, { state: 'failed', code: 'render' })])
      await store().ledger.release(lease, { notBefore: null })
      const second = await mustLease(store(), run.id, 1)
      await send(store(), second, [other], 'sent')
      await store().ledger.release(second, { notBefore: null })
      return { id: run.id, sent, failed, broken, unknown }
    }
    const due = async (id: PublicationId) =>
      (await store().ledger.due({ now: now + 7, limit: 1000 })).filter((one) => one.publicationId === id)

    test('failed rows go out again, with the next attempt; the others stay', async () => {
      const { id, failed } = await finished()
      expect(await store().ledger.retry(id, { states: ['failed'], now: now + 7 })).toBe(1)
      expect(await countsOf(store(), id)).toEqual({ audience: 5, sent: 2, failed: 1, retry: 1, unknown: 1 })
      expect(await store().deliveries.get(id, failed)).toMatchObject({
        state: 'retry',
        attempt: 1,
        dueAt: now + 7,
      })
      expect(await due(id)).toEqual([{ publicationId: id, seq: 0, dueAt: now + 7 }])
      const lease = await store().ledger.lease(
        { publicationId: id, seq: 0 },
        { owner: 'x', leaseMs: 1000, now: now + 7 },
      )
      expect(lease?.work).toEqual([{ subscriberId: failed, attempt: 2 }])
    })

    test('unknown rows only when they are named', async () => {
      const { id, unknown } = await finished()
      expect(await store().ledger.retry(id, { states: ['failed', 'unknown'], now })).toBe(2)
      expect(await store().deliveries.get(id, unknown)).toMatchObject({ state: 'retry', uncertain: 1 })
      const other = await finished()
      expect(await store().ledger.retry(other.id, { states: ['unknown'], now })).toBe(1)
      expect(await store().deliveries.get(other.id, other.failed)).toMatchObject({ state: 'failed' })
    })

    test('a letter that did not render is left alone', async () => {
      const { id, broken } = await finished()
      await store().ledger.retry(id, { states: ['failed', 'unknown'], now })
      expect(await store().deliveries.get(id, broken)).toMatchObject({ state: 'failed', code: 'render' })
    })

    test('twice retries once', async () => {
      const { id } = await finished()
      await store().ledger.retry(id, { states: ['failed'], now })
      expect(await store().ledger.retry(id, { states: ['failed'], now })).toBe(0)
      expect(await due(id)).toHaveLength(1)
    })

    test('a waiting chunk is due at once; a leased one stays leased', async () => {
      const { id, people } = await newRun(store(), 2)
      const [a, b] = people as [SubscriberId, SubscriberId]
      const lease = await mustLease(store(), id)
      await send(store(), lease, [a], 'failed', { code: '550' })
      await send(store(), lease, [b], 'retry', { dueAt: now + 5000 })
      await store().ledger.release(lease, { notBefore: null })
      await store().ledger.retry(id, { states: ['failed'], now })
      const again = await mustLease(store(), id)
      expect(again.work).toEqual([{ subscriberId: a, attempt: 2 }])
      await handOver(store(), again, [intent(a, { attempt: 2, state: 'failed', code: '550' })])
      expect(await store().ledger.retry(id, { states: ['failed'], now })).toBe(1)
      expect(await due(id)).toEqual([])
      expect(await store().ledger.release(again, { notBefore: null })).toEqual({
        state: 'waiting',
        dueAt: now,
      })
    })
  })
}
