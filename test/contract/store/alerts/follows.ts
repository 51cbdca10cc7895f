import { describe, expect, test } from 'vitest'
import { maxFollowsAPerson, noFollowPreferences } from '../../../../engine/model/follow.ts'
import type { FollowId, SubscriberId } from '../../../../engine/model/ids.ts'
import { newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import { followOf } from './scene.ts'

export function testFollows(open: OpenStore): void {
  describe('follows', () => {
    const store = useStore(open)
    const person = async () => (await newPeople(store(), 1, []))[0] as SubscriberId
    const changesSince = async (since: number) => {
      const all = []
      let from = since
      for (let more = true; more; ) {
        const page = await store().follows.changes({ since: from, limit: 3 })
        all.push(...page.changes)
        from = page.until
        more = page.more
      }
      return { all: new Map(all.map(({ id, follow }) => [id, follow])), until: from }
    }

    test('are kept as said, changed by version, and removed', async () => {
      const subscriberId = await person()
      const input = followOf({
        channel: 'slack',
        contact: 'U "1"',
        topics: ['db', 'web'],
        minSeverity: 'error',
        filter: [{ name: 'team', operator: '=~', value: 'a|b' }],
      })
      const made = await store().follows.insert(subscriberId, input, now)
      expect(made).toMatchObject({ ...input, subscriberId, version: 1, createdAt: now })
      expect(await store().follows.get([made.id])).toEqual([made])
      const changed = await store().follows.update(made.id, 1, followOf({ topics: ['db'] }), now + 1)
      expect(changed).toMatchObject({
        id: made.id,
        subscriberId,
        topics: ['db'],
        contact: null,
        version: 2,
        updatedAt: now + 1,
      })
      await expect(store().follows.update(made.id, 1, input, now)).rejects.toMatchObject({
        code: 'E_CONFLICT',
      })
      await expect(store().follows.update((10 ** 9) as FollowId, 1, input, now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
      expect(await store().follows.remove(made.id, now)).toBe(true)
      expect(await store().follows.remove(made.id, now)).toBe(false)
      expect(await store().follows.get([made.id])).toEqual([])
      await expect(store().follows.update(made.id, 2, input, now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
    })

    test('are given in the order asked for, without those there are not', async () => {
      const subscriberId = await person()
      const a = await store().follows.insert(subscriberId, followOf(), now)
      const b = await store().follows.insert(subscriberId, followOf(), now)
      const got = await store().follows.get([b.id, (10 ** 9) as FollowId, a.id])
      expect(got).toEqual([b, a])
    })

    test("are nobody's without a person, and so many at most", async () => {
      await expect(store().follows.insert((10 ** 9) as SubscriberId, followOf(), now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
      const subscriberId = await person()
      for (let i = 0; i < maxFollowsAPerson; i++) await store().follows.insert(subscriberId, followOf(), now)
      await expect(store().follows.insert(subscriberId, followOf(), now)).rejects.toMatchObject({
        code: 'E_LIMIT',
      })
    })

    test('are listed by id, of all and of one person; many are made at once', async () => {
      const [a, b] = (await newPeople(store(), 2, [])) as [SubscriberId, SubscriberId]
      const rows = [a, b, (10 ** 9) as SubscriberId, a].map((subscriberId) => ({
        subscriberId,
        input: followOf(),
      }))
      expect(await store().follows.insertMany(rows, now)).toBe(3)
      const own = await store().follows.page({ after: 0, limit: 10, subscriberId: a })
      expect(own.rows.map((row) => row.subscriberId)).toEqual([a, a])
      const all = await store().follows.page({ after: 0, limit: 10_000 })
      expect(all.rows.map(({ id }) => id)).toEqual(all.rows.map(({ id }) => id).toSorted((x, y) => x - y))
      const first = await store().follows.page({ after: 0, limit: 1, subscriberId: a })
      expect(
        (await store().follows.page({ after: first.next ?? -1, limit: 1, subscriberId: a })).rows,
      ).toEqual(own.rows.slice(1))
    })

    test('what changed is told: made, changed, removed, and wanted otherwise', async () => {
      const subscriberId = await person()
      const { until } = await store().follows.changes({ since: null, limit: 1 })
      const ids = []
      for (let i = 0; i < 5; i++) ids.push((await store().follows.insert(subscriberId, followOf(), now)).id)
      const made = await changesSince(until)
      for (const id of ids) expect(made.all.get(id)).toMatchObject({ id, subscriberId })
      await store().follows.update(ids[0]!, 1, followOf({ minSeverity: 'critical' }), now)
      await store().follows.remove(ids[1]!, now)
      const next = await changesSince(made.until)
      expect(next.all.get(ids[0]!)).toMatchObject({ minSeverity: 'critical' })
      expect(next.all.get(ids[1]!)).toBeNull()
      await store().followPreferences.set(subscriberId, { ...noFollowPreferences, digestAt: '08:00' }, now)
      const wanted = await changesSince(next.until)
      for (const id of [ids[0]!, ids[2]!, ids[3]!, ids[4]!]) expect(wanted.all.has(id)).toBe(true)
    })

    test('no change is missed while others write', async () => {
      const people = await newPeople(store(), 40, [])
      let from = (await store().follows.changes({ since: null, limit: 1 })).until
      const seen = new Set<number>()
      const made: FollowId[] = []
      let writing = true
      const writers = Promise.all(
        people.map(async (id) => {
          made.push((await store().follows.insert(id, followOf(), now)).id)
        }),
      ).then(() => {
        writing = false
      })
      const read = async () => {
        const page = await store().follows.changes({ since: from, limit: 7 })
        for (const { id } of page.changes) seen.add(id)
        from = page.until
        return page.more
      }
      while (writing) await read()
      await writers
      while (await read());
      for (const id of made) expect(seen.has(id)).toBe(true)
    })

    test('preferences of those who said some', async () => {
      const [a, b] = (await newPeople(store(), 2, [])) as [SubscriberId, SubscriberId]
      const preferences = {
        quiet: { from: '22:00', until: '07:00' },
        digestAt: null,
        maxPerHour: 3,
        criticalAnyway: false,
      }
      expect(await store().followPreferences.get(a)).toEqual(noFollowPreferences)
      await store().followPreferences.set(a, preferences, now)
      expect(await store().followPreferences.get(a)).toEqual(preferences)
      expect(await store().followPreferences.of([a, b])).toEqual([
        { subscriberId: a, timeZone: null, preferences },
      ])
      const page = await store().followPreferences.page({ after: a - 1, limit: 1 })
      expect(page.rows).toEqual([{ subscriberId: a, timeZone: null, preferences }])
      await expect(
        store().followPreferences.set((10 ** 9) as SubscriberId, preferences, now),
      ).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    })

    test('go with their person, and so do preferences; that they went is told', async () => {
      const subscriberId = await person()
      const made = await store().follows.insert(subscriberId, followOf(), now)
      const said = { ...noFollowPreferences, digestAt: '08:00' }
      await store().followPreferences.set(subscriberId, said, now)
      const { until } = await store().follows.changes({ since: null, limit: 1 })
      await store().subscriptions.erase({
        id: subscriberId,
        remember: false,
        proof: { source: 'api', at: now, ip: null, userAgent: null, origin: null, words: null },
        now,
      })
      const { all } = await changesSince(until)
      expect(all.get(made.id)).toBeNull()
      expect(await store().follows.get([made.id])).toEqual([])
      expect(await store().followPreferences.get(subscriberId)).toEqual(noFollowPreferences)
      expect(await store().followPreferences.of([subscriberId])).toEqual([])
      for (const late of [
        () => store().follows.insert(subscriberId, followOf(), now),
        () => store().followPreferences.set(subscriberId, said, now),
      ])
        await expect(late()).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
      expect(await store().follows.insertMany([{ subscriberId, input: followOf() }], now)).toBe(0)
    })
  })
}
