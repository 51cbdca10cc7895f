import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHeap } from '../../../stores/memory/nodes/heap.ts'
import { includesId, packIds, unpackIds } from '../../../stores/sqlite/ledger/id-list.ts'
import { pack, unpack } from '../../../stores/sqlite/threads/wire.ts'

const id = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
const ascending = fc.uniqueArray(id, { maxLength: 200 }).map((ids) => ids.sort((a, b) => a - b))

describe('lists of ids', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(ascending, (ids) => {
        expect(unpackIds(packIds(ids))).toEqual(ids)
      }),
    )
  })

  test('know who is in them', () => {
    fc.assert(
      fc.property(ascending, id, (ids, one) => {
        expect(includesId(ids, one)).toBe(ids.includes(one))
        expect(ids.every((member) => includesId(ids, member))).toBe(true)
      }),
    )
  })

  test('take a byte or two a recipient', () => {
    const dense = Array.from({ length: 1000 }, (_, i) => 1_000_000 + i)
    const sparse = Array.from({ length: 1000 }, (_, i) => 1_000_000 + i * 200)
    expect(packIds(dense).length).toBeLessThan(1010)
    expect(packIds(sparse).length).toBeLessThan(2010)
  })
})

describe('parcels', () => {
  const row = fc.record({
    subscriberId: fc.nat(),
    code: fc.option(fc.string()),
    picks: fc.option(fc.uint8Array({ maxLength: 20 })),
  })
  const cross = (call: string, part: 'args' | 'result', value: unknown) =>
    unpack(call, part, structuredClone(pack(call, part, value)))

  test('bring picks across as they were', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(cross('deliveries.seen', 'result', rows)).toEqual(rows)
        expect(cross('deliveries.page', 'result', { rows, next: 5 })).toEqual({ rows, next: 5 })
        expect(cross('ledger.intend', 'args', [{ seq: 1 }, rows, { now: 2 }])).toEqual([
          { seq: 1 },
          rows,
          { now: 2 },
        ])
        const [first = null] = rows
        expect(cross('deliveries.get', 'result', first)).toEqual(first)
      }),
    )
  })

  test('bring the people of each notification across, and no others', () => {
    const people = fc.uint32Array({ maxLength: 20 })
    const notification = fc.record({ thread: fc.string(), people })
    fc.assert(
      fc.property(fc.array(notification), (notifications) => {
        const args = [{ heard: [], notifications }, { now: 2 }]
        expect(cross('desk.commit', 'args', args)).toEqual(args)
      }),
    )
  })

  test('bring bytes across that are all there is', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(cross('assets.piece', 'result', bytes)).toEqual(bytes)
        expect(cross('assetUploads.append', 'args', [1, 2, bytes])).toEqual([1, 2, bytes])
      }),
    )
    expect(cross('assets.piece', 'result', null)).toBeNull()
  })

  test('leave what was given as it was', () => {
    const rows = [{ picks: new Uint8Array([1, 2]) }]
    pack('ledger.intend', 'args', [{}, rows, {}])
    expect(rows).toEqual([{ picks: new Uint8Array([1, 2]) }])
  })

  test('bring nothing as nothing', () => {
    expect(cross('replies.drop', 'result', undefined)).toBeUndefined()
    expect(cross('lists.get', 'result', null)).toBeNull()
  })
})

describe('the heap', () => {
  test('gives the lowest rank first, equal ranks in the order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 })), (ranks) => {
        const heap = createHeap<{ rank: number; order: number }>((one) => one.rank)
        const all = ranks.map((rank, order) => ({ rank, order }))
        for (const one of all) heap.push(one)
        const popped = all.map(() => heap.pop())
        expect(popped).toEqual(all.toSorted((a, b) => a.rank - b.rank || a.order - b.order))
        expect(heap.pop()).toBeUndefined()
      }),
    )
  })
})
