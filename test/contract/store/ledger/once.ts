import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { Settlement } from '../../../../engine/ports/ledger.ts'
import {
  fresh,
  handOver,
  intent,
  moveRun,
  mustLease,
  newList,
  newPeople,
  now,
  type OpenStore,
  planAll,
  settlement,
  startRun,
  useStore,
} from '../fixtures.ts'

export function testOnceKeys(open: OpenStore): void {
  describe('once keys', () => {
    const store = useStore(open)
    /** Two publications to one person, under the same key. */
    const pair = async (secondKey?: string | null) => {
      const list = await newList(store())
      const [person] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      const key = fresh('once')
      const start = async (onceKey: string | null) => {
        const id = await startRun(store(), { listIds: [list], onceKey })
        await planAll(store(), id)
        return { id, lease: await mustLease(store(), id) }
      }
      const first = await start(key)
      const second = await start(secondKey === undefined ? key : secondKey)
      const settle = (state: Settlement['state'], fields: Partial<Settlement> = {}) =>
        store().ledger.settle(first.lease, [settlement(person, state, fields)], now)
      const stateIn = async (id: PublicationId) => {
        const row = await store().deliveries.get(id, person)
        return row === null ? null : [row.state, row.code]
      }
      return { person, first, second, settle, stateIn }
    }

    test('the second publication under a key skips who has had one', async () => {
      const { person, first, second, settle, stateIn } = await pair()
      expect(await handOver(store(), first.lease, [intent(person)])).toEqual([person])
      await settle('sent')
      expect(await handOver(store(), second.lease, [intent(person)])).toEqual([])
      expect(await stateIn(second.id)).toEqual(['skipped', 'once'])
    })

    test.each(['handing', 'retry', 'unknown'] as const)(
      'a delivery that is %s holds it too',
      async (state) => {
        const { person, first, second, settle } = await pair()
        await handOver(store(), first.lease, [intent(person)])
        if (state !== 'handing') await settle(state)
        expect(await handOver(store(), second.lease, [intent(person)])).toEqual([])
      },
    )

    test('another key, or none, is no hindrance', async () => {
      for (const other of [fresh('other'), null]) {
        const { person, first, second } = await pair(other)
        await handOver(store(), first.lease, [intent(person)])
        expect(await handOver(store(), second.lease, [intent(person)])).toEqual([person])
      }
    })

    test('the same publication passes again', async () => {
      const { person, first, settle } = await pair()
      await handOver(store(), first.lease, [intent(person)])
      await settle('retry', { dueAt: now })
      expect(await handOver(store(), first.lease, [intent(person, { attempt: 2 })])).toEqual([person])
    })

    test('failing frees it', async () => {
      const { person, first, second, settle } = await pair()
      await handOver(store(), first.lease, [intent(person)])
      await settle('failed', { code: '550' })
      expect(await handOver(store(), second.lease, [intent(person)])).toEqual([person])
    })

    test('what never left frees it', async () => {
      const { person, first, second, settle, stateIn } = await pair()
      await handOver(store(), first.lease, [intent(person)])
      await settle('unsent')
      expect(await handOver(store(), second.lease, [intent(person)])).toEqual([person])
      expect(await handOver(store(), first.lease, [intent(person)])).toEqual([])
      expect(await stateIn(first.id)).toEqual(['skipped', 'once'])
    })

    test('failing after an outcome was lost keeps it: a copy may be out there', async () => {
      const { person, first, second, settle } = await pair()
      await handOver(store(), first.lease, [intent(person)])
      await settle('unknown', { dueAt: now })
      await handOver(store(), first.lease, [intent(person, { attempt: 2 })])
      await settle('failed')
      expect(await handOver(store(), second.lease, [intent(person)])).toEqual([])
    })

    test('a letter that was not wanted or could not be made takes none', async () => {
      for (const state of ['skipped', 'failed'] as const) {
        const { person, first, second } = await pair()
        await handOver(store(), first.lease, [intent(person, { state, code: 'x' })])
        expect(await handOver(store(), second.lease, [intent(person)])).toEqual([person])
      }
    })

    test('a retry after failing has to take it anew', async () => {
      const { person, first, second, settle, stateIn } = await pair()
      await handOver(store(), first.lease, [intent(person)])
      await settle('failed', { code: '550' })
      await store().ledger.release(first.lease, { notBefore: null })
      await handOver(store(), second.lease, [intent(person)])
      await store().ledger.retry(first.id, { states: ['failed'], now })
      const lease = await mustLease(store(), first.id)
      expect(await handOver(store(), lease, [intent(person, { attempt: 2 })])).toEqual([])
      expect(await stateIn(first.id)).toEqual(['skipped', 'once'])
    })

    test('holds for each person on their own', async () => {
      const list = await newList(store())
      const key = fresh('once')
      const [a] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      const one = await startRun(store(), { listIds: [list], onceKey: key })
      await planAll(store(), one)
      await handOver(store(), await mustLease(store(), one), [intent(a)])
      await moveRun(store(), one, 'cancelled')
      const [b] = (await newPeople(store(), 1, [list])) as [SubscriberId]
      const two = await startRun(store(), { listIds: [list], onceKey: key })
      await planAll(store(), two)
      expect(await handOver(store(), await mustLease(store(), two), [intent(a), intent(b)])).toEqual([b])
    })
  })
}
