import { describe, expect, test } from 'vitest'
import type { AlertId, FollowId } from '../../../../engine/model/ids.ts'
import { fresh, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import { followers, hour, postingCounts, told } from './scene.ts'

export function testNotifications(open: OpenStore): void {
  describe('notifications', () => {
    const store = useStore(open)
    const rooms = [{ channel: 'slack', room: 'ops' }]
    const sent = {
      state: 'sent',
      code: null,
      detail: null,
      dueAt: null,
      receipt: null,
      suppress: false,
    } as const

    test('are listed newest first, by alert and by group', async () => {
      const group = fresh('group')
      const alert = (10 ** 6 + Math.floor(now % 1000)) as AlertId
      const ids = []
      for (let i = 0; i < 4; i++)
        ids.unshift((await told(store(), { group, alertIds: i % 2 === 0 ? [alert] : [] })).id)
      await told(store(), {})
      const page = async (query: object, after = 0, limit = 10) => {
        const found = await store().notifications.page({ after, limit, ...query })
        return { ids: found.rows.map(({ id }) => id), next: found.next }
      }
      expect(await page({ group })).toEqual({ ids, next: null })
      expect(await page({ alertId: alert })).toEqual({ ids: [ids[1], ids[3]], next: null })
      const first = await page({ group }, 0, 3)
      expect(first).toEqual({ ids: ids.slice(0, 3), next: ids[2] })
      expect(await page({ group }, first.next ?? -1, 3)).toEqual({ ids: ids.slice(3), next: null })
    })

    test('are given in the order asked for, without those there are not', async () => {
      const [a, b] = [await told(store(), {}), await told(store(), {})]
      const got = await store().notifications.get([b.id, (10 ** 9) as typeof a.id, a.id])
      expect(got.map(({ id }) => id)).toEqual([b.id, a.id])
    })

    test('postings are listed by target, and by person', async () => {
      const people = await newPeople(store(), 2, [])
      const follows = await followers(store(), people)
      const first = await told(store(), { rooms, people: Uint32Array.from(follows) })
      const second = await told(store(), { people: Uint32Array.of(follows[0]!) })
      const page = (
        query: { notificationId: typeof first.id } | { subscriberId: (typeof people)[0] },
        after: number | null,
        limit = 9,
      ) => store().notifications.postings({ ...query, after, limit })
      const whole = await page({ notificationId: first.id }, null)
      expect(whole.rows.map(({ target }) => target)).toEqual([-1, ...follows])
      expect(whole.rows[0]).toMatchObject({
        channel: 'slack',
        to: 'ops',
        subscriberId: null,
        state: 'handing',
        attempt: 1,
      })
      const part = await page({ notificationId: first.id }, null, 1)
      expect(part.next).toBe(-1)
      expect((await page({ notificationId: first.id }, part.next)).rows).toEqual(whole.rows.slice(1))
      const own = await page({ subscriberId: people[0]! }, null)
      expect(own.rows.map(({ notificationId }) => notificationId)).toEqual([first.id, second.id])
      const states = await store().notifications.postings({
        notificationId: first.id,
        after: null,
        limit: 9,
        state: 'sent',
      })
      expect(states.rows).toEqual([])
    })

    test('what a person has of one notification is not parted by a page', async () => {
      const people = await newPeople(store(), 1, [])
      const ids: FollowId[] = []
      for (const channel of ['smtp', 'slack', 'discord'])
        ids.push(...(await followers(store(), people, { channel, contact: channel })))
      const both = [0, 1].map(() => told(store(), { people: Uint32Array.from(ids) }))
      const [first, second] = await Promise.all(both)
      const page = (after: number | null, limit: number) =>
        store().notifications.postings({ subscriberId: people[0]!, after, limit })
      const part = await page(null, 2)
      expect(part.rows.map(({ target }) => target)).toEqual(ids)
      const rest = await page(part.next, 3)
      expect(rest.rows.map(({ target }) => target)).toEqual(ids)
      expect([part.next, rest.next]).toEqual([Math.min(first!.id, second!.id), null])
    })

    test('retention takes old ones with all that hangs on them, but none that is still to be sent', async () => {
      const old = now - 1000 * hour
      const thread = fresh('thread')
      const over = await told(store(), { rooms, thread, createdAt: old })
      await store().postings.settle([{ ...over.postings[0]!, ...sent, receipt: 'r' }], now)
      const open_ = await told(store(), { rooms, createdAt: old })
      const younger = await told(store(), { rooms, thread: fresh('thread'), createdAt: now })
      expect(younger.postings[0]?.earlier).toBeNull()
      expect(await store().notifications.remove({ before: old + 1, limit: 10 })).toBe(1)
      expect((await store().notifications.get([over.id, open_.id, younger.id])).map(({ id }) => id)).toEqual([
        open_.id,
        younger.id,
      ])
      expect((await told(store(), { rooms, thread })).postings[0]?.earlier).toBeNull()
    })

    test('retention takes one to very many whole, and leaves its neighbours', async () => {
      const old = now - 2000 * hour
      // Nobody's follows: each of them is skipped.
      const people = Uint32Array.from({ length: 12_000 }, (_, i) => 10 ** 8 + i)
      const many = await told(store(), { people, createdAt: old }, people.length)
      const few = await told(store(), { rooms, createdAt: old + 1 })
      await store().postings.settle([{ ...few.postings[0]!, ...sent }], now)
      const later = await told(store(), { rooms, createdAt: old + 1000 })
      await store().postings.settle([{ ...later.postings[0]!, ...sent }], now)
      expect(await postingCounts(store(), many.id)).toEqual({ audience: 12_000, skipped: 12_000 })
      expect(await store().notifications.remove({ before: old + 1000, limit: 10 })).toBe(2)
      expect(await postingCounts(store(), many.id)).toEqual({})
      const rest = await store().notifications.postings({ notificationId: many.id, after: null, limit: 1 })
      expect(rest.rows).toEqual([])
      expect(await postingCounts(store(), later.id)).toEqual({ audience: 1, sent: 1 })
    })

    test('retention takes at most so many at a time, the oldest', async () => {
      const old = now - 3000 * hour
      const ids = []
      for (let i = 0; i < 3; i++) ids.push((await told(store(), { createdAt: old - i })).id)
      expect(await store().notifications.remove({ before: old + 1, limit: 2 })).toBe(2)
      expect((await store().notifications.get(ids)).map(({ id }) => id)).toEqual(ids.slice(0, 1))
      expect(await store().notifications.remove({ before: old + 1, limit: 2 })).toBe(1)
    })
  })
}
