import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../../../engine/model/delivery.ts'
import type { Page, PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { SubscriptionSettings } from '../../../../engine/ports/subscriptions.ts'
import {
  fresh,
  handOver,
  intent,
  moveRun,
  mustLease,
  newPeople,
  newRun,
  now,
  type OpenStore,
  send,
  settlement,
  useStore,
} from '../fixtures.ts'

export function testDeliveries(open: OpenStore): void {
  describe('deliveries', () => {
    const store = useStore(open)

    test('recipients: one JSON array a person found, in id order, each once', async () => {
      const rows = [
        {
          address: `${fresh('r')}@example.org`,
          name: 'Zoë "Q" \\ \u2028\n',
          language: 'de',
          timeZone: 'UTC',
          attributes: { nested: { a: [1.5, true, null, '"'] }, big: 9007199254740991 },
          topics: { x: 0.1 },
        },
        { address: `${fresh('r')}@example.org` },
      ]
      const [a, b] = (await store().subscribers.upsert(rows, { lists: [], now })).map((row) => row.id)
      const text = await store().deliveries.recipients([b, 999_999_999, a, b] as SubscriberId[])
      const [first, second] = rows
      expect(JSON.parse(text)).toEqual([
        [a, first?.address, first?.name, 'de', 'UTC', first?.attributes, first?.topics, 'unknown', null],
        [b, second?.address, null, null, null, {}, {}, 'unknown', null],
      ])
      expect(await store().deliveries.recipients([])).toBe('[]')
    })

    test('recipients: what each one allows of tracking, as it is now', async () => {
      const people = await newPeople(store(), 3, [])
      const tracking = async () =>
        (JSON.parse(await store().deliveries.recipients(people)) as unknown[][]).map((row) => row[7])
      const say = (id: SubscriberId, settings: Partial<SubscriptionSettings>) =>
        store().subscriptions.persist({
          id,
          from: 'active',
          to: 'active',
          settings: { maxPerWeek: null, tracking: 'unknown', pausedUntil: null, ...settings },
          consents: [],
          now,
        })
      await say(people[0]!, { tracking: 'denied' })
      await say(people[1]!, { tracking: 'granted' })
      await say(people[2]!, { maxPerWeek: 3 })
      expect(await tracking()).toEqual(['denied', 'granted', 'unknown'])
      await say(people[1]!, { tracking: 'denied' })
      expect(await tracking()).toEqual(['denied', 'denied', 'unknown'])
    })

    test('forgetting: rows of what is over and was begun before then, and nothing of the counts', async () => {
      const [over, going] = [await newRun(store(), 3), await newRun(store(), 2)]
      for (const { id, people } of [over, going])
        await send(store(), await mustLease(store(), id), people, 'sent')
      await moveRun(store(), over.id, 'cancelled')
      const rowsOf = async ({ id }: { readonly id: PublicationId }) =>
        (await store().deliveries.page({ publicationId: id, after: 0, limit: 10 })).rows.length
      expect(await store().deliveries.remove({ before: now, limit: 10 })).toBe(0)
      expect(await rowsOf(over)).toBe(3)
      let forgotten = 0
      for (let count = 2; count >= 2; forgotten += count)
        count = await store().deliveries.remove({ before: now + 1, limit: 2 })
      expect(forgotten).toBeGreaterThanOrEqual(3)
      expect(await rowsOf(over)).toBe(0)
      expect(await rowsOf(going)).toBe(2)
      expect(await store().deliveries.counts(over.id)).toMatchObject({ audience: 3, sent: 3, queued: 0 })
      expect(await store().ledger.retry(over.id, { states: ['failed', 'unknown'], now })).toBe(0)
    })

    test('seen: the picks of letters that went out or may have', async () => {
      const { id, people } = await newRun(store(), 6)
      const lease = await mustLease(store(), id)
      const [sent, unknown, handing, failed, none, queued] = people as [
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
        SubscriberId,
      ]
      const withPicks = [sent, unknown, handing, failed].map((one) =>
        intent(one, { picks: new Uint8Array([one % 256, 9]) }),
      )
      await handOver(store(), lease, [...withPicks, intent(none)])
      await store().ledger.settle(
        lease,
        [
          settlement(sent, 'sent'),
          settlement(unknown, 'unknown'),
          settlement(failed, 'failed'),
          settlement(none, 'sent'),
        ],
        now,
      )
      const seen = await store().deliveries.seen([id, 4242 as PublicationId], [queued, ...people])
      const byPerson = new Map(seen.map((row) => [row.subscriberId, [...row.picks]]))
      expect(byPerson).toEqual(new Map([sent, unknown, handing].map((one) => [one, [one % 256, 9]])))
      expect(await store().deliveries.seen([], people)).toEqual([])
      expect(await store().deliveries.seen([id], [])).toEqual([])
    })

    test('seen: one row a publication', async () => {
      const a = await newRun(store(), 1)
      const [person] = a.people as [SubscriberId]
      const b = await newRun(store(), 0, { spec: { listIds: [a.list] } })
      for (const [id, pick] of [
        [a.id, 1],
        [b.id, 2],
      ] as const)
        await handOver(store(), await mustLease(store(), id), [
          intent(person, { picks: new Uint8Array([pick]) }),
        ])
      const seen = await store().deliveries.seen([a.id, b.id], [person])
      expect(seen.map((row) => row.picks[0] ?? 0).sort((a, b) => a - b)).toEqual([1, 2])
    })

    test('there is no row of who is queued', async () => {
      const { id, people } = await newRun(store(), 1)
      expect(await store().deliveries.get(id, people[0] as SubscriberId)).toBeNull()
    })

    test('pages by subscriber, by state', async () => {
      const { id, people } = await newRun(store(), 6, { chunkSize: 3 })
      const states = ['sent', 'failed', 'sent', 'skipped', 'failed', 'handing'] as const
      for (const seq of [1, 0]) {
        const lease = await mustLease(store(), id, seq)
        for (const { subscriberId } of lease.work.toReversed()) {
          const state = states[people.indexOf(subscriberId)] ?? 'sent'
          await handOver(store(), lease, [
            intent(subscriberId, { state: state === 'skipped' ? 'skipped' : 'handing' }),
          ])
          if (state === 'sent' || state === 'failed')
            await store().ledger.settle(lease, [settlement(subscriberId, state)], now)
        }
      }
      const all = async (state?: Delivery['state']) => {
        const found: Delivery[] = []
        for (let after: number | null = 0; after !== null; ) {
          const query = { publicationId: id, after, limit: 2, ...(state === undefined ? {} : { state }) }
          const page: Page<Delivery> = await store().deliveries.page(query)
          found.push(...page.rows)
          after = page.next
        }
        return found.map((row) => people.indexOf(row.subscriberId))
      }
      expect(await all()).toEqual([0, 1, 2, 3, 4, 5])
      expect(await all('sent')).toEqual([0, 2])
      expect(await all('failed')).toEqual([1, 4])
      expect(await all('skipped')).toEqual([3])
      expect(await all('handing')).toEqual([5])
      expect(await all('unknown')).toEqual([])
    })

    test('says why letters are in a state, the most frequent reason first', async () => {
      const { id, people } = await newRun(store(), 7)
      const lease = await mustLease(store(), id)
      const of = people as SubscriberId[]
      await handOver(store(), lease, [
        ...of.slice(0, 6).map((one) => intent(one)),
        intent(of[6]!, { state: 'skipped', code: 'too_few_items' }),
      ])
      const failed = (one: SubscriberId, code: string, detail: string) => ({
        ...settlement(one, 'failed'),
        code,
        detail,
      })
      await store().ledger.settle(
        lease,
        [
          failed(of[0]!, '550', 'No such user here'),
          failed(of[1]!, '552', 'Mailbox full'),
          failed(of[2]!, '552', 'Mailbox is full'),
          failed(of[3]!, '5.1.1', 'Unknown'),
          settlement(of[4]!, 'sent'),
          settlement(of[5]!, 'unknown'),
        ],
        now,
      )
      const reasons = (state: 'failed' | 'skipped' | 'unknown', limit = 10) =>
        store().deliveries.reasons({ publicationId: id, state, limit })
      expect(await reasons('failed')).toEqual([
        { code: '552', count: 2, example: 'Mailbox full' },
        { code: '5.1.1', count: 1, example: 'Unknown' },
        { code: '550', count: 1, example: 'No such user here' },
      ])
      expect(await reasons('failed', 1)).toHaveLength(1)
      expect(await reasons('skipped')).toMatchObject([{ code: 'too_few_items', count: 1 }])
      expect(await reasons('unknown')).toMatchObject([{ count: 1 }])
      const none = { publicationId: 4242 as PublicationId, state: 'failed', limit: 10 } as const
      expect(await store().deliveries.reasons(none)).toEqual([])
    })

    test('what is unknown counts nothing', async () => {
      const counts = await store().deliveries.counts(4242 as PublicationId)
      expect(Object.values(counts).every((count) => count === 0)).toBe(true)
    })

    test('an audience of no lists is empty', async () => {
      await newPeople(store(), 1, [])
      const page = await store().deliveries.audience({ lists: [], excludeLists: [], after: 0, limit: 5 })
      expect(page).toEqual({ rows: [], next: null })
    })
  })
}
