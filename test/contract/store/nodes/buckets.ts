import { describe, expect, test } from 'vitest'
import type { BucketStore } from '../../../../engine/ports/buckets.ts'
import { fresh, now, useStore } from '../fixtures.ts'

/** `open` gives whatever has the buckets: a store, or no more than them. */
export function testBuckets(
  open: () => Promise<{
    readonly store: { readonly buckets: BucketStore }
    readonly close: () => Promise<void>
  }>,
): void {
  describe('buckets', () => {
    const store = useStore(open)
    const bucket = (perSecond: number, burst: number) => {
      const key = fresh('domain')
      return {
        take: async (want: number, at: number) => {
          const [grant] = await store().buckets.take([{ key, perSecond, burst, want }], at)
          if (grant === undefined) throw new Error('no grant')
          return grant
        },
        giveBack: (want: number, at: number) =>
          store().buckets.giveBack([{ key, perSecond, burst, want }], at),
      }
    }

    test('a burst goes at once, then one an interval', async () => {
      const { take } = bucket(10, 3)
      expect(await take(5, now)).toEqual({ granted: 3, nextAt: now + 100 })
      expect(await take(1, now + 99)).toEqual({ granted: 0, nextAt: now + 100 })
      expect(await take(1, now + 100)).toEqual({ granted: 1, nextAt: now + 100 })
      expect(await take(1, now + 100)).toEqual({ granted: 0, nextAt: now + 200 })
    })

    test('fills up to the burst and no further', async () => {
      const { take } = bucket(1000, 5)
      await take(5, now)
      expect(await take(100, now + 60_000)).toMatchObject({ granted: 5 })
    })

    test('is granted in part where it cannot be whole', async () => {
      const { take } = bucket(1, 10)
      expect(await take(4, now)).toEqual({ granted: 4, nextAt: now })
      expect(await take(10, now)).toEqual({ granted: 6, nextAt: now + 1000 })
    })

    test('over a time it grants its rate, whatever the rate', async () => {
      for (const perSecond of [0.5, 3, 7, 333.3]) {
        const { take } = bucket(perSecond, 1)
        let granted = 0
        let at = now
        while (at < now + 20_000) {
          const grant = await take(1, at)
          granted += grant.granted
          expect(grant.granted === 1 || grant.nextAt > at).toBe(true)
          at = Math.max(grant.nextAt, at + (grant.granted === 1 ? 0 : 1))
          if (granted > 500) break
        }
        const expected = ((at - now) / 1000) * perSecond
        expect(granted).toBeGreaterThan(expected * 0.9 - 1)
        expect(granted).toBeLessThanOrEqual(expected + 2)
      }
    })

    test('what comes back can be taken again', async () => {
      const { take, giveBack } = bucket(1, 4)
      await take(4, now)
      await giveBack(3, now)
      expect(await take(4, now)).toMatchObject({ granted: 3 })
    })

    test('giving back never opens more than the burst', async () => {
      const { take, giveBack } = bucket(1, 2)
      await take(1, now)
      await giveBack(50, now)
      expect(await take(50, now)).toMatchObject({ granted: 2 })
    })

    test('a clock set back by an hour stops it for a burst at most', async () => {
      const { take } = bucket(1, 3)
      await take(3, now)
      const back = now - 3_600_000
      expect((await take(1, back)).nextAt).toBeLessThanOrEqual(back + 3000)
      expect(await take(1, back + 3000)).toMatchObject({ granted: 1 })
    })

    test('a node whose clock is behind opens nothing for the others', async () => {
      const { take } = bucket(1000, 10)
      await take(10, now)
      expect(await take(1, now - 50)).toMatchObject({ granted: 0 })
      expect(await take(1, now)).toEqual({ granted: 0, nextAt: now + 1 })
    })

    describe('a hold', () => {
      const held = () => {
        const key = fresh('room')
        return {
          take: async (at: number, burst = 5) =>
            (await store().buckets.take([{ key, perSecond: 10, burst, want: 2 }], at))[0],
          hold: (until: number) => store().buckets.hold(key, until, now),
          until: async (at: number) => (await store().buckets.heldUntil([fresh('free'), key], at))[1],
        }
      }

      test('lets nothing through before its end, though it is hours away, and all of it then', async () => {
        const { take, hold, until } = held()
        const end = now + 7_200_000
        await hold(end)
        expect(await until(now)).toBe(end)
        expect(await take(now)).toEqual({ granted: 0, nextAt: end })
        expect(await take(end - 1)).toEqual({ granted: 0, nextAt: end })
        expect(await until(end)).toBe(null)
        expect(await take(end, 1)).toMatchObject({ granted: 1 })
      })

      test('costs a bucket nothing of what it holds, nor gives it more', async () => {
        const { take, hold } = held()
        expect(await take(now)).toMatchObject({ granted: 2 })
        await hold(now + 100)
        expect(await take(now + 50)).toMatchObject({ granted: 0 })
        expect(await take(now + 100)).toMatchObject({ granted: 2 })
        expect(await take(now + 100)).toMatchObject({ granted: 2 })
        expect(await take(now + 100)).toMatchObject({ granted: 0 })
      })

      test('of two the later stays; another bucket is not concerned', async () => {
        const { take, hold, until } = held()
        await hold(now + 2000)
        await hold(now + 1000)
        expect(await until(now)).toBe(now + 2000)
        await hold(now + 3000)
        expect(await take(now + 2500)).toEqual({ granted: 0, nextAt: now + 3000 })
        const other = { key: fresh('room'), perSecond: 1, burst: 1, want: 1 }
        expect(await store().buckets.take([other], now)).toMatchObject([{ granted: 1 }])
        expect(await store().buckets.heldUntil([], now)).toEqual([])
      })
    })

    test('several at once, in order, also of one bucket', async () => {
      const [a, b] = [fresh('a'), fresh('b')]
      const request = { perSecond: 1, burst: 3, want: 2 }
      const grants = await store().buckets.take(
        [
          { ...request, key: a },
          { ...request, key: b },
          { ...request, key: a },
        ],
        now,
      )
      expect(grants.map((grant) => grant.granted)).toEqual([2, 2, 1])
    })
  })
}
