import { describe, expect, test } from 'vitest'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'

export function testReplies(open: OpenStore): void {
  describe('replies', () => {
    const store = useStore(open)
    const claim = (key: string, fingerprint = 'f', at = now) =>
      store().replies.claim({ key, fingerprint, now: at, expiresAt: at + 1000 })

    test('new, then busy, then done with the answer', async () => {
      const key = fresh('key')
      expect(await claim(key)).toEqual({ status: 'new' })
      expect(await claim(key)).toEqual({ status: 'busy' })
      const reply = { status: 201, body: '{"ü":1}' }
      await store().replies.save(key, reply, now + 1000)
      expect(await claim(key)).toEqual({ status: 'done', reply })
    })

    test('another request under the same key is refused, before and after the answer', async () => {
      const key = fresh('key')
      await claim(key)
      expect(await claim(key, 'g')).toEqual({ status: 'other' })
      await store().replies.save(key, { status: 200, body: '' }, now + 1000)
      expect(await claim(key, 'g')).toEqual({ status: 'other' })
    })

    test('of many claims at once one is new', async () => {
      const key = fresh('key')
      const all = await Promise.all(Array.from({ length: 5 }, () => claim(key)))
      expect(all.filter(({ status }) => status === 'new')).toHaveLength(1)
    })

    test('a key that was dropped may be used again', async () => {
      const key = fresh('key')
      await claim(key)
      await store().replies.drop(key)
      expect(await claim(key, 'g')).toEqual({ status: 'new' })
    })

    test('lapses when it expires, with or without an answer', async () => {
      const [bare, saved] = [fresh('key'), fresh('key')]
      await claim(bare)
      await claim(saved)
      const reply = { status: 200, body: 'old' }
      await store().replies.save(saved, reply, now + 3000)
      expect(await claim(bare, 'f', now + 999)).toEqual({ status: 'busy' })
      expect(await claim(bare, 'g', now + 1000)).toEqual({ status: 'new' })
      expect(await claim(saved, 'f', now + 2999)).toEqual({ status: 'done', reply })
      expect(await claim(saved, 'g', now + 3000)).toEqual({ status: 'new' })
    })

    test('sweeping forgets what expired and says how many', async () => {
      await store().replies.sweep(now + 1_000_000)
      const [old, recent] = [fresh('key'), fresh('key')]
      await claim(old)
      await claim(recent, 'f', now + 5000)
      expect(await store().replies.sweep(now + 5000)).toBe(1)
      expect(await claim(recent, 'f', now + 5001)).toEqual({ status: 'busy' })
    })
  })
}
