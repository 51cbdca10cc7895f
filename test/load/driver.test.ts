import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { endOf, quantile } from '../../bench/load/measure/histogram.ts'
import { machineMs } from '../../bench/load/measure/machine-clock.ts'
import { startChild } from '../../bench/load/stage/child.ts'
import type { Driven, DriverTalk, RequestsTask } from '../../bench/load/world/driver.ts'

const module = new URL('../../bench/load/world/driver.ts', import.meta.url)

async function startDriver() {
  const driver = startChild<DriverTalk>(module)
  onTestFinished(() => driver.end())
  const { port } = await driver.ask('listen', null)
  return { driver, room: `http://127.0.0.1:${port}/` }
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const task = (url: string, seconds: number): RequestsTask => ({
  url,
  token: 'key',
  perSecond: 100,
  pattern: 'constant',
  seed: 1,
  seconds,
  mix: 'main',
  facts: {
    firstId: 1,
    subscribers: 10,
    addresses: ['a@example.org'],
    cursors: [],
    campaign: 'c',
    publication: 1,
  },
})

/** Answers that took so long or longer. */
const countFrom = (ms: number, latency: Driven['latency']): number =>
  Object.values(latency)
    .flatMap(({ buckets }) => buckets)
    .reduce((sum, [bucket, count]) => sum + (endOf(bucket) >= ms ? count : 0), 0)

test('a server that stands still is seen by all who should have come meanwhile', async () => {
  const held: (() => void)[] = []
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    if (asked <= 10 || asked > 50) return void response.end('{}')
    // Answered only when 40 have come: a client that waits for answers would wait for ever.
    held.push(() => response.end('{}'))
    if (held.length === 40) for (const release of held) release()
  })
  const { driver } = await startDriver()
  const { latency, sent, statuses } = await driver.ask('requests', task(url, 1))

  expect(sent).toBe(100)
  expect(statuses).toEqual({ '200': 100 })
  // The first 30 of the 40 came at least 10 to 39 gaps of 10 ms before the one that ended it.
  expect(countFrom(100, latency)).toBeGreaterThanOrEqual(30)
})

test('what the driver itself is late counts, and is told apart', async () => {
  const stoppedMs = 300
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response.end('{}')
  })
  const { driver } = await startDriver()
  const driving = driver.ask('requests', task(url, 600))
  await vi.waitFor(() => expect(asked).toBeGreaterThan(5), { timeout: 60_000, interval: 5 })
  process.kill(driver.pid, 'SIGSTOP')
  const stopped = machineMs()
  // Here the passing of time is what is looked at.
  await vi.waitUntil(() => machineMs() - stopped >= stoppedMs, { timeout: 60_000, interval: 5 })
  process.kill(driver.pid, 'SIGCONT')
  const before = asked
  await vi.waitFor(() => expect(asked).toBeGreaterThan(before + 40), { timeout: 60_000, interval: 5 })
  await driver.ask('stop', null)
  const { latency, self } = await driving

  // Of those meant in its first 200 ms, 10 ms apart, each had to wait for the last 100. Those under way when it stopped waited,
  // too, but they are few.
  expect(countFrom(100, latency)).toBeGreaterThanOrEqual(18)
  expect(self.late.max).toBeGreaterThanOrEqual(stoppedMs - 20)
  expect(quantile(self.late, 1)).toBe(self.late.max)
})

test('an alert counts once, from its moment to the room’s first request; one that nobody tells is missing', async () => {
  const { driver, room } = await startDriver()
  let tells = true
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const n = Number(/"key":"load-\w+-(\d+)"/.exec(body)?.[1])
      response.statusCode = n % 10 === 9 ? 503 : 202
      response.end('{}')
      // Of ten one is refused, and one is told twice.
      if (tells && response.statusCode === 202)
        for (let times = n % 10 === 7 ? 2 : 1; times > 0; times -= 1)
          void fetch(room, { method: 'POST', body })
    })
  })
  const { mix: _mix, facts: _facts, ...rest } = task(url, 0.195)
  const told = await driver.ask('alerts', { ...rest, prefix: 'told', topic: 'any', patienceMs: 600_000 })
  expect(told.sent).toBe(20)
  expect(told.statuses).toEqual({ '202': 18, '503 POST /alerts': 2 })
  expect(told.toRoom.count).toBe(18)
  expect(told.missing).toBe(0)

  tells = false
  const lost = await driver.ask('alerts', { ...rest, prefix: 'lost', topic: 'any', patienceMs: 1 })
  expect(lost.toRoom.count).toBe(0)
  expect(lost.missing).toBe(18)
})
