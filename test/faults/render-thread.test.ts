import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Log } from '../../engine/log.ts'
import { silentLog } from '../../engine/log.ts'
import { openHouse, total } from '../engine/support/house.ts'
import { patience } from '../support/pace.ts'

const hostile = fileURLToPath(new URL('./support/hostile-render.ts', import.meta.url))
// Only a thread that hangs has to be waited for.
const warmUp = vi.hoisted(() => ({ ms: 0 }))
const crashed: number[] = []
const watching: Log = {
  ...silentLog,
  child: () => watching,
  warn: (_fields, event) => {
    if (event === 'render.crashed') crashed.push(performance.now())
  },
}

// The engine as it is, with threads that turn on it.
vi.mock(import('../../engine/render/pool.ts'), async (original) => {
  const { createRenderPool } = await original()
  return {
    createRenderPool: (config) =>
      createRenderPool(config, watching, { filename: hostile, warmUpMs: warmUp.ms }),
  }
})

const people = 30

test.each(['exit', 'throw', 'later', 'loop', 'memory'])(
  'a render thread that ends by "%s": the recipient who does it fails alone, everybody else is mailed',
  async (how) => {
    crashed.length = 0
    warmUp.ms = how === 'loop' ? patience(4000) : 300_000
    const house = await openHouse({ people, config: { render: { maxThreads: 2, maxMs: 10 } } })
    onTestFinished(() => house[Symbol.asyncDispose]())
    const { engine, store, channel, clock, campaign, until, counts } = house
    const [news] = await store.lists.byName(['news'])
    await store.subscribers.upsert([{ address: `${how}@example.org`, name: how }], {
      lists: [news!.id],
      now: clock.now(),
    })

    const weekly = await campaign()
    await engine.campaigns.start(weekly.id)
    await until(weekly, 'finished')
    const after = await counts(weekly)
    expect(after).toMatchObject({ audience: people + 1, sent: people, failed: 1, unknown: 0 })
    expect(total(after)).toBe(people + 1)
    const { rows } = await engine.campaigns.deliveries(weekly.id, { state: 'failed', after: 0, limit: 5 })
    expect(rows).toMatchObject([{ address: `${how}@example.org`, code: 'render' }])
    expect(rows[0]!.detail).toContain('ended its thread 3 times')
    expect(new Set(channel.taken.map(({ to }) => to)).size).toBe(people)
    expect(channel.taken.length).toBe(people)
    // Halved until it stood alone, then three times: nobody was given up for its neighbour.
    expect(crashed.length).toBeGreaterThanOrEqual(3)
    expect(crashed.length).toBeLessThanOrEqual(3 + Math.ceil(Math.log2(10)))
    // From one death to the next lies a new thread and another try: the quickest shows how long that takes.
    if (how === 'exit')
      expect(Math.min(...crashed.slice(1).map((at, i) => at - crashed[i]!))).toBeLessThan(patience(1000))
  },
)
