import { describe, expect, test } from 'vitest'
import { policies } from '../../../engine/cache/caches.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { createTestClock } from '../support/clock.ts'
import { createWords, figuresOf, minuteMs, openNode, turns } from './support.ts'

const openSpace = (namespace: keyof typeof policies, parts: Parameters<typeof openNode>[1] = {}) => {
  const store = createWords({ a: 'one' })
  return { store, ...openNode(store, parts, { policy: policies[namespace] }) }
}

describe('preferences: 15 minutes, refreshed in the background before they end', () => {
  test('one that is read is not loaded again before the last quarter of its life', async () => {
    const { store, space, clock } = openSpace('preferences')
    await space.get('a')
    clock.advance(11 * minuteMs)
    expect(await space.get('a')).toBe('one')
    await turns()
    expect(store.asked).toHaveLength(1)
  })

  test('one that is read in its last quarter is refreshed, and nobody waits', async () => {
    const { store, caches, space, clock, logged } = openSpace('preferences')
    await space.get('a')
    store.words.set('a', 'two')
    clock.advance(12 * minuteMs)
    store.gate = Promise.withResolvers()
    expect(await space.get('a')).toBe('one')
    await turns()
    expect(store.asked).toHaveLength(2)
    // Beyond its end too, while that goes on.
    clock.advance(4 * minuteMs)
    expect(await space.get('a')).toBe('one')
    store.gate.resolve()
    await turns()
    expect(await space.get('a')).toBe('two')
    expect(store.asked).toHaveLength(2)
    expect(figuresOf({ caches, space, clock, logged })).toMatchObject({
      hits: 2,
      stale: 1,
      misses: 1,
      refreshes: 1,
    })
  })

  test('one that nobody reads is not refreshed, and ends', async () => {
    const { store, space, clock } = openSpace('preferences')
    await space.get('a')
    store.words.set('a', 'two')
    clock.advance(20 * minuteMs)
    await turns()
    expect(store.asked).toHaveLength(1)
    expect(await space.get('a')).toBe('two')
  })

  test('those that were read together are not refreshed together', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `key ${i}`)
    let seed = 1
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const store = createWords(Object.fromEntries(keys.map((key) => [key, 'x'])))
    const { space, clock } = openNode(store, { random })
    await space.getMany(keys)
    const refreshed: number[] = []
    for (let second = 0; second < 15 * 60; second += 5) {
      const before = store.asked.flat().length
      await space.getMany(keys)
      await turns()
      refreshed.push(store.asked.flat().length - before)
      clock.advance(5000)
    }
    expect(Math.max(...refreshed)).toBeLessThan(120)
    expect(refreshed.reduce((sum, some) => sum + some)).toBeGreaterThanOrEqual(1000)
  })
})

describe('content: an hour', () => {
  test('is served for an hour without being loaded again', async () => {
    const { store, space, clock } = openSpace('content')
    await space.get('a')
    clock.advance(60 * minuteMs - 1)
    expect(await space.get('a')).toBe('one')
    await turns()
    expect(store.asked).toHaveLength(1)
    clock.advance(16 * minuteMs)
    store.words.set('a', 'two')
    expect(await space.get('a')).toBe('two')
  })

  test('what is warmed is there before it is asked for', async () => {
    const { store, space, ...node } = openSpace('content')
    await space.warm(['a'])
    expect(await space.get('a')).toBe('one')
    expect(store.asked).toEqual([['a']])
    expect(figuresOf({ space, ...node })).toMatchObject({ hits: 1, misses: 0, loads: 1 })
    await space.warm(['a'])
    expect(store.asked).toHaveLength(1)
  })

  test('a warming that fails hurts nobody', async () => {
    const { store, space } = openSpace('content')
    store.failure = new Error('away')
    await space.warm(['a', 'b'])
    store.failure = null
    expect(await space.get('a')).toBe('one')
  })
})

describe('personalisation: five minutes', () => {
  test('ends after five minutes', async () => {
    const { store, space, clock } = openSpace('personalisation')
    await space.get('a')
    clock.advance(5 * minuteMs - 1)
    store.words.set('a', 'two')
    expect(await space.get('a')).toBe('one')
    clock.advance(minuteMs + 1)
    expect(await space.get('a')).toBe('two')
  })

  test('is dropped when the interests behind it change', async () => {
    const { store, space } = openSpace('personalisation')
    await space.get('a')
    store.words.set('a', 'two')
    await space.drop(['a'])
    expect(await space.get('a')).toBe('two')
  })
})

describe('analytics: a sliding window of ten minutes', () => {
  test('each read prolongs it', async () => {
    const { store, space, clock } = openSpace('analytics')
    await space.get('a')
    for (let i = 0; i < 5; i += 1) {
      clock.advance(9 * minuteMs)
      expect(await space.get('a')).toBe('one')
    }
    await turns()
    expect(store.asked).toHaveLength(1)
  })

  test('it ends ten minutes after its last read, and after an hour whoever reads it', async () => {
    const { store, space, clock } = openSpace('analytics')
    await space.get('a')
    clock.advance(9 * minuteMs)
    await space.get('a')
    clock.advance(10 * minuteMs)
    await space.get('a')
    expect(store.asked).toHaveLength(2)
    for (let i = 0; i < 8; i += 1) {
      clock.advance(8 * minuteMs)
      await space.get('a')
    }
    expect(store.asked).toHaveLength(3)
  })

  test('reads prolong it for the other nodes too', async () => {
    const tier = createMemoryCache({ maxBytes: 1_000_000 })
    const clock = createTestClock()
    const here = openSpace('analytics', { tier, clock })
    await here.space.get('a')
    clock.advance(9 * minuteMs)
    await here.space.get('a')
    await turns()
    clock.advance(9 * minuteMs)
    const there = openSpace('analytics', { tier, clock })
    expect(await there.space.get('a')).toBe('one')
    expect(there.store.asked).toEqual([])
  })

  test('a newer rollup of a publication drops all answers about it, and none about others', async () => {
    const store = createWords({ 'p1 funnel': 'old', 'p1 links': 'old', 'p2 funnel': 'old' })
    const tier = createMemoryCache({ maxBytes: 1_000_000 })
    const keys = [...store.words.keys()]
    const groupOf = (key: string) => key.slice(0, 2)
    const { space, ...node } = openNode(store, { tier }, { policy: policies.analytics, groupOf })
    await space.getMany(keys)
    for (const key of keys) store.words.set(key, 'new')
    await space.clear('p1')
    expect(await space.getMany(keys)).toEqual(['new', 'new', 'old'])
    expect(figuresOf({ space, ...node })).toMatchObject({ drops: 1, entries: 3, hits: 1 })
    // Nor does the tier have it.
    const other = openNode(store, { tier }, { policy: policies.analytics, groupOf })
    expect(await other.space.getMany(keys)).toEqual(['new', 'new', 'old'])
  })
})
