import fc from 'fast-check'
import { expect, test } from 'vitest'
import { policies } from '../../../engine/cache/caches.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { createMemoryCache } from '../../../stores/memory/nodes/cache.ts'
import { createTestClock } from '../support/clock.ts'
import { createWords, openNode, turns } from './support.ts'

const key = fc.constantFrom('a', 'b')
const node = fc.nat(1)
const wait = fc.nat(4)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), node, key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), node, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turns' as const), count: wait }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 800_000 }) }),
  },
)

test.each(Object.keys(policies) as (keyof typeof policies)[])(
  'no read of %s that begins after a write is older, whatever overlaps: on its node at once, on the other when it heard',
  async (namespace) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(wait, { minLength: 8, maxLength: 8 }),
        async (steps, waits) => {
          const versions = new Map([
            ['a', 0],
            ['b', 0],
          ])
          /** What a node has written itself, and heard of. */
          const least = [new Map<string, number>(), new Map<string, number>()]
          let turn = 0
          const sometime = () => turns(waits[turn++ % waits.length])
          const whole = createMemoryCache({ maxBytes: 1_000_000 })
          // As far away as Redis: every answer takes its time.
          const tier: typeof whole = {
            ...whole,
            async get(...given) {
              await sometime()
              const found = await whole.get(...given)
              await sometime()
              return found
            },
            async set(...given) {
              await sometime()
              await whole.set(...given)
            },
            async drop(...given) {
              await sometime()
              await whole.drop(...given)
              await sometime()
            },
          }
          const shared = { tier, bus: createMemoryBus(), clock: createTestClock(), random: () => 0.5 }
          const nodes = [0, 1].map(() =>
            openNode(createWords(), shared, {
              policy: policies[namespace],
              async load(keys) {
                const found = new Map(keys.map((one) => [one, String(versions.get(one))]))
                await sometime()
                return found
              },
            }),
          )
          const running: Promise<unknown>[] = []
          for (const now of steps) {
            if (now.do === 'turns') await turns(now.count)
            else if (now.do === 'time') shared.clock.advance(now.ms)
            else if (now.do === 'clear') running.push(nodes[now.node]!.space.clear())
            else if (now.do === 'read') {
              const atLeast = least[now.node]!.get(now.key) ?? 0
              running.push(
                nodes[now.node]!.space.get(now.key).then((value) =>
                  expect(Number(value)).toBeGreaterThanOrEqual(atLeast),
                ),
              )
            } else {
              const version = versions.get(now.key)! + 1
              versions.set(now.key, version)
              running.push(
                nodes[now.node]!.space.drop([now.key]).then(async () => {
                  const known = (at: number) =>
                    least[at]!.set(now.key, Math.max(version, least[at]!.get(now.key) ?? 0))
                  known(now.node)
                  await turns(1)
                  known(1 - now.node)
                }),
              )
            }
          }
          await Promise.all(running)
          await turns(20)
          for (const { space } of nodes)
            for (const [one, version] of versions) expect(await space.get(one)).toBe(String(version))
        },
      ),
      { numRuns: 150 },
    )
  },
)
