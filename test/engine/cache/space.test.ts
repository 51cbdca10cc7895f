import { describe, expect, test } from 'vitest'
import { policies } from '../../../engine/cache/caches.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { createTestClock } from '../support/clock.ts'
import { createWords, figuresOf, minuteMs, openNode, turns } from './support.ts'

const newTier = () => createMemoryCache({ maxBytes: 1_000_000 })

describe('one loader a key at a time', () => {
  test('a thousand who miss at once cause one load', async () => {
    const store = createWords({ a: 'one' })
    const node = openNode(store, { tier: newTier() })
    store.gate = Promise.withResolvers()
    const first = Array.from({ length: 500 }, () => node.space.get('a'))
    await turns()
    const later = Array.from({ length: 500 }, () => node.space.get('a'))
    store.gate.resolve()
    expect(new Set(await Promise.all([...first, ...later]))).toEqual(new Set(['one']))
    expect(store.asked).toEqual([['a']])
    expect(figuresOf(node)).toMatchObject({ misses: 1000, hits: 0, loads: 1, entries: 1 })
  })

  test('different keys that are asked for in one turn are one load; many are several', async () => {
    const store = createWords({ a: 'one', b: 'two', c: 'three' })
    const { space } = openNode(store, {}, { maxBatch: 2 })
    const asking = Promise.all([space.get('a'), space.getMany(['b', 'a']), space.get('c')])
    expect(await asking).toEqual(['one', ['two', 'one'], 'three'])
    expect(store.asked).toEqual([['a', 'b'], ['c']])
  })

  test('a load that fails rejects all who wait, and is not kept', async () => {
    const store = createWords({ a: 'one' })
    const node = openNode(store)
    store.failure = new Error('away')
    const asking = await Promise.allSettled([node.space.get('a'), node.space.get('b')])
    expect(asking.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    store.failure = null
    expect(await node.space.get('a')).toBe('one')
    expect(figuresOf(node)).toMatchObject({ misses: 3, loads: 2, loadErrors: 1 })
  })
})

describe('a value that must not be older than some time', () => {
  test('is loaded again, also where another node has it in the tier', async () => {
    const store = createWords({ a: 'one' })
    const shared = { tier: newTier(), clock: createTestClock() }
    const [here, there] = [openNode(store, shared), openNode(store, shared)]
    await here.space.get('a')
    store.words.set('a', 'two')
    shared.clock.advance(1000)
    const since = shared.clock.now() - 999
    expect(await here.space.get('a', since - 1)).toBe('one')
    expect(await there.space.get('a', since)).toBe('two')
    expect(await here.space.get('a', since)).toBe('two')
    expect(await here.space.get('a', since)).toBe('two')
    expect(store.asked).toHaveLength(3)
  })

  test('does not come from a load that was under way before', async () => {
    const store = createWords({ a: 'one' })
    const { space, clock } = openNode(store)
    const gate = Promise.withResolvers<void>()
    store.gate = gate
    const first = space.get('a')
    await turns()
    store.words.set('a', 'two')
    store.gate = null
    clock.advance(1000)
    const second = space.get('a', clock.now())
    gate.resolve()
    expect([await first, await second]).toEqual(['one', 'two'])
  })
})

describe('what there is not', () => {
  test('is asked for each time', async () => {
    const store = createWords()
    const { space } = openNode(store, { tier: newTier() })
    expect(await space.get('a')).toBe(null)
    store.words.set('a', 'one')
    expect(await space.get('a')).toBe('one')
  })

  test('is remembered for a while where that is wanted, by other nodes too', async () => {
    const store = createWords()
    const tier = newTier()
    const clock = createTestClock()
    const { space } = openNode(store, { tier, clock }, { absentMs: minuteMs })
    await space.get('a')
    store.words.set('a', 'one')
    expect(await space.get('a')).toBe(null)
    const there = openNode(store, { tier, clock }, { absentMs: minuteMs })
    expect(await there.space.get('a')).toBe(null)
    expect(store.asked).toHaveLength(1)
    clock.advance(minuteMs)
    expect(await space.get('a')).toBe('one')
  })

  test('a refresh that no longer finds a value takes it away', async () => {
    const store = createWords({ a: 'one' })
    const tier = newTier()
    const { space, clock } = openNode(store, { tier })
    await space.get('a')
    store.words.clear()
    clock.advance(13 * minuteMs)
    await space.get('a')
    await turns()
    expect(await space.get('a')).toBe(null)
    const there = openNode(store, { tier, clock })
    expect(await there.space.get('a')).toBe(null)
  })
})

describe('stale values', () => {
  test('are served when a refresh fails, to a hard limit, and it is logged once', async () => {
    const store = createWords({ a: 'one' })
    const node = openNode(store)
    const { space, clock, logged } = node
    await space.get('a')
    store.failure = new Error('away')
    clock.advance(14 * minuteMs)
    for (let minute = 14; minute < 20; minute += 1) {
      expect(await space.get('a')).toBe('one')
      await turns()
      clock.advance(minuteMs)
    }
    await expect(space.get('a')).rejects.toThrow('away')
    expect(logged).toEqual(['cache.load_failed'])
    store.failure = null
    await space.get('a')
    expect(logged).toEqual(['cache.load_failed', 'cache.loads_again'])
    expect(figuresOf(node)).toMatchObject({ hits: 1, stale: 5, misses: 3, refreshes: 6, loadErrors: 7 })
  })

  test('a refresh that failed is not tried again with every read', async () => {
    const store = createWords({ a: 'one' })
    const { space, clock } = openNode(store)
    await space.get('a')
    store.failure = new Error('away')
    clock.advance(14 * minuteMs)
    for (let i = 0; i < 10; i += 1) {
      await space.get('a')
      await turns()
    }
    expect(store.asked).toHaveLength(2)
  })

  test('come from the tier where this process has none', async () => {
    const store = createWords({ a: 'one' })
    const tier = newTier()
    const clock = createTestClock()
    await openNode(store, { tier, clock }).space.get('a')
    clock.advance(16 * minuteMs)
    store.failure = new Error('away')
    const there = openNode(store, { tier, clock })
    expect(await there.space.get('a')).toBe('one')
    expect(figuresOf(there)).toMatchObject({ stale: 1, misses: 0, loadErrors: 1 })
  })

  test('are not served by a clock that was set back', async () => {
    const store = createWords({ a: 'one' })
    const { space, clock } = openNode(store)
    await space.get('a')
    store.words.set('a', 'two')
    clock.jump(-60 * minuteMs)
    expect(await space.get('a')).toBe('two')
  })
})

describe('two tiers', () => {
  test('what one node has loaded the others have from the tier, with the life that is left', async () => {
    const store = createWords({ a: 'one' })
    const tier = newTier()
    const clock = createTestClock()
    await openNode(store, { tier, clock }).space.get('a')
    clock.advance(10 * minuteMs)
    const there = openNode(store, { tier, clock })
    expect(await there.space.get('a')).toBe('one')
    expect(await there.space.get('a')).toBe('one')
    expect(store.asked).toHaveLength(1)
    expect(figuresOf(there)).toMatchObject({ tierHits: 1, hits: 1, misses: 0, loads: 0 })
    store.words.set('a', 'two')
    clock.advance(10 * minuteMs)
    expect(await there.space.get('a')).toBe('two')
  })

  test('what one node has refreshed the others take from there', async () => {
    const store = createWords({ a: 'one' })
    const tier = newTier()
    const clock = createTestClock()
    const [here, there] = [openNode(store, { tier, clock }), openNode(store, { tier, clock })]
    await here.space.get('a')
    await there.space.get('a')
    store.words.set('a', 'two')
    clock.advance(12 * minuteMs)
    for (const { space } of [here, there]) {
      await space.get('a')
      await turns()
    }
    expect(await there.space.get('a')).toBe('two')
    expect(store.asked).toHaveLength(2)
  })

  test('what is for the process alone is not in the tier', async () => {
    const store = createWords({ a: 'one' })
    const tier = newTier()
    for (const { space } of [
      openNode(store, { tier }, { shared: false }),
      openNode(store, { tier }, { shared: false }),
    ])
      await space.get('a')
    expect(store.asked).toHaveLength(2)
    expect(await tier.get('words', ['a'])).toMatchObject([{ value: null }])
  })

  test('what is not understood is loaded', async () => {
    const store = createWords({ a: 'one', b: 'two' })
    const tier = newTier()
    const found = await tier.get('words', ['a', 'b'])
    const odd = ['of a later version', `${Date.now()} ${Date.now()} {not JSON`]
    await tier.set(
      'words',
      odd.map((text, i) => [['a', 'b'][i]!, text, found[i]!.seen]),
      minuteMs,
    )
    const { space } = openNode(store, { tier })
    expect(await space.getMany(['a', 'b'])).toEqual(['one', 'two'])
  })

  test('the process is bounded in entries and bytes, and the tier has the rest', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`)
    const store = createWords(Object.fromEntries(keys.map((key) => [key, 'x'.repeat(1000)])))
    const tier = newTier()
    const few = openNode(store, { tier }, { maxEntries: 10 })
    await few.space.getMany(keys)
    expect(figuresOf(few)).toMatchObject({ entries: 10 })
    const small = openNode(store, { tier }, { maxBytes: 50_000 })
    await small.space.getMany(keys)
    const { entries, bytes, tierHits } = figuresOf(small)
    expect(tierHits).toBe(100)
    expect(entries).toBeLessThan(25)
    expect(bytes).toBeGreaterThan(40_000)
    expect(bytes).toBeLessThanOrEqual(50_000)
  })

  test('keys may be anything that has a name', async () => {
    const { caches } = openNode(createWords())
    const asked: object[] = []
    const space = caches.space<{ readonly from: number; readonly to: number }, number>({
      name: 'sums',
      policy: policies.content,
      keyOf: ({ from, to }) => `${from}-${to}`,
      async load(keys) {
        asked.push(...keys)
        return new Map(keys.map((key) => [key, key.from + key.to]))
      },
    })
    expect(
      await space.getMany([
        { from: 1, to: 2 },
        { from: 3, to: 4 },
        { from: 1, to: 2 },
      ]),
    ).toEqual([3, 7, 3])
    expect(asked).toEqual([
      { from: 1, to: 2 },
      { from: 3, to: 4 },
    ])
    expect(() =>
      caches.space({ name: 'sums', policy: policies.content, load: async () => new Map() }),
    ).toThrow()
  })
})
