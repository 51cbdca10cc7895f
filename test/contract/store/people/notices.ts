import { describe, expect, test } from 'vitest'
import type { SubscriberId } from '../../../../engine/model/ids.ts'
import { newPeople, now, type OpenStore, useStore } from '../fixtures.ts'

const dayMs = 86_400_000
const leaseMs = 1000

export function testNotices(open: OpenStore): void {
  describe('notices', () => {
    const store = useStore(open)
    const put = async (fields: { dueAt?: number | null; expiresAt?: number } = {}) => {
      const [subscriberId] = (await newPeople(store(), 1, [])) as [SubscriberId]
      const notice = {
        subscriberId,
        kind: 'confirm' as const,
        askedAt: now,
        expiresAt: now + dayMs,
        dueAt: now,
        lists: [],
        fields: { name: 'A' },
        ...fields,
      }
      await store().notices.put(notice)
      return notice
    }
    const claim = (at = now, limit = 10) => store().notices.claim({ now: at, leaseMs, limit })
    const get = (id: SubscriberId) => store().notices.get(id, 'confirm')
    const outcome = {
      state: 'sent',
      mail: 1,
      attempt: 0,
      uncertain: 0,
      dueAt: null,
      sentAt: now,
      code: '250',
      detail: null,
    } as const

    test('are handed out when they are due, once, in the order of their time', async () => {
      const late = await put({ dueAt: now - 1 })
      const early = await put({ dueAt: now - 5 })
      const future = await put({ dueAt: now + 500 })
      await put({ dueAt: null })
      const got = await claim()
      expect(got.map((row) => row.subscriberId)).toEqual([early.subscriberId, late.subscriberId])
      expect(got[0]).toMatchObject({ state: 'handing', attempt: 1, uncertain: 0, fields: { name: 'A' } })
      expect(await claim()).toEqual([])
      for (const one of got) expect(await store().notices.settle(one, outcome)).toBe(true)
      const [then] = await claim(now + 600)
      expect(then?.subscriberId).toBe(future.subscriberId)
      await store().notices.settle(then!, outcome)
    })

    test('lost on the wire are handed out again when their lease is over, and marked', async () => {
      const { subscriberId } = await put()
      await claim()
      const [again] = await claim(now + leaseMs)
      expect(again).toMatchObject({ subscriberId, attempt: 2, uncertain: 1 })
      await store().notices.settle(again!, outcome)
      expect(await get(subscriberId)).toMatchObject({ state: 'sent', mail: 1, sentAt: now, code: '250' })
    })

    test('of a series that began anew are not settled by the old one', async () => {
      const first = await put()
      const [old] = await claim()
      await store().notices.put({ ...first, askedAt: now + 5, dueAt: null })
      expect(await store().notices.settle(old!, outcome)).toBe(false)
      expect(await get(first.subscriberId)).toMatchObject({ state: 'due', askedAt: now + 5, mail: 0 })
    })

    test('that expired are forgotten in batches', async () => {
      const before = now - 100 * dayMs
      for (let i = 0; i < 3; i++) await put({ expiresAt: before - 1, dueAt: null })
      const kept = await put({ expiresAt: before, dueAt: null })
      expect(await store().notices.remove({ before, limit: 2 })).toBe(2)
      expect(await store().notices.remove({ before, limit: 2 })).toBe(1)
      expect(await get(kept.subscriberId)).not.toBeNull()
    })
  })
}
