import { describe, expect, test } from 'vitest'
import { policies } from '../../../engine/cache/caches.ts'
import type { Bus } from '../../../engine/ports/bus.ts'
import type { Cache } from '../../../engine/ports/cache.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { createTestClock } from '../support/clock.ts'
import { createWords, figuresOf, openNode, turns } from './support.ts'

const newTier = () => createMemoryCache({ maxBytes: 1_000_000 })

/** A bus that can be cut: what is said meanwhile is lost, and that it was is known afterwards. */
function cuttableBus(): { readonly bus: Bus; cut(): void; mend(): void } {
  const whole = createMemoryBus()
  const gaps = new Set<() => void>()
  let hears = true
  return {
    bus: {
      ...whole,
      publish: (topic, text, onLost) => (hears ? whole.publish(topic, text) : onLost?.()),
      subscribe(topic, hear, onGap = () => {}) {
        gaps.add(onGap)
        return whole.subscribe(topic, hear)
      },
      hears: () => hears,
    },
    cut() {
      hears = false
    },
    mend() {
      hears = true
      for (const gap of gaps) gap()
    },
  }
}

describe('a write invalidates at once', () => {
  test('here, in the tier and on the other nodes', async () => {
    const store = createWords({ a: 'old', b: 'old' })
    const shared = { tier: newTier(), bus: createMemoryBus(), clock: createTestClock() }
    const [here, there] = [openNode(store, shared), openNode(store, shared)]
    for (const { space } of [here, there]) await space.getMany(['a', 'b'])
    for (const key of ['a', 'b']) store.words.set(key, 'new')
    await here.space.drop(['a'])
    expect(await here.space.getMany(['a', 'b'])).toEqual(['new', 'old'])
    await turns()
    expect(await there.space.getMany(['a', 'b'])).toEqual(['new', 'old'])
    expect(figuresOf(here).drops).toBe(1)
    expect(figuresOf(there).drops).toBe(1)
    const third = openNode(store, shared)
    expect(await third.space.getMany(['a', 'b'])).toEqual(['new', 'old'])
  })

  test('a whole space is cleared everywhere', async () => {
    const store = createWords({ a: 'old', b: 'old' })
    const shared = { tier: newTier(), bus: createMemoryBus() }
    const [here, there] = [openNode(store, shared), openNode(store, shared)]
    for (const { space } of [here, there]) await space.getMany(['a', 'b'])
    for (const key of ['a', 'b']) store.words.set(key, 'new')
    await here.space.clear()
    await turns()
    for (const { space } of [here, there, openNode(store, shared)])
      expect(await space.getMany(['a', 'b'])).toEqual(['new', 'new'])
  })

  test('without a tier, and without other nodes', async () => {
    const store = createWords({ a: 'old' })
    const { space } = openNode(store)
    await space.get('a')
    store.words.set('a', 'new')
    await space.drop(['a'])
    await space.drop([])
    expect(await space.get('a')).toBe('new')
  })
})

describe('what was read before a drop and arrives after it', () => {
  const cases = ['this node', 'another node'] as const
  test.each(cases)('is not kept, nor in the tier, when %s drops it', async (who) => {
    const store = createWords({ a: 'old' })
    const shared = { tier: newTier(), bus: createMemoryBus() }
    const [here, there] = [openNode(store, shared), openNode(store, shared)]
    const gate = Promise.withResolvers<void>()
    store.gate = gate
    const before = here.space.get('a')
    await turns()
    store.words.set('a', 'new')
    await (who === 'this node' ? here : there).space.drop(['a'])
    await turns()
    store.gate = null
    // Whoever asks after the write does not wait for what was read before it.
    expect(await here.space.get('a')).toBe('new')
    gate.resolve()
    expect(await before).toBe('old')
    await turns()
    expect(await here.space.get('a')).toBe('new')
    expect(await openNode(store, shared).space.get('a')).toBe('new')
  })

  test('is not kept when the whole group was dropped', async () => {
    const store = createWords({ 'p1 a': 'old', 'p2 a': 'old' })
    const shared = { tier: newTier() }
    const options = { policy: policies.analytics, groupOf: (key: string) => key.slice(0, 2) }
    const { space } = openNode(store, shared, options)
    store.gate = Promise.withResolvers()
    const before = space.getMany(['p1 a', 'p2 a'])
    await turns()
    for (const key of store.words.keys()) store.words.set(key, 'new')
    await space.clear('p1')
    store.gate.resolve()
    expect(await before).toEqual(['old', 'old'])
    expect(await space.getMany(['p1 a', 'p2 a'])).toEqual(['new', 'old'])
    const other = openNode(store, shared, options)
    expect(await other.space.get('p1 a')).toBe('new')
  })

  test('is not kept in the tier even when the news of the drop is lost', async () => {
    const store = createWords({ a: 'old' })
    const tier = newTier()
    const [deaf, there] = [openNode(store, { tier }), openNode(store, { tier })]
    store.gate = Promise.withResolvers()
    const before = deaf.space.get('a')
    await turns()
    store.words.set('a', 'new')
    await there.space.drop(['a'])
    store.gate.resolve()
    await before
    await turns()
    expect(await openNode(store, { tier }).space.get('a')).toBe('new')
  })

  test('is not kept when it was read from the tier while that was being told', async () => {
    const store = createWords({ a: 'old' })
    const whole = newTier()
    const slow = { gate: null as PromiseWithResolvers<void> | null }
    const tier: Cache = {
      ...whole,
      async drop(namespace, keys) {
        await slow.gate?.promise
        await whole.drop(namespace, keys)
      },
    }
    const shared = { tier, bus: createMemoryBus(), clock: createTestClock() }
    const [here, there] = [openNode(store, shared), openNode(store, shared)]
    await here.space.get('a')
    await there.space.get('a')
    store.words.set('a', 'new')
    slow.gate = Promise.withResolvers()
    const dropping = here.space.drop(['a'])
    await turns()
    for (const { space } of [here, there]) expect(await space.get('a')).toBe('old')
    slow.gate.resolve()
    await dropping
    expect(await here.space.get('a')).toBe('new')
    await turns()
    expect(await there.space.get('a')).toBe('new')
  })

  test('is not written over a drop when its reading took too long for the tier to know', async () => {
    const store = createWords({ a: 'old' })
    const tier = newTier()
    const { space, clock } = openNode(store, { tier })
    store.gate = Promise.withResolvers()
    const asking = space.get('a')
    await turns()
    clock.advance(20_000)
    store.gate.resolve()
    expect(await asking).toBe('old')
    expect(await tier.get('words', ['a'])).toMatchObject([{ value: null }])
  })
})

describe('while nothing is heard of the other nodes', () => {
  test('a value is served for five seconds at most; after it, what may have been missed is forgotten', async () => {
    const store = createWords({ a: 'one', b: 'one' })
    const { bus, cut, mend } = cuttableBus()
    const { space, clock } = openNode(store, { bus })
    await space.getMany(['a', 'b'])
    cut()
    for (const key of ['a', 'b']) store.words.set(key, 'two')
    clock.advance(4999)
    expect(await space.get('a')).toBe('one')
    clock.advance(1)
    expect(await space.get('a')).toBe('two')
    store.words.set('a', 'three')
    mend()
    expect(await space.getMany(['a', 'b'])).toEqual(['three', 'two'])
  })

  test('what could not be said is made good as soon as it can, by forgetting all', async () => {
    const store = createWords({ a: 'old', b: 'old' })
    const clock = createTestClock()
    const whole = createMemoryBus()
    let speaks = true
    // Hears, but cannot be heard.
    const mute: Bus = {
      ...whole,
      publish: (topic, text, onLost) => (speaks ? whole.publish(topic, text) : onLost?.()),
    }
    const [here, there] = [openNode(store, { bus: whole, clock }), openNode(store, { bus: mute, clock })]
    await here.space.getMany(['a', 'b'])
    speaks = false
    for (const key of ['a', 'b']) store.words.set(key, 'new')
    for (const key of ['a', 'b']) await there.space.drop([key])
    clock.advance(3000)
    await turns()
    expect(await here.space.getMany(['a', 'b'])).toEqual(['old', 'old'])
    speaks = true
    clock.advance(1000)
    await turns()
    expect(await here.space.getMany(['a', 'b'])).toEqual(['new', 'new'])
    // Once, and not for the one that said it.
    await there.space.getMany(['a', 'b'])
    clock.advance(10_000)
    await turns()
    for (const { space } of [here, there]) await space.get('a')
    expect(store.asked).toHaveLength(3)
  })

  test('what is on its way when the bus comes back is not kept', async () => {
    const store = createWords({ a: 'old' })
    const { bus, cut, mend } = cuttableBus()
    const { space } = openNode(store, { bus })
    store.gate = Promise.withResolvers()
    cut()
    const before = space.get('a')
    await turns()
    store.words.set('a', 'new')
    mend()
    store.gate.resolve()
    expect(await before).toBe('old')
    expect(await space.get('a')).toBe('new')
  })

  test('a store that others write to, without a bus, is believed for five seconds', async () => {
    const store = createWords({ a: 'one' })
    const { space, clock } = openNode(store, { alone: false })
    await space.get('a')
    store.words.set('a', 'two')
    clock.advance(4999)
    expect(await space.get('a')).toBe('one')
    clock.advance(1)
    expect(await space.get('a')).toBe('two')
  })

  test('news of another version that is not understood may have meant anything', async () => {
    const store = createWords({ a: 'one' })
    const bus = createMemoryBus()
    const { space, logged } = openNode(store, { bus })
    for (const text of ['{"from":"x","space":"words","dropped":{"tags":["a"]}}', 'no JSON']) {
      await space.get('a')
      store.words.set('a', text)
      bus.publish('cache', text)
      await turns()
      expect(await space.get('a')).toBe(text)
    }
    expect(logged).toEqual(['cache.not_understood', 'cache.not_understood'])
  })

  test('news of a space that this node does not have is no trouble; stopped, it hears nothing', async () => {
    const store = createWords({ a: 'one' })
    const bus = createMemoryBus()
    const node = openNode(store, { bus })
    const other = openNode(store, { bus }, { name: 'other' })
    await node.space.get('a')
    await other.space.drop(['a'])
    await turns()
    node.caches.stop()
    const twin = openNode(store, { bus })
    await twin.space.drop(['a'])
    await turns()
    await node.space.get('a')
    expect(figuresOf(node)).toMatchObject({ hits: 1, drops: 0 })
  })
})
