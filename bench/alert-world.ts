import type { AddressInfo } from 'node:net'
import { createRawClient, createSink } from './raw-http.ts'

/** The world around a daemon, in a process of its own: it raises alerts, so many a second whatever becomes of them (open loop),
 *  and is the channel that they reach. One clock sees both. Speaks with its parent by messages. */

interface Raise {
  readonly url: string
  readonly token: string
  readonly perSecond: number
  readonly seconds: number
}

export interface Raised {
  readonly sent: number
  readonly refused: number
  /** Milliseconds from the alert's request to the first request that the channel got of it, and to its 202. */
  readonly toChannel: readonly number[]
  readonly toAccept: readonly number[]
  readonly missing: number
  /** What this process itself took of the machine meanwhile, in cores. */
  readonly ownCores: number
}

/** How often it looks what is due: at 200 a second each alert by itself. */
const tickMs = 4

const sentAt = new Map<string, number>()
const reached = new Map<string, number>()
let run = 0

// A key as the bodies of notifications have it: `"key":"bench-3-77"`.
const mark = Buffer.from('"key":"bench-')
const sink = createSink((body) => {
  const at = performance.now()
  for (let from = body.indexOf(mark); from !== -1; from = body.indexOf(mark, from + 1)) {
    const key = body.toString('latin1', from + 7, body.indexOf(0x22, from + mark.length))
    if (!reached.has(key)) reached.set(key, at)
  }
})

async function raise({ url, token, perSecond, seconds }: Raise): Promise<Raised> {
  run++
  sentAt.clear()
  reached.clear()
  const client = createRawClient(url)
  const headers = `authorization: Bearer ${token}\r\ncontent-type: application/json\r\n`
  const toAccept: number[] = []
  let refused = 0
  const total = perSecond * seconds
  const keys = Array.from({ length: total }, (_, n) => `bench-${run}-${n}`)
  const requests = keys.map((key) =>
    client.bytesOf(
      'POST',
      '/api/v1/alerts',
      headers,
      JSON.stringify({
        key,
        title: `Disk of ${key} is full`,
        severity: 'critical',
        labels: { alertname: 'DiskFull', host: key },
        // They stay open: one that ends meanwhile is told a second time.
        ttlMs: 3_600_000,
      }),
    ),
  )
  const flights: Promise<void>[] = []
  const fly = async (n: number) => {
    const at = performance.now()
    sentAt.set(keys[n]!, at)
    const status = await client.send(requests[n]!)
    if (status === 202) toAccept.push(performance.now() - at)
    else refused++
  }
  const cpu = process.cpuUsage()
  const begun = performance.now()
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * perSecond) / 1000) + 1)
    for (; n < due; n++)
      flights.push(
        fly(n).catch(() => {
          refused++
        }),
      )
    await new Promise((resolve) => setTimeout(resolve, tickMs))
  }
  await Promise.all(flights)
  const until = performance.now() + 10_000
  while (reached.size < total - refused && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20))
  client.close()
  const { user, system } = process.cpuUsage(cpu)
  const ownCores = (user + system) / 1000 / (performance.now() - begun)
  const toChannel = [...reached].flatMap(([key, at]) => {
    const from = sentAt.get(key)
    return from === undefined ? [] : [at - from]
  })
  return { sent: total, refused, toChannel, toAccept, missing: total - refused - toChannel.length, ownCores }
}

sink.listen(0, '127.0.0.1', () => process.send?.({ port: (sink.address() as AddressInfo).port }))
process.on('message', (task: Raise) => {
  raise(task).then(
    (raised) => process.send?.({ raised }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
