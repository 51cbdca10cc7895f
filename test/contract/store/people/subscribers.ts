import { describe, expect, test } from 'vitest'
import type { ListId, SubscriberId } from '../../../../engine/model/ids.ts'
import { departedStatuses, type SubscriberInput } from '../../../../engine/model/subscriber.ts'
import { fresh, newList, newPeople, now, type OpenStore, startRun, useStore } from '../fixtures.ts'

export function testSubscribers(open: OpenStore): void {
  describe('subscribers', () => {
    const store = useStore(open)
    const upsert = (rows: readonly SubscriberInput[], lists: readonly ListId[] = [], at = now) =>
      store().subscribers.upsert(rows, { lists, now: at })
    const one = async (row: SubscriberInput, lists: readonly ListId[] = []): Promise<SubscriberId> => {
      const [outcome] = await upsert([row], lists)
      if (outcome === undefined) throw new Error('no outcome')
      return outcome.id
    }
    const read = async (id: SubscriberId) => (await store().subscribers.get([id]))[0]
    const membershipIn = async (id: SubscriberId, list: ListId) =>
      (await store().subscribers.memberships(id)).find((row) => row.listId === list)?.membership
    const address = () => `${fresh('someone')}@example.org`

    test('keeps every field of a new subscriber, and gives defaults to the absent ones', async () => {
      const full = {
        address: address(),
        name: 'Zoë “Z” O’Neil',
        language: 'pt-BR',
        timeZone: 'America/Sao_Paulo',
        status: 'unconfirmed' as const,
        attributes: { plan: 'gold', deep: { list: [1, null, true, 'ü'] } },
        topics: { security: 0.25, sport: 1 },
      }
      const id = await one(full)
      expect(await read(id)).toEqual({ id, ...full, createdAt: now, updatedAt: now })
      const bare = address()
      const second = await one({ address: bare })
      expect(await read(second)).toEqual({
        id: second,
        address: bare,
        name: null,
        language: null,
        timeZone: null,
        status: 'active',
        attributes: {},
        topics: {},
        createdAt: now,
        updatedAt: now,
      })
      expect(second).toBeGreaterThan(id)
    })

    test('tells created, updated and unchanged apart, in the order of the rows', async () => {
      const [known, other] = [address(), address()]
      await upsert([{ address: known, name: 'A' }])
      const outcomes = await upsert([
        { address: other },
        { address: known, name: 'A' },
        { address: known, name: 'B' },
        { address: other, name: 'C' },
      ])
      expect(outcomes.map((row) => row.outcome)).toEqual(['created', 'unchanged', 'updated', 'updated'])
      expect(outcomes[0]?.id).toBe(outcomes[3]?.id)
      expect(outcomes[1]?.id).toBe(outcomes[2]?.id)
    })

    test('keeps absent fields, clears those that are null, merges attributes and topics key by key', async () => {
      const row = { address: address(), name: 'A', language: 'de', timeZone: 'UTC' }
      const id = await one({ ...row, attributes: { a: 1, b: { c: 2 } }, topics: { x: 0.5, y: 1 } })
      await upsert(
        [{ address: row.address, name: null, attributes: { b: 3, d: [] }, topics: { y: 0 } }],
        [],
        now + 5,
      )
      expect(await read(id)).toEqual({
        id,
        ...row,
        name: null,
        status: 'active',
        attributes: { a: 1, b: 3, d: [] },
        topics: { x: 0.5, y: 0 },
        createdAt: now,
        updatedAt: now + 5,
      })
    })

    test('leaves the time of the last change alone when nothing changes', async () => {
      const row = { address: address(), attributes: { a: { b: [1] } } }
      const id = await one(row)
      const [outcome] = await upsert([structuredClone(row)], [], now + 9)
      expect(outcome?.outcome).toBe('unchanged')
      expect((await read(id))?.updatedAt).toBe(now)
    })

    test('does not hand out what the caller changes afterwards', async () => {
      const attributes = { a: { b: 1 } }
      const id = await one({ address: address(), attributes })
      attributes.a.b = 2
      expect((await read(id))?.attributes).toEqual({ a: { b: 1 } })
    })

    test('keeps a key that is called like a part of every object as plain data', async () => {
      const attributes = JSON.parse('{"constructor": 1, "toString": {"hasOwnProperty": 2}}')
      const id = await one({ address: address(), attributes })
      const [again] = await upsert([{ address: (await read(id))?.address ?? '', attributes: { valueOf: 3 } }])
      expect(again?.outcome).toBe('updated')
      expect((await read(id))?.attributes).toEqual({ ...attributes, valueOf: 3 })
    })

    test.each(departedStatuses.filter((status) => status !== 'erased'))(
      'never moves a subscriber out of %s by an upsert',
      async (status) => {
        const row = { address: address() }
        const id = await one(row)
        await store().subscribers.setStatus([id], status, now)
        await upsert([{ ...row, status: 'active', name: 'Back' }])
        expect(await read(id)).toMatchObject({ status, name: 'Back' })
      },
    )

    test('takes a status from an upsert for someone who never left', async () => {
      const row = { address: address() }
      const id = await one(row)
      await upsert([{ ...row, status: 'paused' }])
      expect((await read(id))?.status).toBe('paused')
    })

    test('makes every row an active member, except of a list it left', async () => {
      const [list, left] = [await newList(store()), await newList(store())]
      const row = { address: address() }
      const id = await one(row, [list, left])
      await store().subscribers.leave({ id, lists: [left], publicationId: null, now })
      const [again] = await upsert([row], [list, left])
      expect(again?.outcome).toBe('unchanged')
      expect(await membershipIn(id, list)).toBe('active')
      expect(await membershipIn(id, left)).toBe('unsubscribed')
      const third = await newList(store())
      const [joined] = await upsert([row], [third])
      expect(joined?.outcome).toBe('updated')
      expect(await store().subscribers.memberships(id)).toEqual([
        { listId: list, membership: 'active', at: now },
        { listId: left, membership: 'unsubscribed', at: now },
        { listId: third, membership: 'active', at: now },
      ])
    })

    test('writes nothing when one of the lists does not exist', async () => {
      const row = { address: address() }
      const missing = 987_654 as ListId
      await expect(upsert([row], [await newList(store()), missing])).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
      expect(await store().subscribers.byAddress(row.address)).toBeNull()
    })

    test('the same import twice changes nothing', async () => {
      const list = await newList(store())
      const rows = Array.from({ length: 200 }, () => ({ address: address(), attributes: { n: 1 } }))
      const first = await upsert(rows, [list])
      const second = await upsert(rows, [list])
      expect(second).toEqual(first.map(({ id }) => ({ id, outcome: 'unchanged' })))
      expect(await store().subscribers.count({ list })).toBe(200)
    })

    test('two imports of the same rows at once make each of them once', async () => {
      const list = await newList(store())
      const rows = Array.from({ length: 50 }, () => ({ address: address() }))
      const [a, b] = await Promise.all([upsert(rows, [list]), upsert(rows, [list])])
      expect(a.map((row) => row.id)).toEqual(b.map((row) => row.id))
      const created = [...a, ...b].filter((row) => row.outcome === 'created')
      expect(created).toHaveLength(50)
    })

    test('gets rows in the order of the ids, unknown ones left out', async () => {
      const [a, b] = await newPeople(store(), 2, [])
      const rows = await store().subscribers.get([b, 999_999_999, a] as SubscriberId[])
      expect(rows.map((row) => row.id)).toEqual([b, a])
    })

    test('finds by address', async () => {
      const row = { address: address() }
      const id = await one(row)
      expect((await store().subscribers.byAddress(row.address))?.id).toBe(id)
      expect(await store().subscribers.byAddress('nobody@example.org')).toBeNull()
    })

    test('pages in id order without gaps or repeats, and ends with null', async () => {
      const list = await newList(store())
      const ids = await newPeople(store(), 7, [list])
      const seen: number[] = []
      let after: number | null = 0
      let pages = 0
      while (after !== null) {
        const page: Awaited<ReturnType<ReturnType<typeof store>['subscribers']['page']>> =
          await store().subscribers.page({ after, limit: 3, list })
        seen.push(...page.rows.map((row) => row.id))
        after = page.next
        pages += 1
      }
      expect(seen).toEqual(ids)
      expect(pages).toBe(3)
      const exact = await store().subscribers.page({ after: 0, limit: 7, list })
      expect(exact.next).toBeNull()
    })

    test('filters by status and by active membership, and counts alike', async () => {
      const list = await newList(store())
      const [a, b, c] = (await newPeople(store(), 3, [list])) as [SubscriberId, SubscriberId, SubscriberId]
      await store().subscribers.setStatus([b], 'bounced', now)
      await store().subscribers.leave({ id: c, lists: [list], publicationId: null, now })
      const page = await store().subscribers.page({ after: 0, limit: 10, list, status: 'active' })
      expect(page.rows.map((row) => row.id)).toEqual([a])
      expect(await store().subscribers.count({ list })).toBe(2)
      expect(await store().subscribers.count({ list, status: 'active' })).toBe(1)
      expect(await store().subscribers.count({ list, status: 'bounced' })).toBe(1)
      const everyone = await store().subscribers.count({})
      expect(await store().subscribers.count({ status: 'active' })).toBeLessThan(everyone)
    })

    test('searches address and name, whatever the case, taking wildcards as letters', async () => {
      const list = await newList(store())
      const word = fresh('needle')
      const rows = [
        { address: `${word}@example.org` },
        { address: address(), name: `Ärger ${word.toUpperCase()}` },
        { address: address(), name: '100%_sure\\' },
        { address: address(), name: 'Jose\u0301' },
        { address: address(), name: 'other' },
      ]
      const [a, b, c, d] = (await upsert(rows, [list])).map((row) => row.id)
      const search = async (text: string) =>
        (await store().subscribers.page({ after: 0, limit: 10, list, search: text })).rows.map(
          (row) => row.id,
        )
      expect(await search(word.toUpperCase())).toEqual([a, b])
      expect(await search('äRGER')).toEqual([b])
      // Composed or not, it is one name.
      expect(await search('JOSÉ')).toEqual([d])
      expect(await search('0%_S')).toEqual([c])
      expect(await search('sure\\')).toEqual([c])
      expect(await search('%')).toEqual([c])
    })

    test('leaving a list ends that membership only, and repeating it changes nothing', async () => {
      const [list, other] = [await newList(store()), await newList(store())]
      const [id] = (await newPeople(store(), 1, [list, other])) as [SubscriberId]
      const leave = () => store().subscribers.leave({ id, lists: [list], publicationId: null, now: now + 3 })
      expect(await leave()).toEqual({ changed: true })
      expect(await leave()).toEqual({ changed: false })
      expect(await membershipIn(id, list)).toBe('unsubscribed')
      expect(await membershipIn(id, other)).toBe('active')
      expect((await read(id))?.status).toBe('active')
    })

    test('leaving everything unsubscribes the person and every membership', async () => {
      const list = await newList(store())
      const [id] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      const leave = () => store().subscribers.leave({ id, lists: 'all', publicationId: null, now })
      expect(await leave()).toEqual({ changed: true })
      expect(await leave()).toEqual({ changed: false })
      expect((await read(id))?.status).toBe('unsubscribed')
      expect(await membershipIn(id, list)).toBe('unsubscribed')
    })

    test('leaving a list one is not in, or as nobody, changes nothing', async () => {
      const list = await newList(store())
      const [id] = (await newPeople(store(), 1, [])) as [SubscriberId]
      const request = { lists: [list], publicationId: null, now }
      expect(await store().subscribers.leave({ ...request, id })).toEqual({ changed: false })
      const nobody = 987_654_321 as SubscriberId
      expect(await store().subscribers.leave({ ...request, id: nobody, lists: 'all' })).toEqual({
        changed: false,
      })
    })

    test('leaving says more than a bounce and less than a complaint', async () => {
      const [bounced, complained] = (await newPeople(store(), 2, [])) as [SubscriberId, SubscriberId]
      await store().subscribers.setStatus([bounced], 'bounced', now)
      await store().subscribers.setStatus([complained], 'complained', now)
      for (const id of [bounced, complained])
        await store().subscribers.leave({ id, lists: 'all', publicationId: null, now })
      expect((await read(bounced))?.status).toBe('unsubscribed')
      expect((await read(complained))?.status).toBe('complained')
    })

    test('one event tells which publication led to leaving, and only if something changed', async () => {
      const list = await newList(store())
      const [id] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      const publicationId = await startRun(store(), { listIds: [list], channel: 'post' })
      const request = { id, lists: 'all' as const, publicationId, now: now + 7 }
      await store().subscribers.leave(request)
      await store().subscribers.leave(request)
      const { rows } = await store().events.page({ after: 0, limit: 10, subscriberId: id })
      expect(rows).toMatchObject([
        { publicationId, subscriberId: id, channel: 'post', type: 'unsubscribed', at: now + 7 },
      ])
    })

    test('an operator sets any status, also back from having left', async () => {
      const [a, b] = (await newPeople(store(), 2, [])) as [SubscriberId, SubscriberId]
      expect(await store().subscribers.setStatus([a, b], 'unsubscribed', now)).toBe(2)
      expect(await store().subscribers.setStatus([a, b], 'unsubscribed', now)).toBe(0)
      expect(await store().subscribers.setStatus([a], 'active', now + 1)).toBe(1)
      expect(await read(a)).toMatchObject({ status: 'active', updatedAt: now + 1 })
    })

    test('removing a list ends its memberships', async () => {
      const list = await newList(store())
      const [id] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      expect(await store().lists.remove(list)).toBe(true)
      expect(await store().subscribers.memberships(id)).toEqual([])
    })
  })
}
