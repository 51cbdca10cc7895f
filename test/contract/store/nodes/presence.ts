import { describe, expect, test } from 'vitest'
import { now, type OpenStore, useStore } from '../fixtures.ts'

export function testPresence(open: OpenStore): void {
  describe('presence', () => {
    const store = useStore(open)

    test('a store that never worked was never active; after a beat it was, and is no copy of itself', async () => {
      expect(await store().presence.found()).toEqual({ lastActiveAt: null, restored: false })
      await store().presence.beat(now)
      await store().presence.beat(now + 5)
      expect(await store().presence.found()).toEqual({ lastActiveAt: now + 5, restored: false })
    })
  })
}
