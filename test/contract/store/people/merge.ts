import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListId } from '../../../../engine/model/ids.ts'
import { type Membership, memberships } from '../../../../engine/model/list.ts'
import { subscriberInputSchema } from '../../../../engine/model/subscriber.ts'
import { mergeRules, type SubscriberRow, type UpsertOptions } from '../../../../engine/ports/subscribers.ts'
import {
  fresh,
  handOver,
  intent,
  mustLease,
  newList,
  newPeople,
  now,
  type OpenStore,
  planAll,
  startRun,
  useStore,
} from '../fixtures.ts'

const statuses = subscriberInputSchema.shape.status.unwrap().options
const departed = ['unsubscribed', 'bounced', 'complained'] as const

export function testMerge(open: OpenStore): void {
  describe('merging', () => {
    const store = useStore(open)
    const address = () => `${fresh('merge')}@example.org`
    const upsert = (rows: readonly SubscriberRow[], options: Partial<UpsertOptions> = {}) =>
      store().subscribers.upsert(rows, { lists: [], now, ...options })
    const read = (known: string) => store().subscribers.byAddress(known)
    const listsOf = async (known: string) =>
      (await store().subscribers.memberships((await read(known))!.id)).map(({ listId, membership, at }) => [
        listId,
        membership,
        at,
      ])

    test('fill fills what is empty and nothing else', async () => {
      const known = address()
      await upsert([
        { address: known, language: 'de', attributes: { a: 1, b: '', c: null }, topics: { x: 0.5 } },
      ])
      const row: SubscriberRow = {
        address: known,
        name: 'New',
        language: 'fr',
        timeZone: 'UTC',
        status: 'paused',
        attributes: { a: 2, b: 'now', c: 3, d: 4 },
        topics: { x: 1, y: 0.2 },
      }
      const [outcome] = await upsert([row], { merge: 'fill' })
      expect(outcome?.outcome).toBe('updated')
      expect(await read(known)).toMatchObject({
        name: 'New',
        language: 'de',
        timeZone: 'UTC',
        status: 'active',
        attributes: { a: 1, b: 'now', c: 3, d: 4 },
        topics: { x: 0.5, y: 0.2 },
      })
      expect((await upsert([row], { merge: 'fill' }))[0]?.outcome).toBe('unchanged')
    })

    test.each(departed)('fill takes it that somebody is %s elsewhere', async (status) => {
      const known = address()
      await upsert([{ address: known }])
      await upsert([{ address: known, status }], { merge: 'fill' })
      expect(await read(known)).toMatchObject({ status })
    })

    test('keep touches nobody who is known, and takes those who are not', async () => {
      const [list, known, other] = [await newList(store()), address(), address()]
      await upsert([{ address: known, name: 'A' }])
      const before = await read(known)
      const rows: SubscriberRow[] = [
        { address: known, name: 'B', status: 'unsubscribed', attributes: { a: 1 } },
        { address: other, name: 'O' },
      ]
      const outcomes = await upsert(rows, { merge: 'keep', lists: [list], now: now + 5 })
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unchanged', 'created'])
      expect(await read(known)).toEqual(before)
      expect(await listsOf(known)).toEqual([])
      expect(await listsOf(other)).toEqual([[list, 'active', now + 5]])
    })

    test.each(mergeRules)('%s brings nobody back who left', async (merge) => {
      const [list, known] = [await newList(store()), address()]
      await upsert([{ address: known }], { lists: [list] })
      const { id } = (await read(known))!
      await store().subscribers.leave({ id, lists: 'all', publicationId: null, now })
      await upsert([{ address: known, status: 'active' }], { merge, lists: [list] })
      const memberships = [{ listId: list, membership: 'active' as const, at: null }]
      await upsert([{ address: known, status: 'active', memberships }], { merge })
      expect(await read(known)).toMatchObject({ status: 'unsubscribed' })
      expect(await listsOf(known)).toEqual([[list, 'unsubscribed', now]])
    })

    test('keeps times of their own for new people and their memberships', async () => {
      const [one, two, known] = [await newList(store()), await newList(store()), address()]
      const row: SubscriberRow = {
        address: known,
        createdAt: 1000,
        updatedAt: 2000,
        memberships: [
          { listId: one, membership: 'active', at: 3000 },
          { listId: two, membership: 'unsubscribed', at: null },
        ],
      }
      await upsert([row], { lists: [two] })
      expect(await read(known)).toMatchObject({ createdAt: 1000, updatedAt: 2000 })
      // Who left a list by the row's own word does not join it with the others.
      expect(await listsOf(known)).toEqual([
        [one, 'active', 3000],
        [two, 'unsubscribed', now],
      ])
      expect((await upsert([{ ...row, createdAt: 5 }]))[0]?.outcome).toBe('unchanged')
      expect(await read(known)).toMatchObject({ createdAt: 1000 })
    })

    test('refuses memberships of lists that are not there', async () => {
      const memberships = [{ listId: 999_999 as ListId, membership: 'active' as const, at: null }]
      const known = address()
      await expect(upsert([{ address: known, memberships }])).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
      expect(await read(known)).toBeNull()
    })

    test('tells memberships of many at once', async () => {
      const lists = [await newList(store()), await newList(store())]
      const [a, b] = await newPeople(store(), 2, lists)
      const [c] = await newPeople(store(), 1, [])
      expect(await store().subscribers.membershipsOf([b!, a!, c!])).toEqual(
        [a, b].flatMap((id) => lists.map((listId) => ({ id, listId, membership: 'active', at: now }))),
      )
      expect(await store().subscribers.membershipsOf([])).toEqual([])
    })

    test('is foreseen exactly by a look, which changes nothing', async () => {
      const lists = [await newList(store()), await newList(store())]
      const everyone = Array.from({ length: 4 }, address)
      const row = fc
        .record(
          {
            address: fc.constantFrom(...everyone),
            name: fc.constantFrom('A', 'B', '', null),
            language: fc.constantFrom('de', 'fr', null),
            status: fc.constantFrom(...statuses),
            attributes: fc.dictionary(fc.constantFrom('p', 'q'), fc.constantFrom(1, '', null)),
            topics: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(0, 1)),
            memberships: fc.array(
              fc.record({
                listId: fc.constantFrom(...lists),
                membership: fc.constantFrom<Membership>(...memberships),
                at: fc.constant(null),
              }),
              { maxLength: 3 },
            ),
          },
          { requiredKeys: ['address'] },
        )
        .map((made) => made as SubscriberRow)
      const fieldsOf = async () => Promise.all(everyone.map(async (known) => [await read(known)]))
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { minLength: 1, maxLength: 6 }),
          fc.constantFrom(...mergeRules),
          fc.subarray(lists),
          async (rows, merge, joined) => {
            const options = { merge, lists: joined, now }
            const before = await fieldsOf()
            const looks = await store().subscribers.look(rows, options)
            expect(await fieldsOf()).toEqual(before)
            const done = await upsert(rows, options)
            expect(looks.map(({ outcome }) => outcome)).toEqual(done.map(({ outcome }) => outcome))
            for (const [index, { address: known }] of rows.entries())
              if (!rows.slice(index + 1).some((later) => later.address === known))
                expect(await read(known)).toMatchObject(looks[index]!.after)
          },
        ),
        { numRuns: 60 },
      )
    })
  })

  describe('a suppressed domain', () => {
    const store = useStore(open)

    test('keeps letters from every address at it, and from no other', async () => {
      const host = `${fresh('host')}.example`
      await store().suppressions.add([{ address: `@${host}`, reason: 'manual', detail: null }], now)
      const list = await newList(store())
      const rows = [`a@${host}`, `a@sub.${host}`, `a@x${host}`].map((address) => ({ address }))
      const ids = (await store().subscribers.upsert(rows, { lists: [list], now })).map(({ id }) => id)
      const run = await startRun(store(), { listIds: [list] })
      await planAll(store(), run)
      const lease = await mustLease(store(), run)
      const granted = await handOver(
        store(),
        lease,
        ids.map((id) => intent(id)),
      )
      expect(granted).toEqual(ids.slice(1))
      expect(await store().deliveries.get(run, ids[0]!)).toMatchObject({
        state: 'suppressed',
        code: 'manual',
      })
    })
  })
}
