import { describe, expect, test } from 'vitest'
import type { NewAuditEntry } from '../../../../engine/model/audit.ts'
import type { AuditQuery } from '../../../../engine/ports/access.ts'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'

export const auditEntry = (fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: now,
  caller: { kind: 'user', id: '7', name: 'anna@example.org' },
  action: 'campaign.start',
  subject: `campaign/${fresh('id')}`,
  outcome: 'done',
  requestId: 'r-1',
  address: '192.0.2.1',
  detail: { audience: 12, test: false, note: 'für alle', list: null },
  ...fields,
})

export function testAudit(open: OpenStore): void {
  describe('audit', () => {
    const store = useStore(open)
    const page = async (query: Partial<AuditQuery>) =>
      await store().audit.page({ before: null, limit: 100, ...query })

    test('keeps all of an entry, and of one that says little', async () => {
      const bare = auditEntry({
        subject: null,
        requestId: null,
        address: null,
        detail: {},
        outcome: 'refused',
      })
      const full = auditEntry()
      await store().audit.append([bare, full])
      const { rows } = await page({ limit: 2 })
      const id = expect.any(Number)
      expect(rows).toEqual([
        { ...full, id },
        { ...bare, id },
      ])
      await store().audit.append([])
    })

    test('pages newest first, with what was appended at once in its order', async () => {
      const subject = fresh('list')
      const actions = ['a.one', 'a.two', 'a.three', 'a.four', 'a.five']
      await store().audit.append(actions.slice(0, 3).map((action) => auditEntry({ action, subject })))
      await store().audit.append(actions.slice(3).map((action) => auditEntry({ action, subject })))
      const seen: string[] = []
      for (let before: number | null = null; ; ) {
        const { rows, next } = await page({ subject, before, limit: 2 })
        seen.push(...rows.map(({ action }) => action))
        if (next === null) break
        before = next
      }
      expect(seen).toEqual(actions.toReversed())
    })

    test('is asked by time, caller, action and subject, alone and together', async () => {
      const [key, id] = [fresh('caller'), fresh('caller')]
      const entry = (action: string, caller: string, at: number, kind: 'key' | 'user' = 'key') =>
        auditEntry({ action, at, caller: { kind, id: caller, name: 'n' }, subject: `key/${key}` })
      await store().audit.append([
        entry('key.add', key, now + 1),
        entry('key.remove', key, now + 2),
        entry('keyring.turn', key, now + 3),
        entry('key.add', id, now + 4),
        entry('key', id, now + 5, 'user'),
      ])
      const subject = `key/${key}`
      const ask = async (query: Partial<AuditQuery>) =>
        (await page({ subject, ...query })).rows.map(({ at }) => at - now)
      expect(await ask({})).toEqual([5, 4, 3, 2, 1])
      expect(await ask({ from: now + 2, until: now + 4 })).toEqual([3, 2])
      expect(await ask({ caller: { kind: 'key' } })).toEqual([4, 3, 2, 1])
      expect(await ask({ caller: { kind: 'key', id } })).toEqual([4])
      expect(await ask({ action: 'key.add' })).toEqual([4, 1])
      expect(await ask({ action: 'key' })).toEqual([5, 4, 2, 1])
      expect(await ask({ action: 'key', caller: { kind: 'key', id: key }, from: now + 2 })).toEqual([2])
      expect(await ask({ subject: 'key/no-such' })).toEqual([])
    })

    test('sweeping forgets a batch of the oldest', async () => {
      const old = now - 1000
      await store().audit.append([1, 2, 3].map((at) => auditEntry({ at: old + at })))
      expect(await store().audit.sweep({ before: old + 3, limit: 1 })).toBe(1)
      expect(await store().audit.sweep({ before: old + 3, limit: 5 })).toBe(1)
      expect(await store().audit.sweep({ before: old + 3, limit: 5 })).toBe(0)
      expect((await page({ until: now })).rows.map(({ at }) => at)).toEqual([old + 3])
    })
  })
}
