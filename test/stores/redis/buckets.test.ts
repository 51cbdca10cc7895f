import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { type OpenedRedis, openRedis } from '../../../stores/redis/open.ts'
import { freshPrefix, sharedRedis } from './place.ts'

const prefix = freshPrefix()
let server: Awaited<ReturnType<typeof sharedRedis>>
let redis: OpenedRedis
beforeAll(async () => {
  server = await sharedRedis()
  redis = await openRedis(server.url, { prefix, answerMs: 60_000 })
})
afterAll(async () => {
  await redis.close()
  await server.drop()
})

const request = fc.record({
  bucket: fc.constantFrom('a', 'b', 'c'),
  perSecond: fc.oneof(
    fc.constantFrom(0.1, 1 / 3, 7, 333.3, 1e6),
    fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
  ),
  burst: fc.integer({ min: 1, max: 2000 }),
  want: fc.integer({ min: 1, max: 3000 }),
})
const step = fc.record({
  kind: fc.constantFrom('take', 'take', 'take', 'give back', 'hold'),
  requests: fc.array(request, { minLength: 1, maxLength: 6 }),
  // Clocks stand, go, differ and jump.
  passedMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(-50, -4000, -3_600_000, 3_600_000)),
})

let run = 0
const start = 1_800_000_000_000

test('grants what the buckets of every other store grant, to the number', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      run += 1
      const memory = openMemoryStore()
      const both = (work: (buckets: BucketStore) => Promise<unknown>) =>
        Promise.all([work(redis.buckets), work(memory.buckets)])
      let now = start
      for (const { kind, requests, passedMs } of steps) {
        now += passedMs
        const keyed = requests.map(({ bucket, ...rest }) => ({ ...rest, key: `${run}:${bucket}` }))
        const [ours, theirs] = await both((buckets) => {
          if (kind === 'take') return buckets.take(keyed, now)
          if (kind === 'give back') return buckets.giveBack(keyed, now)
          return buckets.hold(keyed[0]!.key, now + keyed[0]!.want, now)
        })
        expect(ours).toEqual(theirs)
      }
    }),
    { numRuns: 200 },
  )
})

test('two nodes that take at once share what there is', async () => {
  const other = await openRedis(server.url, { prefix, answerMs: 60_000 })
  const taking = { key: 'shared', perSecond: 1, burst: 100, want: 7 }
  const grants = await Promise.all(
    Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? redis : other).buckets.take([taking], start)),
  )
  await other.close()
  expect(grants.flat().reduce((sum, { granted }) => sum + granted, 0)).toBe(100)
})
