import { beforeEach, describe, expect, test } from 'vitest'
import { longMs, type OpenStore, useStore } from '../fixtures.ts'

export function testLeadership(open: OpenStore): void {
  describe('leadership', () => {
    const store = useStore(open)
    let count = 0
    let name = ''
    beforeEach(() => {
      name = `work ${count++}`
    })
    const lead = (owner: string, leaseMs = longMs, what = name) =>
      store().leadership.lead(what, owner, leaseMs)

    test('one leads a name, and keeps it by asking', async () => {
      const all = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => lead(owner)))
      expect(all.filter((leads) => leads)).toHaveLength(1)
      const leader = ['a', 'b', 'c', 'd'][all.indexOf(true)] as string
      expect(await lead(leader)).toBe(true)
      expect(await lead('e')).toBe(false)
      expect(await lead('e', longMs, 'another name')).toBe(true)
    })

    test('what ran out is another’s, and not its leader’s any more', async () => {
      expect(await lead('a', 0)).toBe(true)
      expect(await lead('b')).toBe(true)
      expect(await lead('a')).toBe(false)
    })

    test('laid down, it is to be had at once; nobody lays down another’s', async () => {
      await lead('a')
      await store().leadership.resign(name, 'b')
      expect(await lead('b')).toBe(false)
      await store().leadership.resign(name, 'a')
      expect(await lead('b')).toBe(true)
    })
  })
}
