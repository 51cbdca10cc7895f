import { expect, test } from 'vitest'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { put, valuesOf } from '../../contract/store/index.ts'

test('what was not used for longest goes first when it is full', async () => {
  const cache = createMemoryCache({ maxBytes: 10_000 })
  const value = 'x'.repeat(1000)
  for (const key of ['a', 'b', 'c', 'd']) await put(cache, 'space', [[key, value]], 600_000)
  await valuesOf(cache, 'space', ['a'])
  await put(cache, 'space', [['e', value]], 600_000)
  const found = await valuesOf(cache, 'space', ['a', 'b', 'c', 'd', 'e'])
  expect(found).toEqual([value, null, value, value, value])
})

test('a value larger than all of it is not kept, and throws nothing out', async () => {
  const cache = createMemoryCache({ maxBytes: 10_000 })
  await put(cache, 'space', [['small', 'x']], 600_000)
  await put(cache, 'space', [['large', 'x'.repeat(10_000)]], 600_000)
  expect(await valuesOf(cache, 'space', ['small', 'large'])).toEqual(['x', null])
})
