import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createRawClient, type RawClient } from '../../bench/raw-http.ts'
import { startDaemon } from './support/daemon.ts'
import { openHouse } from './support/house.ts'

const limit = 100
/** So many that together they never come near their limits. */
const others = 300
const roundMs = 1000
const rounds = 12

test('a caller at ten times its limit gets 429, and costs the others at most a fifth (S14)', async () => {
  const rate = { perSecond: limit, burst: limit }
  const house = await openHouse({ people: 100, settings: { http: { port: 0, limits: { perKey: rate } } } })
  const daemon = await startDaemon(house)
  const secrets: string[] = []
  for (let n = 0; n <= others; n++)
    secrets.push(
      (
        (await daemon.client.post('/keys', {
          name: `key-${n}`,
          scopes: ['content:read', 'subscribers:read'],
        })) as { secret: string }
      ).secret,
    )
  const [greedy = '', ...rest] = secrets
  const flood = startFlood(daemon.url, greedy)
  const client = createRawClient(daemon.url)
  onTestFinished(() => client.close())

  // Rounds alternate, and the best of each kind are compared: what else the machine does only ever takes away.
  await ask(client, rest, roundMs)
  let [alone, beside] = [0, 0]
  for (let round = 0; round < rounds && (round < 3 || beside < 0.8 * alone); round++) {
    alone = Math.max(alone, await ask(client, rest, roundMs))
    flood.send(10 * limit)
    beside = Math.max(beside, await ask(client, rest, roundMs))
    flood.send(0)
    await once(flood, 'message')
  }
  flood.send(0)
  const [{ statuses }] = (await once(flood, 'message')) as [{ statuses: Record<string, number> }]
  console.info(
    `others: ${alone} answers/s alone, ${beside} beside a flood; the flood: ${JSON.stringify(statuses)}`,
  )
  expect(Object.keys(statuses).toSorted()).toEqual(['200', '429'])
  // Every round lets a burst and a second's worth through.
  expect(statuses['429']).toBeGreaterThan(2 * statuses['200']!)
  expect(beside).toBeGreaterThanOrEqual(0.8 * alone)

  const refused = await fetch(`${daemon.url}/api/v1/lists`, {
    headers: { authorization: `Bearer ${greedy}` },
  })
  if (refused.status === 429) expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await daemon.stop()
})

/** Two at a time, each with the next key; how many answers a second. All are within their limits. */
async function ask(client: RawClient, secrets: readonly string[], ms: number): Promise<number> {
  let answers = 0
  const begun = performance.now()
  const one = async () => {
    while (performance.now() - begun < ms) {
      const secret = secrets[answers % secrets.length]!
      answers++
      expect(await client.request('GET', '/api/v1/lists', `authorization: Bearer ${secret}\r\n`)).toBe(200)
    }
  }
  await Promise.all([one(), one()])
  return Math.round((answers * 1000) / (performance.now() - begun))
}

function startFlood(url: string, secret: string): ChildProcess {
  const script = fileURLToPath(new URL('./support/flood.ts', import.meta.url))
  const child = fork(script, [url, secret], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => {
    if (child.connected) child.disconnect()
  })
  return child
}
