import { describe, expect, test } from 'vitest'
import { fresh, now } from '../../contract/store/scene.ts'
import { useNodes } from './nodes.ts'

describe('buckets on two nodes', () => {
  const nodes = useNodes()

  test('grant no more than they hold, new ones neither, whoever asks at once', async () => {
    const { a, b } = nodes()
    const [key, other] = [fresh('x'), fresh('y')]
    const request = { perSecond: 1, burst: 7, want: 2 }
    const grants = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const keys = i % 2 === 0 ? [key, other] : [other, key]
        return (i % 2 === 0 ? a : b).buckets.take(
          keys.map((one) => ({ ...request, key: one })),
          now,
        )
      }),
    )
    expect(grants.flat().reduce((sum, { granted }) => sum + granted, 0)).toBe(14)
  })
})

describe('replies on two nodes', () => {
  const nodes = useNodes()

  test('a key is claimed once, new or lapsed', async () => {
    const { a, b } = nodes()
    const key = fresh('key')
    for (const at of [now, now + 1000]) {
      const claim = { key, fingerprint: 'f', now: at, expiresAt: at + 1000 }
      const all = await Promise.all([a, b, a, b].map((store) => store.replies.claim(claim)))
      expect(all.filter(({ status }) => status === 'new')).toHaveLength(1)
      expect(all.filter(({ status }) => status === 'busy')).toHaveLength(3)
    }
  })
})
