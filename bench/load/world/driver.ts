import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { seeded } from '../../../app/demo/content/seeded.ts'
import { createRawClient, createSink, type RawClient } from '../../raw-http.ts'
import { createHistogram, type Histogram, type HistogramJson } from '../measure/histogram.ts'
import { machineMs } from '../measure/machine-clock.ts'
import { createPerSecond } from '../measure/per-second.ts'
import { answerParent } from '../stage/child.ts'
import { arrivals, type Pattern } from './arrivals.ts'
import { analyticsRoutes, type MixFacts, mainRoutes, type Route } from './routes.ts'

/** The world around a daemon, in a process of its own: it asks and raises alerts at moments that do not wait for answers (open loop),
 *  and is the room that alerts reach, so that one clock sees both ends. */
export type DriverTalk = {
  readonly listen: { readonly asked: null; readonly answer: { readonly port: number } }
  readonly requests: { readonly asked: RequestsTask; readonly answer: Driven }
  readonly alerts: { readonly asked: AlertsTask; readonly answer: AlertsDriven }
  readonly reads: { readonly asked: ReadsTask; readonly answer: { readonly done: number } }
  /** No more arrivals: what is under way ends. */
  readonly stop: { readonly asked: null; readonly answer: null }
}

interface Task {
  readonly url: string
  readonly token: string
  readonly perSecond: number
  readonly pattern: Pattern
  readonly seed: number
  /** At most; `stop` ends it sooner. */
  readonly seconds: number
}

export interface RequestsTask extends Task {
  readonly mix: 'main' | 'analytics'
  readonly facts: MixFacts
}

export interface AlertsTask extends Task {
  /** Of their keys and titles: tells the alerts of this task from all others. */
  readonly prefix: string
  readonly topic: string
  /** For the last ones to reach their room. */
  readonly patienceMs: number
}

/** Letters opened and links followed, so many at once, each address as often as it takes to come to `total`. */
export interface ReadsTask {
  readonly addresses: readonly string[]
  readonly total: number
  readonly lanes: number
}

export interface Driven {
  /** From the moment that was meant, milliseconds; by route. */
  readonly latency: { readonly [route: string]: HistogramJson }
  /** `200`, `404 GET /items`. */
  readonly statuses: { readonly [status: string]: number }
  /** Connections that broke before an answer. */
  readonly broken: number
  readonly sent: number
  readonly seconds: number
  /** Answers in each second: its middle, and how many. */
  readonly answered: readonly (readonly [seconds: number, answers: number])[]
  readonly self: DriverSelf
}

/** How much of what is seen may be the driver's own. */
export interface DriverSelf {
  /** From the moment meant to the one at which the request left, milliseconds: part of every latency. */
  readonly late: HistogramJson
  /** Its event loop's, milliseconds. */
  readonly lagP99Ms: number
  readonly lagMaxMs: number
  readonly cores: number
}

export interface AlertsDriven extends Driven {
  /** From the moment meant to the first request that the room got. */
  readonly toRoom: HistogramJson
  readonly missing: number
  /** Moments meant of the first 1,000, of the machine's clock. */
  readonly meant: { readonly [key: string]: number }
}

const resolutionMs = 10
const keptMoments = 1000
let stopped = false
const awaited = new Map<string, (atMs: number) => void>()

const room = createSink((body) => {
  const atMs = machineMs()
  for (const [key] of body.toString('latin1').matchAll(/load-[a-z0-9]+-\d+/g)) {
    awaited.get(key)?.(atMs)
    awaited.delete(key)
  }
})

/** Calls `fly` at each moment, with its number and the moment meant. */
async function drive(
  { perSecond, pattern, seed, seconds }: Task,
  fly: (n: number, meantMs: number) => Promise<{ readonly name: string; readonly status: number }>,
): Promise<Driven> {
  stopped = false
  const latency = new Map<string, Histogram>()
  const statuses = new Map<string, number>()
  const answered = createPerSecond()
  const late = createHistogram()
  const lag = monitorEventLoopDelay({ resolution: resolutionMs })
  lag.enable()
  const cpu = process.cpuUsage()
  const begun = machineMs()
  let [sent, broken] = [0, 0]
  const flights = new Set<Promise<void>>()
  for (const at of arrivals(perSecond, pattern, seed)) {
    if (at >= seconds * 1000) break
    const meant = begun + at
    for (let wait = meant - machineMs(); wait > 0 && !stopped; wait = meant - machineMs())
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 100)))
    if (stopped) break
    late.add(machineMs() - meant)
    const flight = fly(sent++, meant).then(
      ({ name, status }) => {
        const now = machineMs()
        const histogram = latency.get(name) ?? createHistogram()
        latency.set(name, histogram)
        histogram.add(now - meant)
        // Of what went wrong also where.
        const said = status < 400 ? `${status}` : `${status} ${name}`
        statuses.set(said, (statuses.get(said) ?? 0) + 1)
        answered.add((now - begun) / 1000)
      },
      () => {
        broken += 1
      },
    )
    flights.add(flight)
    void flight.then(() => flights.delete(flight))
  }
  const elapsedMs = machineMs() - begun
  await Promise.all(flights)
  lag.disable()
  const { user, system } = process.cpuUsage(cpu)
  const overTimer = (ns: number) => Math.max(0, ns / 1e6 - resolutionMs)
  return {
    latency: Object.fromEntries([...latency].map(([name, histogram]) => [name, histogram.toJSON()])),
    statuses: Object.fromEntries(statuses),
    broken,
    sent,
    seconds: elapsedMs / 1000,
    answered: answered.points(),
    self: {
      late: late.toJSON(),
      lagP99Ms: overTimer(lag.percentile(99)),
      lagMaxMs: overTimer(lag.max),
      cores: (user + system) / 1000 / (machineMs() - begun),
    },
  }
}

async function requests(task: RequestsTask): Promise<Driven> {
  const client = createRawClient(task.url)
  const chance = seeded(task.seed + 1)
  const routes = deal(task.mix === 'main' ? mainRoutes : analyticsRoutes)
  const head = `authorization: Bearer ${task.token}\r\n`
  try {
    return await drive(task, async (n) => {
      const { name, ask } = routes[Math.floor(chance() * routes.length)]!
      const { path, body } = ask(task.facts, chance, n)
      return { name, status: await send(client, head, `/api/v1${path}`, body) }
    })
  } finally {
    client.close()
  }
}

/** Each as often as its weight. */
const deal = (routes: readonly Route[]): readonly Route[] =>
  routes.flatMap((route) => Array.from({ length: route.weight }, () => route))

const send = (client: RawClient, head: string, path: string, body?: object): Promise<number> =>
  body === undefined
    ? client.request('GET', path, head)
    : client.request('POST', path, `${head}content-type: application/json\r\n`, JSON.stringify(body))

async function alerts(task: AlertsTask): Promise<AlertsDriven> {
  const client = createRawClient(task.url)
  const head = `authorization: Bearer ${task.token}\r\n`
  const toRoom = createHistogram()
  const meantAt = new Map<string, number>()
  const open = new Set<string>()
  const driven = await drive(task, async (n, meant) => {
    const key = `load-${task.prefix}-${n}`
    if (meantAt.size < keptMoments) meantAt.set(key, meant)
    open.add(key)
    awaited.set(key, (atMs) => {
      open.delete(key)
      toRoom.add(atMs - meant)
    })
    const status = await send(client, head, '/api/v1/alerts', {
      key,
      title: `Breaking ${key}`,
      topic: task.topic,
      severity: 'critical',
      labels: { alertname: 'Load', host: key },
      ttlMs: 600_000,
    })
    if (status !== 202) {
      // Refused: nobody is told.
      open.delete(key)
      awaited.delete(key)
    }
    return { name: 'POST /alerts', status }
  })
  const until = machineMs() + task.patienceMs
  while (open.size > 0 && machineMs() < until) await new Promise((resolve) => setTimeout(resolve, 5))
  client.close()
  for (const key of open) awaited.delete(key)
  return { ...driven, toRoom: toRoom.toJSON(), missing: open.size, meant: Object.fromEntries(meantAt) }
}

async function reads({ addresses, total, lanes }: ReadsTask): Promise<{ done: number }> {
  const clients = new Map<string, RawClient>()
  const head =
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n'
  let [next, done] = [0, 0]
  const lane = async () => {
    while (next < total && addresses.length > 0) {
      const { origin, pathname } = new URL(addresses[next++ % addresses.length]!)
      const client = clients.get(origin) ?? createRawClient(origin)
      clients.set(origin, client)
      const status = await client.request('GET', pathname, head)
      if (status === 200 || status === 302) done += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const client of clients.values()) client.close()
  return { done }
}

answerParent<DriverTalk>({
  listen: () =>
    new Promise((resolve) => {
      room.listen(0, '127.0.0.1', () => resolve({ port: (room.address() as AddressInfo).port }))
    }),
  requests,
  alerts,
  reads,
  stop() {
    stopped = true
    return null
  },
})
