import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createRawClient } from '../../bench/raw-http.ts'
import { startDaemon } from './support/daemon.ts'
import { askInTurn, newKeys, startFlood } from './support/flooding.ts'
import { openHouse } from './support/house.ts'

const limit = 100
/** What one of their answers takes of an ordinary machine's processor. */
const answerThere = 240e-6
/** So many that together they never come near their limits. */
const others = 300
/** Answers to others that one request of the flood may cost: all of a second together what a fifth of it is enough for. */
const fifth = 0.2 / (10 * limit) / answerThere
const roundMs = 800
/** Before them as many in which the flood's way becomes warm, as the others' is. */
const rounds = 7

test('a caller at ten times its limit costs the others at most a fifth (S14)', async () => {
  const rate = { perSecond: limit, burst: 20 }
  const house = await openHouse({ people: 100, settings: { http: { port: 0, limits: { perKey: rate } } } })
  const daemon = await startDaemon(house)
  const [greedy = '', ...rest] = await newKeys(daemon, others + 1)
  const flood = startFlood(daemon.url, greedy)
  const client = createRawClient(daemon.url)
  onTestFinished(() => client.close())

  /** Seconds of a processor that the daemon has taken so far. */
  const taken = async () =>
    Number(/^process_cpu_seconds_total (\S+)$/m.exec(await (await fetch(`${daemon.url}/metrics`)).text())![1])
  const seconds = async (work: () => Promise<void>) => {
    const before = await taken()
    await work()
    return (await taken()) - before
  }

  /** Of one answer to the others. */
  const answer = async () => {
    let answers = 0
    const alone = await seconds(async () => {
      answers = await askInTurn(client, rest, roundMs)
    })
    return alone / answers
  }

  // What the flood takes of the daemon, others cannot have. It is counted in the processor's time and not by the clock, since whoever
  // floods and whoever asks work on this machine, too; and in answers to others that it would have been enough for, just before and
  // just after, since both take longer on a slow machine.
  await askInTurn(client, rest, roundMs)
  const prices: number[] = []
  let before = await answer()
  while (prices.length < 2 * rounds) {
    let answers = 0
    let statuses: Record<string, number> = {}
    const both = await seconds(async () => {
      flood.send(10 * limit)
      answers = await askInTurn(client, rest, roundMs)
      flood.send(0)
      ;[{ statuses }] = (await once(flood, 'message')) as [{ statuses: Record<string, number> }]
    })
    const after = await answer()
    const { 200: passed = 0, 429: refused = 0 } = statuses
    expect(Object.keys(statuses).toSorted()).toEqual(['200', '429'])
    expect(refused).toBeGreaterThan(2 * passed)
    const one = (before + after) / 2
    prices.push((both / one - answers) / (passed + refused))
    before = after
  }
  const [price = 0] = prices
    .slice(rounds)
    .toSorted((a, b) => a - b)
    .slice(rounds / 2)
  console.info(
    `Answers that a request of the flood is worth: ${prices.map((one) => one.toFixed(2)).join(', ')}`,
  )
  expect(price).toBeLessThanOrEqual(fifth)

  await daemon.stop()
})
