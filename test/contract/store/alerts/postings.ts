import { describe, expect, test, vi } from 'vitest'
import type { Severity } from '../../../../engine/model/alert.ts'
import type { NotificationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { PostingSettlement } from '../../../../engine/ports/notifications.ts'
import { fresh, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import { followers, hour, leaseMs, postingCounts, told } from './scene.ts'

type Taken = Pick<PostingSettlement, 'notificationId' | 'target' | 'attempt'>

export function testPostings(open: OpenStore): void {
  describe('postings', () => {
    const store = useStore(open)
    const rooms = [{ channel: 'slack', room: 'ops' }]
    const settlement = (taken: Taken, fields: Partial<PostingSettlement> = {}): PostingSettlement => ({
      notificationId: taken.notificationId,
      target: taken.target,
      attempt: taken.attempt,
      state: 'sent',
      code: '200',
      detail: null,
      dueAt: null,
      receipt: null,
      suppress: false,
      ...fields,
    })
    const settle = (taken: Taken, fields: Partial<PostingSettlement> = {}) =>
      store().postings.settle([settlement(taken, fields)], now)
    const claim = (at = now, limit = 100) => store().postings.claim({ limit, leaseMs, now: at })
    /** Those of one notification among all that are due. */
    const claimOf = async (id: NotificationId, at = now) =>
      (await claim(at)).filter(({ notificationId }) => notificationId === id)
    const rowsOf = async (id: NotificationId) =>
      (await store().notifications.postings({ notificationId: id, after: null, limit: 100 })).rows

    test('are taken once each, rooms first, by as many as ask at the same time', async () => {
      const people = await newPeople(store(), 30, [])
      const ids = await followers(store(), people)
      const { id, postings, more } = await told(store(), { rooms, people: Uint32Array.from(ids) }, 4)
      expect(more).toBe(true)
      expect(postings.map(({ target }) => target)).toEqual([-1, ...ids.slice(0, 3)])
      expect(postings[1]?.person).toEqual({
        subscriberId: people[0],
        name: null,
        language: null,
        timeZone: null,
      })
      const others = await Promise.all(
        Array.from({ length: 10 }, () => store().postings.take(id, { limit: 5, leaseMs, now })),
      )
      const targets = [...postings, ...others.flatMap((one) => one.postings)].map(({ target }) => target)
      expect(targets).toHaveLength(31)
      expect(new Set(targets)).toEqual(new Set([-1, ...ids]))
      expect(await store().postings.take(id, { limit: 5, leaseMs, now })).toEqual({
        postings: [],
        more: false,
      })
      expect(await postingCounts(store(), id)).toEqual({ audience: 31, handing: 31 })
    })

    test('are not for those who left, are suppressed, or follow no more', async () => {
      const people = await newPeople(store(), 5, [])
      const ids = await followers(store(), people)
      const byContact = await store().follows.insert(
        people[3]!,
        { channel: 'slack', contact: 'U1', topics: [], minSeverity: 'info', filter: [] },
        now,
      )
      const [left, badAddress, gone, contact] = await store().subscribers.get(people.slice(0, 4))
      await store().subscribers.setStatus([left!.id], 'unsubscribed', now)
      await store().suppressions.add(
        [badAddress!, contact!].map(({ address }) => ({ address, reason: 'manual' as const, detail: null })),
        now,
      )
      await store().follows.remove(ids[2]!, now)
      expect(gone).toBeDefined()
      const all = [...ids, byContact.id].toSorted((a, b) => a - b)
      const { id, postings } = await told(store(), { people: Uint32Array.from(all) })
      expect(postings.map(({ to }) => to)).toEqual([
        (await store().subscribers.get([people[4]!]))[0]?.address,
        'U1',
      ])
      const rows = await rowsOf(id)
      expect(rows.map(({ state, code }) => `${state} ${code}`)).toEqual([
        'suppressed unsubscribed',
        'suppressed manual',
        'skipped gone',
        'suppressed manual',
        'handing null',
        'handing null',
      ])
      await postingCounts(store(), id)
    })

    test('settle once, in the attempt that they are in', async () => {
      const { id, postings } = await told(store(), { rooms })
      const [taken] = postings as unknown as [Taken]
      expect(await settle({ ...taken, attempt: 2 })).toBe(0)
      expect(await settle(taken, { code: '200', detail: 'ok' })).toBe(1)
      expect(await settle(taken, { state: 'failed' })).toBe(0)
      expect(await rowsOf(id)).toMatchObject([
        { state: 'sent', code: '200', detail: 'ok', attempt: 1, uncertain: 0, dueAt: null },
      ])
    })

    test('come again when they are due: refused for now, not sent, or lost from sight', async () => {
      const three = [1, 2, 3].map((n) => ({ channel: 'slack', room: `r${n}` }))
      const { id, postings } = await told(store(), { rooms: three })
      const [a, b, c] = postings as unknown as [Taken, Taken, Taken]
      await settle(a, { state: 'retry', code: '503', dueAt: now + 10 })
      await settle(b, { state: 'unsent', code: 'down', dueAt: now + 10 })
      await settle(c, { state: 'unknown', code: 'hung', dueAt: now + 10 })
      expect(await postingCounts(store(), id)).toEqual({ audience: 3, retry: 3 })
      expect(await claimOf(id, now + 9)).toEqual([])
      const again = await claimOf(id, now + 10)
      expect(new Map(again.map(({ target, attempt }) => [target, attempt]))).toEqual(
        new Map([
          [-1, 2],
          [-2, 1],
          [-3, 2],
        ]),
      )
      expect(
        (await rowsOf(id))
          .map(({ target, uncertain }) => [target, uncertain])
          .toSorted((x, y) => y[0]! - x[0]!),
      ).toEqual([
        [-1, 0],
        [-2, 0],
        [-3, 1],
      ])
      expect(await claimOf(id, now + 10)).toEqual([])
      for (const taken of again) await settle(taken)
      expect(await postingCounts(store(), id)).toEqual({ audience: 3, sent: 3 })
    })

    test('unknown for good stays so', async () => {
      const { id, postings } = await told(store(), { rooms })
      await settle(postings[0]!, { state: 'unknown', code: 'hung' })
      expect(await claimOf(id, now + hour / 2)).toEqual([])
      expect(await rowsOf(id)).toMatchObject([{ state: 'unknown', uncertain: 1 }])
    })

    test('whose holder is gone come again, and say that there may be a copy', async () => {
      const { id, postings } = await told(store(), { rooms }, 100, 1)
      let again: Awaited<ReturnType<typeof claimOf>> = []
      await vi.waitFor(
        async () => {
          again = await claimOf(id)
          expect(again).toHaveLength(1)
        },
        { interval: 5, timeout: 10_000 },
      )
      expect(again[0]).toMatchObject({ target: -1, attempt: 2, to: 'ops' })
      // Whoever had it comes too late.
      expect(await settle(postings[0]!)).toBe(0)
      expect(await settle(again[0]!)).toBe(1)
      expect(await rowsOf(id)).toMatchObject([{ state: 'sent', attempt: 2, uncertain: 1 }])
    })

    test('that are prolonged stay with their holder', async () => {
      const { id, postings } = await told(store(), { rooms }, 100, 50)
      await store().postings.renew(postings, leaseMs)
      const other = await told(store(), { rooms }, 100, 50)
      await vi.waitFor(async () => expect(await claimOf(other.id)).toHaveLength(1), {
        interval: 5,
        timeout: 10_000,
      })
      expect(await claimOf(id)).toEqual([])
      expect(await settle(postings[0]!)).toBe(1)
    })

    test("are given up after the notification's own time", async () => {
      const two = [1, 2].map((n) => ({ channel: 'slack', room: `r${n}` }))
      const { id, postings } = await told(store(), { rooms: two, retryUntil: now + 100 })
      await settle(postings[0]!, { state: 'retry', code: '503', dueAt: now + 50 })
      await settle(postings[1]!, { state: 'unknown', code: 'hung', dueAt: now + 50 })
      expect(await claimOf(id, now + 101)).toEqual([])
      expect((await rowsOf(id)).map(({ target, state, code }) => [target, state, code])).toEqual([
        [-2, 'unknown', 'hung'],
        [-1, 'failed', '503'],
      ])
    })

    test('with nothing to say why, and without a copy, are given up as too late', async () => {
      const { id, postings } = await told(store(), { rooms, retryUntil: now + 100 })
      await settle(postings[0]!, { state: 'retry', code: null, detail: 'd', dueAt: now })
      expect(await claimOf(id, now + 101)).toEqual([])
      expect(await rowsOf(id)).toMatchObject([{ state: 'failed', code: 'deadline', detail: 'd', attempt: 1 }])
    })

    test('whose holder is gone for too long are unknown', async () => {
      const { id } = await told(store(), { rooms, retryUntil: now + 100 }, 100, 0)
      expect(await claimOf(id, now + 101)).toEqual([])
      expect(await rowsOf(id)).toMatchObject([
        { state: 'unknown', code: 'interrupted', uncertain: 1, attempt: 1, dueAt: null },
      ])
    })

    test('of channels that rest stay as they are, however many, unless they are overdue', async () => {
      const waiting = async (channel: string, dueAt: number) => {
        const { id, postings } = await told(store(), { rooms: [{ channel, room: 'ops' }] })
        await settle(postings[0]!, { state: 'unsent', code: 'channel', dueAt })
        return id
      }
      const older = await waiting('slow', now - 10)
      const same = await waiting('slow', now - 9)
      const slow = [same, await waiting('slow', now), await waiting('slower', now)]
      const quick = await waiting('quick', now)
      const lost = await told(store(), { rooms: [{ channel: 'slow', room: 'ops' }] }, 100, 0)
      const mine = new Set([older, ...slow, quick, lost.id])
      const claimedOf = async (options: object) =>
        (await store().postings.claim({ limit: 100, leaseMs, now, ...options }))
          .map(({ notificationId }) => notificationId)
          .filter((id) => mine.has(id))
          .toSorted((a, b) => a - b)
      const resting = { channels: ['slow', 'slower', 'unheard of'], since: now - 9 }
      const before = await Promise.all(slow.map(rowsOf))
      await vi.waitFor(async () => expect(await claimedOf({ resting })).toContain(lost.id), {
        interval: 5,
        timeout: 10_000,
      })
      expect(await Promise.all(slow.map(rowsOf))).toEqual(before)
      expect(await rowsOf(older)).toMatchObject([{ state: 'handing' }])
      expect(await rowsOf(quick)).toMatchObject([{ state: 'handing' }])
      expect(await claimedOf({ resting: { channels: [], since: now } })).toEqual(slow)
    })

    test('that are tried again say nothing of the last time', async () => {
      const { id, postings } = await told(store(), { rooms })
      await settle(postings[0]!, { state: 'retry', code: '503', detail: 'busy', dueAt: now })
      expect(await rowsOf(id)).toMatchObject([{ code: '503', detail: 'busy', dueAt: now }])
      const [again] = await claimOf(id)
      expect(await rowsOf(id)).toMatchObject([{ state: 'handing', code: null, detail: null, dueAt: null }])
      await settle(again!)
    })

    test('that nobody may have any more were no attempt, and stay with whom they went to before', async () => {
      const people = await newPeople(store(), 3, [])
      const ids = await followers(store(), people)
      const { id, postings } = await told(store(), { people: Uint32Array.from(ids) })
      const dead = { state: 'unknown', code: 'hung', detail: 'no word', dueAt: now } as const
      await store().postings.settle(
        postings.map((taken) => settlement(taken, dead)),
        now,
      )
      await store().follows.remove(ids[0]!, now)
      await store().subscribers.setStatus([people[1]!], 'unsubscribed', now)
      const [first, second, third] = await store().subscribers.get(people)
      expect((await claimOf(id)).map(({ to }) => to)).toEqual([third!.address])
      expect(await rowsOf(id)).toMatchObject([
        { state: 'skipped', code: 'gone', to: first!.address, channel: 'smtp', subscriberId: people[0] },
        { state: 'suppressed', code: 'unsubscribed', to: second!.address, subscriberId: people[1] },
        { state: 'handing', code: null, to: third!.address },
      ])
      expect(
        (await rowsOf(id)).map(({ attempt, uncertain, detail }) => [attempt, uncertain, detail]),
      ).toEqual([
        [1, 1, null],
        [1, 1, null],
        [2, 1, null],
      ])
    })

    test('the most severe come first, lost or refused, and then those due longest', async () => {
      const order: [string, NotificationId][] = []
      const refused = async (name: string, severity: Severity, dueAt: number) => {
        const { id, postings } = await told(store(), { rooms, severity })
        await settle(postings[0]!, { state: 'retry', dueAt })
        order.push([name, id])
      }
      await refused('info', 'info', now - 900)
      await refused('critical, due late', 'critical', now - 500)
      await refused('critical, due long', 'critical', now - 700)
      order.push(['lost warning', (await told(store(), { rooms, severity: 'warning' }, 100, 0)).id])
      await refused('error', 'error', now - 600)
      const names = new Map(order.map(([name, id]) => [id, name]))
      const taken = []
      for (let i = 0; i < order.length; i++) taken.push(...(await claim(now, 1)))
      expect(taken.map(({ notificationId }) => names.get(notificationId))).toEqual([
        'critical, due long',
        'critical, due late',
        'error',
        'lost warning',
        'info',
      ])
      for (const one of taken) await settle(one)
    })

    test('of the lost, too, the most severe come first, whoever was lost first', async () => {
      for (const severity of ['info', 'critical', 'warning'] as const)
        await told(store(), { rooms, severity }, 100, 0)
      const taken = []
      for (let i = 0; i < 3; i++) taken.push(...(await claim(now, 1)))
      const notifications = await store().notifications.get(taken.map(({ notificationId }) => notificationId))
      expect(notifications.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'info'])
      for (const one of taken) await settle(one)
    })

    test('notifications that nobody has finished are found', async () => {
      const people = Uint32Array.from(await followers(store(), await newPeople(store(), 3, [])))
      const plain = await told(store(), { people, severity: 'info' }, 1)
      const worse = await told(store(), { people, severity: 'critical' }, 1)
      const done = await told(store(), { people }, 3)
      const found = await store().postings.unfinished(100)
      expect(found).not.toContain(done.id)
      expect(found.filter((id) => id === plain.id || id === worse.id)).toEqual([worse.id, plain.id])
      await store().postings.take(plain.id, { limit: 9, leaseMs, now })
      await store().postings.take(worse.id, { limit: 9, leaseMs, now })
      expect(await store().postings.unfinished(100)).not.toContain(plain.id)
    })

    test('a receipt comes back with the next post of the thread to the same place, and with no other', async () => {
      const thread = fresh('thread')
      const both = [...rooms, { channel: 'hook', room: 'ops' }]
      const first = await told(store(), { rooms: both, thread })
      await settle(first.postings[0]!, { receipt: 'C1:17 "ü"' })
      await settle(first.postings[1]!)
      const second = await told(store(), { rooms: both, thread })
      expect(second.postings.map(({ earlier }) => earlier)).toEqual(['C1:17 "ü"', null])
      await settle(second.postings[0]!)
      const third = await told(store(), { rooms, thread })
      expect(third.postings[0]?.earlier).toBe('C1:17 "ü"')
      expect((await told(store(), { rooms, thread: fresh('thread') })).postings[0]?.earlier).toBeNull()
    })

    test('an address that is bad is suppressed, and its person marked', async () => {
      const [person] = (await newPeople(store(), 1, [])) as [SubscriberId]
      const people = Uint32Array.from(await followers(store(), [person]))
      const { postings } = await told(store(), { people })
      await settle(postings[0]!, {
        state: 'failed',
        code: '550 5.1.1',
        detail: 'no such user',
        suppress: true,
      })
      const [row] = await store().subscribers.get([person])
      expect(row?.status).toBe('bounced')
      expect(await store().suppressions.byAddress([row!.address])).toMatchObject([{ reason: 'bounce' }])
      const { rows } = await store().consents.page({ subscriberId: person, after: 0, limit: 10 })
      expect(rows.at(-1)).toMatchObject({ kind: 'bounce', source: 'provider' })
    })

    test('a contact that is bad says nothing of the address', async () => {
      const [person] = (await newPeople(store(), 1, [])) as [SubscriberId]
      const people = Uint32Array.from(
        await followers(store(), [person], { channel: 'slack', contact: 'U404' }),
      )
      const { postings } = await told(store(), { people })
      await settle(postings[0]!, { state: 'failed', code: 'user_not_found', suppress: true })
      const [row] = await store().subscribers.get([person])
      expect(row?.status).toBe('active')
      expect(await store().suppressions.byAddress([row!.address, 'U404'])).toEqual([])
    })

    test('of somebody erased say nothing of them any more', async () => {
      const [person] = (await newPeople(store(), 1, [])) as [SubscriberId]
      const people = Uint32Array.from(await followers(store(), [person]))
      const thread = fresh('thread')
      const address = (await store().subscribers.get([person]))[0]?.address ?? ''
      const first = await told(store(), { people, thread })
      await settle(first.postings[0]!, {
        state: 'failed',
        detail: 'person-x@example.org refused',
        receipt: 'a',
      })
      const wire = await told(store(), { people, thread })
      await store().subscriptions.erase({
        id: person,
        remember: false,
        proof: { source: 'api', at: now, ip: null, userAgent: null, origin: null, words: null },
        now,
      })
      await settle(wire.postings[0]!, {
        state: 'failed',
        detail: 'person-x@example.org refused',
        receipt: 'b',
      })
      for (const { id } of [first, wire]) expect(await rowsOf(id)).toMatchObject([{ to: '', detail: null }])
      const { id } = await told(store(), { people })
      expect((await rowsOf(id)).map(({ state, to }) => `${state}${to}`)).toEqual(['skipped'])
      expect(await store().follows.page({ after: 0, limit: 9, subscriberId: person })).toMatchObject({
        rows: [],
      })
      // Whoever has the address next is nobody that was told before.
      const [next] = await store().subscribers.upsert([{ address }], { lists: [], now })
      const again = Uint32Array.from(await followers(store(), [next!.id]))
      expect(await told(store(), { people: again, thread })).toMatchObject({
        postings: [{ to: address, earlier: null }],
      })
    })
  })
}
