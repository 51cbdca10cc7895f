import { expect, test } from 'vitest'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'

test('what was not used for longest goes first when it is full', async () => {
  const cache = createMemoryCache({ maxBytes: 10_000 })
  const value = 'x'.repeat(1000)
  for (const key of ['a', 'b', 'c', 'd']) await cache.set('space', [[key, value]], 600_000)
  await cache.get('space', ['a'])
  await cache.set('space', [['e', value]], 600_000)
  const found = await cache.get('space', ['a', 'b', 'c', 'd', 'e'])
  expect(found).toEqual([value, null, value, value, value])
})

test('a value larger than all of it is not kept, and throws nothing out', async () => {
  const cache = createMemoryCache({ maxBytes: 10_000 })
  await cache.set('space', [['small', 'x']], 600_000)
  await cache.set('space', [['large', 'x'.repeat(10_000)]], 600_000)
  expect(await cache.get('space', ['small', 'large'])).toEqual(['x', null])
})
