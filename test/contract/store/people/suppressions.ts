import { describe, expect, test } from 'vitest'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'

export function testSuppressions(open: OpenStore): void {
  describe('suppressions', () => {
    const store = useStore(open)
    const entry = (reason: 'bounce' | 'manual' = 'manual', detail: string | null = null) => ({
      address: `${fresh('bad')}@example.org`,
      reason,
      detail,
    })

    test('counts what is new, and the first reason stays', async () => {
      const a = entry('bounce', '550 5.1.1')
      expect(await store().suppressions.add([a, entry()], now)).toBe(2)
      expect(await store().suppressions.add([{ ...a, reason: 'complaint' }, entry()], now + 1)).toBe(1)
      expect(await store().suppressions.byAddress([a.address, 'x@example.org'])).toMatchObject([
        { ...a, createdAt: now },
      ])
    })

    test('removes', async () => {
      const a = entry()
      await store().suppressions.add([a], now)
      expect(await store().suppressions.remove(a.address)).toBe(true)
      expect(await store().suppressions.remove(a.address)).toBe(false)
      expect(await store().suppressions.byAddress([a.address])).toEqual([])
    })

    test('pages in id order, and an id is never given twice', async () => {
      const entries = [entry(), entry(), entry()]
      await store().suppressions.add(entries, now)
      const { rows } = await store().suppressions.page({ after: 0, limit: 1000 })
      const last = rows.at(-1)
      expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).sort((a, b) => a - b))
      expect(rows.slice(-3).map((row) => row.address)).toEqual(entries.map((row) => row.address))
      const page = await store().suppressions.page({ after: rows.at(-3)?.id ?? 0, limit: 1 })
      expect(page).toEqual({ rows: [rows.at(-2)], next: rows.at(-2)?.id })
      await store().suppressions.remove(last?.address ?? '')
      await store().suppressions.add([entry()], now)
      const after = await store().suppressions.page({ after: 0, limit: 1000 })
      expect(after.rows.at(-1)?.id).toBeGreaterThan(last?.id ?? 0)
    })

    test('finds addresses by a part of them, a page at a time', async () => {
      const part = fresh('part')
      const addresses = [`${part}@example.org`, `a_${part}@example.org`, `@${part}.example`]
      await store().suppressions.add(
        [...addresses, `${fresh('other')}@example.org`].map((address) => ({ ...entry(), address })),
        now,
      )
      const first = await store().suppressions.page({ after: 0, limit: 2, search: part })
      expect(first.rows.map((row) => row.address)).toEqual(addresses.slice(0, 2))
      const rest = await store().suppressions.page({ after: first.next ?? 0, limit: 2, search: part })
      expect(rest).toMatchObject({ rows: [{ address: addresses[2] }], next: null })
      // No sign means anything else: not `_`, as in LIKE.
      expect((await store().suppressions.page({ after: 0, limit: 2, search: `x_${part}` })).rows).toEqual([])
    })
  })
}
