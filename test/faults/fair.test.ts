import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createRawClient } from '../../bench/raw-http.ts'
import { startDaemon } from './support/daemon.ts'
import { askInTurn, newKeys, startFlood } from './support/flooding.ts'
import { openHouse } from './support/house.ts'

const perSecond = 100
const burst = 20

test('of a caller at ten times its limit only as much as it may gets as far as the store, and others all get answers (S14)', async () => {
  const house = await openHouse({
    people: 100,
    settings: { http: { port: 0, limits: { perKey: { perSecond, burst } } } },
  })
  const daemon = await startDaemon(house)
  // So many others that together they never come near their limits.
  const [greedy = '', ...others] = await newKeys(daemon, 301)
  const flood = startFlood(daemon.url, greedy)
  const client = createRawClient(daemon.url)
  onTestFinished(() => client.close())
  /** Calls to the store for people, whoever caused them. */
  const read = async () => {
    const text = await (await fetch(`${daemon.url}/metrics`)).text()
    const counts = text.matchAll(/^broadsheet_store_seconds_count\{.*query="subscribers\.[^"]*".*\} (\d+)$/gm)
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
  }

  const before = await read()
  const begun = performance.now()
  flood.send(10 * perSecond)
  expect(await askInTurn(client, others, 2000)).toBeGreaterThan(0)
  flood.send(0)
  const [{ statuses }] = (await once(flood, 'message')) as [{ statuses: Record<string, number> }]
  const seconds = (performance.now() - begun) / 1000
  const { 200: passed = 0, 429: refused = 0, ...rest } = statuses
  expect(rest).toEqual({})
  expect(passed).toBeGreaterThanOrEqual(burst)
  expect(passed).toBeLessThanOrEqual(burst + perSecond * seconds + 1)
  expect(refused).toBeGreaterThan(0)
  expect((await read()) - before).toBe(passed)
  await daemon.stop()
})
