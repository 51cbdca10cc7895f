import { describe, expect, test } from 'vitest'
import type { AlertId } from '../../../../engine/model/ids.ts'
import { fresh, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import {
  commit,
  followers,
  leaseMs,
  notificationOf,
  postingCounts,
  reopenMs,
  reportOf,
  told,
} from './scene.ts'

export function testDesk(open: OpenStore): void {
  describe('desk', () => {
    const store = useStore(open)
    const groupsOf = async () => {
      const rows = []
      for (let after: string | null = ''; after !== null; ) {
        const page: Awaited<ReturnType<ReturnType<typeof store>['desk']['groups']>> =
          await store().desk.groups({ after, limit: 3 })
        rows.push(...page)
        after = page.length < 3 ? null : page.at(-1)!.key
      }
      return rows
    }
    const opened = async () => {
      const [accepted] = await store().alerts.accept([reportOf()], { now, reopenMs })
      return accepted?.alert?.id ?? (0 as AlertId)
    }

    test('groups are kept by version, and removed', async () => {
      const keys = Array.from({ length: 5 }, () => fresh('group'))
      const value = { members: { '12': 'a "b" ü' }, dueAt: null }
      expect(
        await commit(store(), { groups: keys.map((key) => ({ key, version: 0, value })) }),
      ).toMatchObject({ status: 'done' })
      const rows = await groupsOf()
      expect(rows.filter(({ key }) => keys.includes(key))).toEqual(
        keys.toSorted().map((key) => ({ key, version: 1, value })),
      )
      const [first] = keys as [string]
      expect(await commit(store(), { groups: [{ key: first, version: 1, value: 'next' }] })).toMatchObject({
        status: 'done',
      })
      expect((await groupsOf()).find(({ key }) => key === first)).toEqual({
        key: first,
        version: 2,
        value: 'next',
      })
      expect(await commit(store(), { groups: [{ key: first, version: 2, value: null }] })).toMatchObject({
        status: 'done',
      })
      expect((await groupsOf()).map(({ key }) => key)).not.toContain(first)
    })

    test('one thing that is not as said, and nothing is written', async () => {
      const key = fresh('group')
      const other = fresh('group')
      const id = await opened()
      await commit(store(), { groups: [{ key, version: 0, value: 1 }] })
      const handed = await told(store(), { rooms: [{ channel: 'slack', room: 'ops' }] })
      const before = (await store().notifications.page({ after: 0, limit: 1 })).rows[0]?.id ?? 0
      const rest = {
        heard: [{ id, version: 1 }],
        notifications: [notificationOf({ rooms: [{ channel: 'slack', room: 'ops' }] })],
      }
      for (const wrong of [
        {
          groups: [
            { key: other, version: 0, value: 1 },
            { key, version: 0, value: 2 },
          ],
        },
        {
          groups: [
            { key: other, version: 0, value: 1 },
            { key, version: 7, value: 2 },
          ],
        },
        { groups: [{ key: other, version: 3, value: 1 }] },
        { groups: [{ key: other, version: 1, value: null }] },
        {
          groups: [{ key: other, version: 0, value: 1 }],
          moves: [{ id, version: 9, change: { state: 'expired' as const } }],
        },
        // Told already, by another digest.
        {
          groups: [{ key: other, version: 0, value: 1 }],
          digested: [{ notificationId: handed.id, target: -1 }],
        },
      ])
        expect(await commit(store(), { ...rest, ...wrong })).toEqual({ status: 'conflict' })
      expect((await groupsOf()).map((row) => row.key)).not.toContain(other)
      expect((await store().notifications.page({ after: 0, limit: 1 })).rows[0]?.id ?? 0).toBe(before)
      expect((await store().alerts.unheard(10_000)).map((alert) => alert.id)).toContain(id)
    })

    test('of two that decide on the same version, one wins', async () => {
      const key = fresh('group')
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, i) => commit(store(), { groups: [{ key, version: 0, value: i }] })),
      )
      expect(results.filter(({ status }) => status === 'done')).toHaveLength(1)
    })

    test('moves alerts, which are heard then', async () => {
      const id = await opened()
      await commit(store(), { moves: [{ id, version: 1, change: { state: 'expired', endedAt: now } }] })
      expect(await store().alerts.get([id])).toMatchObject([{ state: 'expired', endedAt: now, version: 2 }])
      expect((await store().alerts.unheard(10_000)).map((alert) => alert.id)).not.toContain(id)
    })

    test('a notification comes back as it was made, with the first of its postings', async () => {
      const id = await opened()
      const rooms = [
        { channel: 'slack', room: 'ops' },
        { channel: 'hook', room: 'log' },
      ]
      const made = notificationOf({ rooms, alertIds: [id], reason: 'escalated', severity: 'critical' })
      const result = await commit(store(), { notifications: [made] })
      if (result.status !== 'done') throw new Error(result.status)
      const [first] = result.notifications
      expect(first).toMatchObject({
        audience: 2,
        more: false,
        postings: [
          { target: -1, channel: 'slack', to: 'ops', attempt: 1, earlier: null, person: null },
          { target: -2, channel: 'hook', to: 'log', attempt: 1, earlier: null, person: null },
        ],
      })
      const { people: _people, held: _held, ...kept } = made
      expect(await store().notifications.get([first!.id])).toEqual([{ ...kept, id: first!.id, audience: 2 }])
      expect(await postingCounts(store(), first!.id)).toEqual({ audience: 2, handing: 2 })
    })

    test('those who want it later are held until then, and digested', async () => {
      const people = await newPeople(store(), 3, [])
      const [a, b, c] = (await followers(store(), people)) as [never, never, never]
      const one = await told(store(), {
        people: Uint32Array.of(a),
        held: [
          { followId: b, dueAt: now + 10, code: 'quiet' },
          { followId: c, dueAt: now + 20, code: 'digest' },
        ],
      })
      const two = await told(store(), { held: [{ followId: b, dueAt: now + 5, code: 'frequency' }] })
      expect(await postingCounts(store(), one.id)).toEqual({ audience: 3, handing: 1, held: 2 })
      expect((await store().desk.heldDue({ now: now + 4, limit: 10 })).length).toBe(0)
      const due = await store().desk.heldDue({ now: now + 10, limit: 10 })
      expect(due.map(({ posting }) => [posting.notificationId, posting.target, posting.code])).toEqual([
        [one.id, b, 'quiet'],
        [two.id, b, 'frequency'],
      ])
      expect(due[0]?.notification.note.title).toBe('Lag')
      await commit(store(), { digested: due.map(({ posting }) => posting) })
      expect(await postingCounts(store(), one.id)).toEqual({ audience: 3, handing: 1, held: 1, skipped: 1 })
      expect((await store().desk.heldDue({ now: now + 10, limit: 10 })).length).toBe(0)
      const { rows } = await store().notifications.postings({ notificationId: two.id, after: null, limit: 9 })
      expect(rows).toMatchObject([{ state: 'skipped', code: 'digest', dueAt: null, subscriberId: people[1] }])
      await commit(store(), {
        digested: (await store().desk.heldDue({ now: now + 20, limit: 10 })).map(({ posting }) => posting),
      })
    })

    test('what is held for one person comes whole', async () => {
      const [person] = await newPeople(store(), 1, [])
      const [id] = (await followers(store(), [person!])) as [never]
      for (let i = 0; i < 5; i++)
        await told(store(), { held: [{ followId: id, dueAt: now, code: 'digest' }] })
      const due = await store().desk.heldDue({ now, limit: 2 })
      expect(due.filter(({ posting }) => posting.target === id)).toHaveLength(5)
      await commit(store(), { digested: due.map(({ posting }) => posting) })
    })

    test('of those who wait longest as many as asked for', async () => {
      const people = await newPeople(store(), 4, [])
      const ids = (await followers(store(), people)) as readonly never[]
      // The last to follow waits longest.
      for (const [i, followId] of ids.entries())
        await told(store(), { held: [{ followId, dueAt: now - 10_000 - i, code: 'digest' }] })
      const first = await store().desk.heldDue({ now, limit: 2 })
      expect(first.map(({ posting }) => posting.target)).toEqual(ids.slice(2))
      await commit(store(), { digested: first.map(({ posting }) => posting) })
      const rest = await store().desk.heldDue({ now, limit: 2 })
      expect(rest.map(({ posting }) => posting.target)).toEqual(ids.slice(0, 2))
      await commit(store(), { digested: rest.map(({ posting }) => posting) })
    })

    test('a notification to very many is kept as one, and taken from where it was left', async () => {
      const people = Uint32Array.from({ length: 100_000 }, (_, i) => 10 ** 8 + 3 * i)
      const { id, more, postings, audience } = await told(
        store(),
        { people, rooms: [{ channel: 'a', room: 'b' }] },
        2,
      )
      expect({ more, audience }).toEqual({ more: true, audience: 100_001 })
      expect(postings).toHaveLength(1)
      expect(await postingCounts(store(), id)).toEqual({
        audience: 100_001,
        handing: 1,
        skipped: 1,
        queued: 99_999,
      })
      await store().postings.take(id, { limit: 1500, leaseMs, now })
      const { rows } = await store().notifications.postings({ notificationId: id, after: -1, limit: 2000 })
      expect(rows.map(({ target }) => target)).toEqual(Array.from(people.subarray(0, 1501)))
    })
  })
}
