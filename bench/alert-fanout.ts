import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Carried, type ChannelDefinition, defineChannel, type Post } from '../engine/channel/index.ts'
import { engineConfigSchema } from '../engine/config.ts'
import { createEngine } from '../engine/engine.ts'
import { alertInputSchema, reportOf } from '../engine/model/alert-input.ts'
import { followInputSchema } from '../engine/model/follow.ts'
import type { SubscriberId } from '../engine/model/ids.ts'
import { subscriberInputSchema } from '../engine/model/subscriber.ts'
import { createMemoryQueue } from '../stores/memory/nodes/queue.ts'
import { openStore } from '../stores/open.ts'
import { type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'

const page = 1000
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

/** One alert that everybody follows, and many that one room gets, through the engine on SQLite and a channel that takes all:
 *  what Broadsheet itself costs. */
export async function benchAlertFanout(
  report: Report,
  { follows = 1_000_000, alerts = 5000 } = {},
): Promise<void> {
  const { file, remove } = makeFolder()
  mkdirSync(dirname(file), { recursive: true })
  const store = await openStore(`sqlite:${file}`)
  const figure = (name: string, value: number, unit: string) =>
    report({ name, value, unit, peer: null, ratio: null })
  const now = Date.now()
  for (let done = 0; done < follows; done += page) {
    const rows = Array.from({ length: page }, (_, i) =>
      subscriberInputSchema.parse({ address: `person${done + i}@example.org` }),
    )
    await store.subscribers.upsert(rows, { lists: [], now })
    await store.follows.insertMany(
      rows.map((_, i) => ({
        subscriberId: (done + i + 1) as SubscriberId,
        input: followInputSchema.parse({ channel: 'room', contact: `@${done + i}`, topics: ['news'] }),
      })),
      now,
    )
  }
  const took: Post[] = []
  let first = 0
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the bench'],
      alerts: { receivers: { default: { rooms: ['room/ops'], people: true } } },
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        room: {
          config: {},
          definition: roomOf((batch) => {
            first ||= performance.now()
            took.push(...batch)
          }),
        },
      },
    },
  )
  const before = rss()
  const loading = performance.now()
  await engine.start()
  while (engine.alerts.desk() === null) await new Promise((resolve) => setTimeout(resolve, 5))
  figure(
    `${follows.toLocaleString('en-US')} follows: read into memory`,
    round(performance.now() - loading),
    'ms',
  )
  figure('memory for them', round(rss() - before), 'MiB')

  const raise = (input: object) =>
    engine.alerts.report([reportOf(alertInputSchema.parse(input), Date.now(), 600_000)])
  const begun = performance.now()
  await raise({ key: 'broad', title: 'Breaking news', topic: 'news' })
  figure('an alert that all follow: accepted', round(performance.now() - begun, 1), 'ms')
  let told = await store.notifications.page({ after: 0, limit: 1 })
  while (told.rows.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    told = await store.notifications.page({ after: 0, limit: 1 })
  }
  figure('matched and queued', round(performance.now() - begun), 'ms')
  while (first === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  figure('its first post', round(first - begun), 'ms')
  while (took.length < Math.min(follows + 1, 50_000)) await new Promise((resolve) => setTimeout(resolve, 5))
  figure('its posts', round((took.length * 1000) / (performance.now() - first)), 'posts/s')
  while (took.length < follows + 1) await new Promise((resolve) => setTimeout(resolve, 50))
  took.length = 0

  const cpu = process.cpuUsage()
  const start = performance.now()
  let sent = 0
  const sender = async () => {
    while (sent < alerts) {
      const n = sent++
      await raise({ key: `one-${n}`, title: `Alert ${n}`, topic: 'ops', labels: { host: `h${n}` } })
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  while (took.length < alerts) await new Promise((resolve) => setTimeout(resolve, 1))
  const { user, system } = process.cpuUsage(cpu)
  figure('alerts to one room, 16 at a time', round((alerts * 1000) / (performance.now() - start)), 'alerts/s')
  figure('CPU for one, all threads', round((user + system) / alerts), 'us')
  await engine.stop()
  await store.close()
  remove()
}

function roomOf(hear: (batch: readonly Post[]) => void): ChannelDefinition<never, Carried> {
  return defineChannel({
    name: 'room',
    config: z.strictObject({}),
    open: async () => ({
      capabilities: {
        content: 'note' as const,
        maxBatch: 100,
        maxInFlight: 64,
        idempotent: false,
        maxMessageBytes: null,
        rooms: ['ops'],
      },
      contact: () => null,
      async send(batch: readonly Post[]) {
        hear(batch)
        return batch.map(({ id }) => ({ id, status: 'sent' as const, code: '200', detail: null }))
      },
      probe: async () => ({ ok: true as const, detail: '' }),
      async close() {},
    }),
  }) as unknown as ChannelDefinition<never, Carried>
}

if (import.meta.main) {
  const follows = Number(process.argv[2] ?? 1_000_000)
  await benchAlertFanout((figure) => console.log(JSON.stringify(figure)), { follows })
}
