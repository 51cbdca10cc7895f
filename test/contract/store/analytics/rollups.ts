import { describe, expect, test } from 'vitest'
import { bareProof } from '../../../../engine/model/consent.ts'
import type { NewDeliveryEvent } from '../../../../engine/model/event.ts'
import type { EventId, PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { binOf, dayMs, dayOf, monthOf } from '../../../../engine/model/rollup.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { fresh, newPeople, now, type OpenStore, startRun, useStore } from '../fixtures.ts'
import { expectExact, numbersOf, sorted } from './numbers.ts'
import { eventsOf } from './raw.ts'
import { nextStep, rollUp } from './roll.ts'

export const eventOf = (
  publicationId: PublicationId,
  subscriberId: SubscriberId,
  fields: Partial<NewDeliveryEvent> = {},
): NewDeliveryEvent => ({
  publicationId,
  subscriberId,
  channel: 'smtp',
  type: 'opened',
  at: now,
  code: null,
  detail: null,
  class: 'human',
  ...fields,
})

export async function newScene(store: Store, count: number) {
  const publicationId = await startRun(store, {})
  const people = await newPeople(store, count, [])
  return { publicationId, people, first: people[0]!, second: people[1]! }
}

export function testRollups(open: OpenStore): void {
  describe('rollups', () => {
    const store = useStore(open)
    const readsOf = async (id: PublicationId) =>
      (await store().analytics.people({ publicationIds: [id], dimension: 'all' })).filter(
        ({ class: by }) => by === 'human',
      )

    test('read on after the cursor, in the order of the events, as many as are asked for', async () => {
      const { publicationId, first } = await newScene(store(), 2)
      await rollUp(store())
      const events = [
        eventOf(publicationId, first, { type: 'clicked', class: 'proxy', link: 3 }),
        eventOf(publicationId, first, { type: 'bounced', class: null, detail: 'hard: gone' }),
        eventOf(publicationId, first),
        eventOf(publicationId, first, { class: 'scanner', was: 'human' }),
      ]
      const ids = await store().events.append(events)
      const { cursor, events: next } = await store().rollups.next(2)
      expect(cursor).toBe((await store().analytics.cursor()).rolledTo)
      expect(next).toMatchObject([
        { id: ids[0], publicationId, subscriberId: first, type: 'clicked', at: now, class: 'proxy', link: 3 },
        { id: ids[1], type: 'bounced', class: null, was: null, link: null, detail: 'hard: gone' },
      ])
      expect((await store().rollups.next(9)).events).toMatchObject([
        ...next,
        { id: ids[2], class: 'human', was: null },
        { id: ids[3], class: 'scanner', was: 'human' },
      ])
      await store().rollups.apply(await nextStep(store(), 1))
      expect(await store().analytics.cursor()).toEqual({ rolledTo: ids[0], last: ids[3] })
    })

    test('miss none of the events that many write at once while they are counted', async () => {
      const { publicationId, people } = await newScene(store(), 8)
      const write = people.flatMap((id) =>
        Array.from({ length: 5 }, () => store().events.append([eventOf(publicationId, id)])),
      )
      let all = false
      const written = Promise.all(write).then(() => {
        all = true
      })
      while (!all) await rollUp(store(), 3)
      await written
      await rollUp(store(), 3)
      const [row] = await store().analytics.counts({
        publicationIds: [publicationId],
        dimension: 'all',
        byDay: true,
        byPublication: true,
      })
      expect(row).toMatchObject({ n: 40 })
      expect(await readsOf(publicationId)).toMatchObject([{ people: 8 }])
    })

    test('refuse a step from another cursor whole', async () => {
      const { publicationId, people, first } = await newScene(store(), 5)
      await rollUp(store())
      const events = people.map((id) => eventOf(publicationId, id, { type: 'clicked', link: 1 }))
      await store().events.append([...events, eventOf(publicationId, first, { class: 'prefetch' })])
      const [one, two] = [await nextStep(store(), 4), await nextStep(store(), 6)]
      expect(await store().rollups.apply(one)).toBe(true)
      const needs = { subscribers: people, touches: [], scores: people, active: [] }
      const before = { numbers: await numbersOf(store()), known: await store().rollups.known(needs) }
      expect(await store().rollups.apply(two)).toBe(false)
      expect(await store().rollups.apply(one)).toBe(false)
      expect({ numbers: await numbersOf(store()), known: await store().rollups.known(needs) }).toEqual(before)
      await rollUp(store())
      await expectExact(store())
    })

    test('know what there is of people, and nothing of what there is not', async () => {
      const publicationId = await startRun(store(), {})
      const rows = [{ address: `${fresh('p')}@example.net`, language: 'fr' }]
      const [made] = await store().subscribers.upsert(rows, { lists: [], now })
      const id = made!.id
      const { first: other } = await newScene(store(), 1)
      await store().events.append([eventOf(publicationId, id), eventOf(publicationId, id)])
      await rollUp(store())
      const month = monthOf(now)
      const known = await store().rollups.known({
        subscribers: [id],
        touches: [
          [publicationId, id],
          [publicationId, other],
        ],
        scores: [id, other],
        active: [
          [id, month],
          [id, month - 1],
          [other, month],
        ],
      })
      expect(known).toEqual({
        people: [{ subscriberId: id, domain: 'example.net', language: 'fr', joinedAt: now }],
        touches: [{ publicationId, subscriberId: id, counts: [0, 2] }],
        scores: [await store().analytics.score(id)],
        active: [{ subscriberId: id, month, n: 2 }],
      })
      const scanned = eventOf(publicationId, id, { class: 'scanner', was: 'human' })
      await store().events.append([scanned, scanned])
      await rollUp(store())
      const needs = {
        subscribers: [],
        touches: [[publicationId, id]],
        scores: [id],
        active: [[id, month]],
      } as const
      expect(await store().rollups.known(needs)).toEqual({
        people: [],
        touches: [{ publicationId, subscriberId: id, counts: [3, 2] }],
        scores: [],
        active: [],
      })
    })

    test('keep nothing of those who are erased, and all that they were counted in', async () => {
      const { publicationId, first, second } = await newScene(store(), 2)
      await store().events.append([
        eventOf(publicationId, first, { type: 'clicked', link: 1 }),
        eventOf(publicationId, second),
      ])
      await rollUp(store())
      const before = await numbersOf(store())
      const bin = binOf((await store().analytics.score(first))!.log2!)
      // Erased while a step that keeps something of them is under way.
      await store().events.append([eventOf(publicationId, first), eventOf(publicationId, second)])
      const step = await nextStep(store(), 10)
      const proof = bareProof('system', now)
      await store().subscriptions.erase({ id: first, remember: false, proof, now })
      expect(await store().rollups.apply(step)).toBe(false)

      const { bins, ...numbers } = await numbersOf(store())
      const { bins: binsBefore, ...numbersBefore } = before
      expect(numbers).toEqual(numbersBefore)
      const less = binsBefore.map((row) => (row.bin === bin ? { bin, people: row.people - 1 } : row))
      expect(bins).toEqual(less.filter(({ people }) => people > 0))
      await rollUp(store())
      const known = await store().rollups.known({
        subscribers: [first],
        touches: [[publicationId, first]],
        scores: [first],
        active: [[first, monthOf(now)]],
      })
      expect(known).toMatchObject({ people: [{ domain: '' }], touches: [], scores: [], active: [] })
      // Their events count on; nobody is counted for them any more.
      const readers = before.people.filter(isOf(publicationId))
      expect(sorted(await readsOf(publicationId))).toEqual(readers)
      const opened = await store().analytics.counts({
        publicationIds: [publicationId],
        dimension: 'domain',
        byDay: false,
        byPublication: true,
      })
      expect(opened.map(({ value, type, n }) => `${value} ${type} ${n}`).toSorted()).toEqual([
        ' opened 1',
        'example.org clicked 1',
        'example.org opened 2',
      ])
    })

    test('begin again at the first event that is still there', async () => {
      const { publicationId, first } = await newScene(store(), 2)
      await store().events.append([
        eventOf(publicationId, first, { at: now - 900 * dayMs }),
        eventOf(publicationId, first),
      ])
      await rollUp(store())
      await store().rollups.reset()
      expect((await store().analytics.cursor()).rolledTo).toBe(0)
      const { bins, ...none } = await numbersOf(store())
      expect([...Object.values(none), bins].flat()).toEqual([])
      for (let gone = 1; gone > 0; )
        gone = await store().events.remove({ before: Number.MAX_SAFE_INTEGER, limit: 100 })
      expect(await eventsOf(store())).toEqual([])
      await store().events.append([eventOf(publicationId, first, { at: now + 1 })])
      await rollUp(store())
      await expectExact(store())
      expect(await readsOf(publicationId)).toMatchObject([{ people: 1 }])
    })

    test('forget who did what with old publications, and keep the numbers', async () => {
      await rollUp(store())
      const { publicationId, people, first } = await newScene(store(), 3)
      await store().events.append(people.map((id) => eventOf(publicationId, id, { at: now - 40 * dayMs })))
      await rollUp(store())
      const before = await numbersOf(store())
      const month = monthOf(now - 40 * dayMs)
      const needs = {
        subscribers: [],
        touches: people.map((id) => [publicationId, id] as const),
        scores: [],
        active: people.map((id) => [id, month] as const),
      }
      // What is not older stays.
      while ((await store().rollups.forget({ before: now - 40 * dayMs, limit: 100 })) === 100);
      expect(await store().rollups.known(needs)).toMatchObject({
        touches: { length: 3 },
        active: { length: 3 },
      })
      const forgetAll = async (before: number) => {
        let rows = 0
        for (let some = 2; some === 2; rows += some) some = await store().rollups.forget({ before, limit: 2 })
        return rows
      }
      // The month was over, the publication is of this very moment.
      expect(await forgetAll(now)).toBeGreaterThanOrEqual(3)
      expect(await store().rollups.known(needs)).toMatchObject({ touches: { length: 3 }, active: [] })
      expect(await forgetAll(now + 1)).toBeGreaterThanOrEqual(3)
      expect(await store().rollups.known(needs)).toMatchObject({ touches: [], active: [] })
      expect(await numbersOf(store())).toEqual(before)
      // A correction of what was forgotten takes nobody else away.
      await store().events.append([
        eventOf(publicationId, first, { at: now - 40 * dayMs, class: 'scanner', was: 'human' }),
        eventOf(publicationId, first, { at: now - 40 * dayMs }),
      ])
      await rollUp(store())
      expect((await store().rollups.known(needs)).touches).toMatchObject([{ counts: [0, 1, 3, 1] }])
    })

    test('say of a store without events that there are none', async () => {
      const { store: empty, close } = await open()
      try {
        expect(await empty.rollups.next(5)).toEqual({ cursor: 0, events: [] })
        expect(await empty.analytics.cursor()).toEqual({ rolledTo: 0, last: 0 })
        expect(await empty.analytics.scores()).toEqual([])
        expect(await rollUp(empty)).toBe(0)
        const step = await nextStep(empty, 5)
        expect(await empty.rollups.apply({ ...step, to: 7 as EventId })).toBe(true)
        expect(await empty.rollups.apply(step)).toBe(false)
        expect(dayOf(now)).toBe(Math.floor(now / dayMs))
      } finally {
        await close()
      }
    })
  })
}

const isOf =
  (publicationId: PublicationId) =>
  (row: { readonly publicationId: PublicationId; readonly dimension: string; readonly class: string }) =>
    row.publicationId === publicationId && row.dimension === 'all' && row.class === 'human'
