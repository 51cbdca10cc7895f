import { describe, expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import { newList, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'

export function testSoftBounces(open: OpenStore): void {
  describe('soft bounces', () => {
    const store = useStore(open)
    const person = async () => (await newPeople(store(), 1, [await newList(store())]))[0]!

    test('are written on what was there', async () => {
      const subscriberId = await person()
      expect(await store().softBounces.get(subscriberId)).toBeNull()
      const first = { subscriberId, score: 1, at: now }
      expect(await store().softBounces.put(first, null)).toBe(true)
      expect(await store().softBounces.put({ ...first, score: 9 }, null)).toBe(false)
      const second = { subscriberId, score: 1.7320508075688772, at: now + 5 }
      expect(await store().softBounces.put(second, first)).toBe(true)
      expect(await store().softBounces.put({ ...second, score: 9 }, first)).toBe(false)
      expect(await store().softBounces.get(subscriberId)).toEqual(second)
      expect(await store().softBounces.clear(subscriberId)).toBe(true)
      expect(await store().softBounces.clear(subscriberId)).toBe(false)
      expect(await store().softBounces.put({ ...second, at: now + 9 }, second)).toBe(false)
      expect(await store().softBounces.get(subscriberId)).toBeNull()
    })

    test('of two at once one is written', async () => {
      const subscriberId = await person()
      const puts = [1, 2].map((score) => store().softBounces.put({ subscriberId, score, at: now }, null))
      expect((await Promise.all(puts)).filter((written) => written)).toHaveLength(1)
    })

    test('go with their person, and are not kept of nobody', async () => {
      const subscriberId = await person()
      const row = { subscriberId, score: 3, at: now }
      await store().softBounces.put(row, null)
      const proof = bareProof('api', now)
      await store().subscriptions.erase({ id: subscriberId, remember: false, proof, now })
      expect(await store().softBounces.get(subscriberId)).toBeNull()
      expect(await store().softBounces.put(row, null)).toBe(false)
      expect(await store().softBounces.put({ ...row, subscriberId: 999_999 as never }, null)).toBe(false)
    })

    test('are forgotten by age, as many as were asked for', async () => {
      const old = [await person(), await person(), await person()]
      const young = await person()
      for (const subscriberId of old)
        await store().softBounces.put({ subscriberId, score: 1, at: 1000 }, null)
      await store().softBounces.put({ subscriberId: young, score: 1, at: 2000 }, null)
      expect(await store().softBounces.remove({ before: 2000, limit: 2 })).toBe(2)
      expect(await store().softBounces.remove({ before: 2000, limit: 2 })).toBe(1)
      expect(await store().softBounces.get(young)).not.toBeNull()
    })
  })
}
