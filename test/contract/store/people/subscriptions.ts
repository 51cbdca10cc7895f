import { describe, expect, test } from 'vitest'
import { bareProof, type Consent, type Proof } from '../../../../engine/model/consent.ts'
import type { ListId, SubscriberId } from '../../../../engine/model/ids.ts'
import { type SubscriberStatus, subscriberStatuses } from '../../../../engine/model/subscriber.ts'
import {
  eventOfStatus,
  forcedStatus,
  nextStatus,
  operatorStatuses,
} from '../../../../engine/model/subscription.ts'
import type { SubscriptionChange } from '../../../../engine/ports/subscriptions.ts'
import {
  countsOf,
  fresh,
  handOver,
  intent,
  longMs,
  mustLease,
  newList,
  newPeople,
  newRun,
  now,
  type OpenStore,
  settlement,
  useStore,
} from '../fixtures.ts'

const dayMs = 86_400_000
const proof: Proof = {
  source: 'form',
  at: now,
  ip: '192.0.2.7',
  userAgent: 'Browser 1',
  origin: 'https://example.org/join',
  words: 'I want letters',
}

export function testSubscriptions(open: OpenStore): void {
  describe('subscriptions', () => {
    const store = useStore(open)
    const address = () => `${fresh('someone')}@example.org`
    const person = async (status: SubscriberStatus = 'active', lists: readonly ListId[] = []) => {
      const [id] = (await newPeople(store(), 1, lists)) as [SubscriberId]
      if (status === 'erased') await erase(id)
      else if (status !== 'active') await store().subscribers.setStatus([id], status, now)
      return id
    }
    const read = async (id: SubscriberId) => (await store().subscribers.get([id]))[0]!
    const consents = async (id: SubscriberId): Promise<readonly Consent[]> =>
      (await store().consents.page({ subscriberId: id, after: 0, limit: 100 })).rows
    const erase = (id: SubscriberId, remember = true) =>
      store().subscriptions.erase({ id, remember, proof, now })
    const persist = (change: Partial<SubscriptionChange> & Pick<SubscriptionChange, 'id'>) =>
      store().subscriptions.persist({
        from: 'active',
        to: 'active',
        consents: [{ ...proof, kind: 'join', lists: [] }],
        now,
        ...change,
      })
    const membershipIn = async (id: SubscriberId, list: ListId) =>
      (await store().subscribers.memberships(id)).find((row) => row.listId === list)?.membership

    describe('bulk paths move as the table says', () => {
      test.each(subscriberStatuses)('from %s', async (from) => {
        for (const wanted of operatorStatuses) {
          const id = await person(from)
          await store().subscribers.upsert([{ address: (await read(id)).address, status: wanted }], {
            lists: [],
            now,
          })
          const event = eventOfStatus(wanted)
          const departed = ['unsubscribed', 'bounced', 'complained', 'erased'].includes(from)
          const moved = departed || event === null ? null : nextStatus(from, event)
          expect((await read(id)).status, `upsert ${wanted}`).toBe(moved ?? from)

          const set = await person(from)
          await store().subscribers.setStatus([set], wanted, now)
          expect((await read(set)).status, `set ${wanted}`).toBe(forcedStatus(from, wanted) ?? from)
        }
        const left = await person(from)
        await store().subscribers.leave({ id: left, lists: 'all', publicationId: null, now })
        expect((await read(left)).status, 'leave').toBe(nextStatus(from, 'unsubscribe'))
      })

      test('a bad address found by a campaign bounces who can, with its proof', async () => {
        const { id, people } = await newRun(store(), 3)
        const lease = await mustLease(store(), id)
        await handOver(
          store(),
          lease,
          people.map((one) => intent(one)),
        )
        const [a, b, c] = people as [SubscriberId, SubscriberId, SubscriberId]
        await store().subscribers.leave({ id: b, lists: 'all', publicationId: null, now })
        await erase(c)
        const detail = '550 5.1.1 <someone@example.org> unknown'
        await store().ledger.settle(
          lease,
          people.map((one) => settlement(one, 'failed', { code: '550', detail, suppress: true })),
          now,
        )
        const statuses = (await store().subscribers.get([a, b, c])).map((row) => row.status)
        expect(statuses).toEqual(['bounced', 'unsubscribed', 'erased'])
        expect((await consents(a)).at(-1)).toMatchObject({
          kind: 'bounce',
          from: 'active',
          to: 'bounced',
          source: 'provider',
        })
        // What a server says of the erased is not kept, and their placeholder is no address to suppress.
        expect((await store().deliveries.get(id, a))?.detail).toBe(detail)
        expect((await store().deliveries.get(id, c))?.detail).toBeNull()
        const { rows } = await store().events.page({ after: 0, limit: 10, subscriberId: c })
        expect(rows).toMatchObject([{ type: 'failed', detail: null }])
        expect(await store().suppressions.byAddress([`erased:${c}`])).toEqual([])
      })
    })

    describe('every way in and out is a consent event', () => {
      test('an import writes one for each new subscriber, with its file', async () => {
        const list = await newList(store())
        const file: Proof = { ...bareProof('import', now), origin: 'people.csv' }
        const rows = Array.from({ length: 123 }, () => ({ address: address() }))
        const outcomes = await store().subscribers.upsert(rows, { lists: [list], now, proof: file })
        for (const { id } of [outcomes[0]!, outcomes[60]!, outcomes[122]!])
          expect(await consents(id)).toEqual([
            { ...file, subscriberId: id, seq: 1, kind: 'signUp', from: null, to: 'active', lists: [list] },
          ])
        const again = await store().subscribers.upsert(rows, { lists: [list], now, proof: file })
        expect(await consents(again[0]!.id)).toHaveLength(1)
      })

      test('one row twice in a batch is new once, and then what it became', async () => {
        const row = { address: address() }
        const [first] = await store().subscribers.upsert([row, { ...row, status: 'paused' }], {
          lists: [],
          now,
        })
        expect((await consents(first!.id)).map(({ seq, kind, to }) => [seq, kind, to])).toEqual([
          [1, 'signUp', 'active'],
          [2, 'pause', 'paused'],
        ])
      })

      test('joining, leaving lists, leaving all and an operator’s word, each with what it moved', async () => {
        const [list, other] = [await newList(store()), await newList(store())]
        const id = await person('active', [list])
        const row = await read(id)
        await store().subscribers.upsert([{ address: row.address }], { lists: [list, other], now, proof })
        await store().subscribers.leave({ id, lists: [other], publicationId: null, now, proof })
        await store().subscribers.leave({ id, lists: 'all', publicationId: null, now, proof })
        await store().subscribers.leave({ id, lists: 'all', publicationId: null, now, proof })
        await store().subscribers.setStatus([id], 'active', now, bareProof('cli', now))
        expect(
          (await consents(id))
            .slice(1)
            .map(({ kind, from, to, lists, source }) => [kind, from, to, lists, source]),
        ).toEqual([
          ['join', 'active', 'active', [other], 'form'],
          ['leave', 'active', 'active', [other], 'form'],
          ['unsubscribe', 'active', 'unsubscribed', [list], 'form'],
          ['setStatus', 'unsubscribed', 'active', [], 'cli'],
        ])
      })

      test('values that are too long are cut, and pages follow each other', async () => {
        const id = await person()
        const long = 'x'.repeat(5000)
        await persist({
          id,
          settings: { maxPerWeek: 2 },
          consents: [{ ...proof, userAgent: long, words: long, kind: 'frequency', lists: [] }],
        })
        const first = await store().consents.page({ subscriberId: id, after: 0, limit: 1 })
        const second = await store().consents.page({ subscriberId: id, after: first.next!, limit: 1 })
        expect(second.rows[0]?.userAgent).toHaveLength(400)
        expect(second.rows[0]?.words).toHaveLength(2000)
        expect(second.next).toBeNull()
      })

      test('retention takes address and program out, in batches, and leaves the rest', async () => {
        const id = await person()
        const old = { ...proof, subscriberId: id, kind: 'ask', from: null, to: 'active', lists: [] } as const
        await store().consents.append([
          { ...old, at: now - 10 * dayMs },
          { ...old, at: now - 9 * dayMs },
          { ...old, at: now },
        ])
        const before = now - dayMs
        expect(await store().consents.forget({ before, limit: 1 })).toBe(1)
        expect(await store().consents.forget({ before, limit: 5 })).toBe(1)
        expect(await store().consents.forget({ before, limit: 5 })).toBe(0)
        expect(
          (await consents(id)).map(({ ip, userAgent, words }) => [ip, userAgent, words]).slice(1),
        ).toEqual([
          [null, null, 'I want letters'],
          [null, null, 'I want letters'],
          ['192.0.2.7', 'Browser 1', 'I want letters'],
        ])
        // Later tests of this store see none of these.
        await store().consents.forget({ before: now + 1, limit: 1000 })
      })
    })

    describe('a decision', () => {
      test('is written whole: status, fields, settings, memberships, mail and consent', async () => {
        const [on, asked, off] = [await newList(store()), await newList(store()), await newList(store())]
        const { id, created } = await store().subscriptions.begin(
          { address: address(), name: 'A', attributes: { a: 1 } },
          now,
        )
        expect(created).toBe(true)
        expect((await read(id)).status).toBe('unconfirmed')
        await store().subscribers.upsert([{ address: (await read(id)).address }], { lists: [off], now })
        const notice = {
          subscriberId: id,
          kind: 'confirm',
          askedAt: now,
          expiresAt: now + dayMs,
          dueAt: now,
          lists: [asked],
          fields: { name: 'B' },
        } as const
        const done = await persist({
          id,
          from: 'unconfirmed',
          fields: { language: 'de', attributes: { b: 2 }, topics: { x: 1 } },
          settings: { tracking: 'denied', maxPerWeek: 3 },
          join: [on],
          ask: [asked],
          leave: [off],
          notice,
          consents: [{ ...proof, kind: 'signUp', lists: [on] }],
        })
        expect(done).toEqual({ status: 'done', changed: true })
        expect(await read(id)).toMatchObject({
          status: 'active',
          name: 'A',
          language: 'de',
          attributes: { a: 1, b: 2 },
          topics: { x: 1 },
        })
        expect(await store().subscriptions.settings(id)).toEqual({
          maxPerWeek: 3,
          tracking: 'denied',
          pausedUntil: null,
        })
        expect((await store().subscribers.memberships(id)).map((row) => row.membership)).toEqual([
          'active',
          'unconfirmed',
          'unsubscribed',
        ])
        expect(await store().notices.get(id, 'confirm')).toMatchObject({ ...notice, state: 'due', mail: 0 })
        expect((await consents(id)).at(-1)).toMatchObject({
          ...proof,
          kind: 'signUp',
          from: 'unconfirmed',
          to: 'active',
          lists: [on],
        })
      })

      test('made on a status that is another by now writes nothing', async () => {
        const list = await newList(store())
        const id = await person('unsubscribed')
        const count = (await consents(id)).length
        expect(await persist({ id, join: [list] })).toEqual({ status: 'moved' })
        expect(await store().subscribers.memberships(id)).toEqual([])
        expect(await consents(id)).toHaveLength(count)
      })

      test('that changes nothing leaves no consent', async () => {
        const list = await newList(store())
        const id = await person('active', [list])
        expect(await persist({ id, join: [list] })).toEqual({ status: 'done', changed: false })
        expect(await consents(id)).toHaveLength(1)
      })

      test('to ask leaves alone who is on the list or had left it; joining brings back', async () => {
        const [on, left] = [await newList(store()), await newList(store())]
        const id = await person('active', [on, left])
        await store().subscribers.leave({ id, lists: [left], publicationId: null, now })
        await persist({ id, ask: [on, left] })
        expect(await membershipIn(id, on)).toBe('active')
        expect(await membershipIn(id, left)).toBe('unsubscribed')
        await persist({ id, join: [left], confirmed: true })
        expect(await membershipIn(id, left)).toBe('active')
      })

      test('finds the row of a known address and leaves it as it is', async () => {
        const id = await person()
        const row = await read(id)
        expect(await store().subscriptions.begin({ address: row.address, name: 'Other' }, now + 5)).toEqual({
          id,
          created: false,
        })
        expect(await read(id)).toEqual(row)
      })
    })

    describe('erasing', () => {
      test('removes what is known of a person and keeps the row accounted for', async () => {
        const list = await newList(store())
        const row = { address: address(), name: 'Ada', attributes: { secret: 1 }, topics: { x: 1 } }
        const [outcome] = await store().subscribers.upsert([row], { lists: [list], now, proof })
        const { id } = outcome!
        await store().suppressions.add([{ address: row.address, reason: 'manual', detail: 'Ada asked' }], now)
        await persist({ id, settings: { maxPerWeek: 1 } })
        const everyone = await store().subscribers.count({})
        expect(await erase(id)).toBe(true)
        expect(await erase(id)).toBe(false)
        expect(await read(id)).toEqual({
          id,
          address: `erased:${id}`,
          name: null,
          language: null,
          timeZone: null,
          status: 'erased',
          attributes: {},
          topics: {},
          createdAt: now,
          updatedAt: now,
        })
        expect(await store().subscribers.count({})).toBe(everyone)
        expect(await store().subscribers.byAddress(row.address)).toBeNull()
        expect(await store().subscribers.memberships(id)).toEqual([])
        expect(await store().suppressions.byAddress([row.address])).toEqual([])
        expect(await store().subscriptions.settings(id)).toMatchObject({ maxPerWeek: null })
        const events = await consents(id)
        expect(events.map(({ kind, to }) => [kind, to])).toEqual([
          ['signUp', 'active'],
          ['join', 'active'],
          ['erase', 'erased'],
        ])
        for (const { ip, userAgent, words } of events)
          expect([ip, userAgent, words]).toEqual([null, null, null])
      })

      test('during a campaign: who has no letter yet is suppressed, and identity I holds', async () => {
        const { id, people } = await newRun(store(), 4)
        const lease = await mustLease(store(), id)
        const [sent, next, other, last] = people as [SubscriberId, SubscriberId, SubscriberId, SubscriberId]
        await handOver(store(), lease, [intent(sent, { picks: new Uint8Array([1, 2]) })])
        await store().ledger.settle(
          lease,
          [settlement(sent, 'sent', { detail: 'ok for person@example.org' })],
          now,
        )
        await erase(sent)
        await erase(next)
        const result = await store().ledger.intend(
          lease,
          [next, other, last].map((one) => intent(one)),
          { leaseMs: longMs, now },
        )
        expect(result).toMatchObject({ status: 'granted', granted: [other, last] })
        expect(await store().deliveries.get(id, next)).toMatchObject({ state: 'suppressed', code: 'erased' })
        expect(await store().deliveries.get(id, sent)).toMatchObject({
          state: 'sent',
          detail: null,
          picks: null,
        })
        expect(await countsOf(store(), id)).toEqual({ audience: 4, sent: 1, suppressed: 1, handing: 2 })
        const { rows } = await store().deliveries.ofSubscriber({ subscriberId: sent, after: 0, limit: 10 })
        expect(rows.map((row) => row.publicationId)).toEqual([id])
        const facts = await store().events.page({ after: 0, limit: 10, subscriberId: sent })
        expect(facts.rows).toMatchObject([{ type: 'sent', detail: null }])
      })

      test('a later import does not bring the person back, and says so', async () => {
        const list = await newList(store())
        const row = { address: address() }
        const [first] = await store().subscribers.upsert([row], { lists: [list], now })
        await erase(first!.id)
        expect(await store().subscriptions.wasErased(row.address)).toBe(true)
        const outcomes = await store().subscribers.upsert([row, { address: address() }], {
          lists: [list],
          now,
        })
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(['erased', 'created'])
        expect(await store().subscribers.byAddress(row.address)).toBeNull()
        expect(await store().subscribers.count({ list })).toBe(1)
      })

      test('their own sign-up may: asked first, and an import in between still finds them erased', async () => {
        const row = { address: address() }
        const [first] = await store().subscribers.upsert([row], { lists: [], now })
        await erase(first!.id)
        const { id, created } = await store().subscriptions.begin(row, now)
        expect(created).toBe(true)
        expect(id).toBeGreaterThan(first!.id)
        const [again] = await store().subscribers.upsert([{ ...row, status: 'active' }], { lists: [], now })
        expect(again?.outcome).toBe('erased')
        expect((await read(id)).status).toBe('unconfirmed')
        await persist({ id, from: 'unconfirmed', confirmed: true })
        expect((await read(id)).status).toBe('active')
        expect(await store().subscriptions.wasErased(row.address)).toBe(false)
      })

      test('nothing brings an erased row back', async () => {
        const id = await person('erased')
        expect(await store().subscribers.setStatus([id], 'active', now)).toBe(0)
        expect(await store().subscribers.leave({ id, lists: 'all', publicationId: null, now })).toEqual({
          changed: false,
        })
        expect((await read(id)).status).toBe('erased')
      })

      test('without remembering, the address may be imported again', async () => {
        const row = { address: address() }
        const [first] = await store().subscribers.upsert([row], { lists: [], now })
        await erase(first!.id, false)
        const [again] = await store().subscribers.upsert([row], { lists: [], now })
        expect(again?.outcome).toBe('created')
        expect(again?.id).toBeGreaterThan(first!.id)
      })
    })

    describe('retention', () => {
      test('forgets hashes and unconfirmed memberships of before, a batch at a time', async () => {
        const list = await newList(store())
        const rows = [{ address: address() }, { address: address() }]
        const outcomes = await store().subscribers.upsert(rows, { lists: [], now })
        for (const { id } of outcomes) {
          await persist({ id, ask: [list], now: now - 40 * dayMs })
          expect(await membershipIn(id, list)).toBe('unconfirmed')
        }
        const before = now - 30 * dayMs
        expect(await store().subscriptions.forget('asked', { before, limit: 1 })).toBe(1)
        expect(await store().subscriptions.forget('asked', { before, limit: 9 })).toBe(1)
        expect(await store().subscriptions.forget('asked', { before, limit: 9 })).toBe(0)
        const [one] = outcomes
        const longAgo = now - 40 * dayMs
        await store().subscriptions.erase({ id: one!.id, remember: true, proof, now: longAgo })
        expect(await store().subscriptions.forget('hashes', { before, limit: 9 })).toBe(1)
        expect(await store().subscriptions.wasErased(rows[0]!.address)).toBe(false)
      })

      test('finds who never confirmed and is asked no more', async () => {
        const old = await store().subscriptions.begin({ address: address() }, now - 40 * dayMs)
        const waits = await store().subscriptions.begin({ address: address() }, now - 40 * dayMs)
        await store().subscriptions.begin({ address: address() }, now)
        await store().notices.put({
          subscriberId: waits.id,
          kind: 'confirm',
          askedAt: now,
          expiresAt: now + dayMs,
          dueAt: now + dayMs,
          lists: [],
          fields: {},
        })
        const ids = await store().subscriptions.unconfirmed({ before: now - 30 * dayMs, limit: 10 })
        expect(ids).toEqual([old.id])
      })

      test('forgets events of before', async () => {
        const { id: publicationId, people } = await newRun(store(), 1)
        const subscriberId = people[0]!
        const event = { publicationId, subscriberId, channel: 'smtp', code: null, detail: null } as const
        const old = 1000
        await store().events.append([
          { ...event, type: 'opened', at: old },
          { ...event, type: 'clicked', at: now },
        ])
        let removed = 0
        // The oldest ids first: those of other tests are younger than this.
        const total = (await store().events.page({ after: 0, limit: 1000 })).rows.length
        removed += await store().events.remove({ before: old + 1, limit: total })
        expect(removed).toBe(1)
        const { rows } = await store().events.page({ after: 0, limit: 10, subscriberId })
        expect(rows.map((row) => row.type)).toEqual(['clicked'])
      })
    })

    test('pauses that ended are found, others not', async () => {
      const [ended, later, left] = [await person(), await person(), await person()]
      const pause = { to: 'paused', from: 'active' } as const
      await persist({ id: ended, ...pause, settings: { pausedUntil: now - 1 } })
      await persist({ id: later, ...pause, settings: { pausedUntil: now + 1 } })
      await persist({ id: left, ...pause, settings: { pausedUntil: now - 2 } })
      await store().subscribers.leave({ id: left, lists: 'all', publicationId: null, now })
      expect(await store().subscriptions.duePauses({ now, limit: 10 })).toEqual([ended])
    })
  })
}
