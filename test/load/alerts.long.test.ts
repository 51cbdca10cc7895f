import { expect, test } from 'vitest'
import { followInputSchema } from '../../engine/model/follow.ts'
import type { SubscriberId } from '../../engine/model/ids.ts'
import { openStore } from '../../stores/open.ts'
import { startDaemon } from '../faults/support/daemon.ts'
import { openHouse, sender } from '../faults/support/house.ts'
import { until } from '../faults/support/until.ts'
import { startSink } from '../servers/smtp-sink.ts'

const people = 2000
const alerts = 5
const limitMs = 30_000

test(`an alert is in the mail servers' hands of ${people} people within 30 seconds, end to end`, async () => {
  await using sink = await disposable(startSink())
  const house = await openHouse({
    people,
    settings: {
      channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
      alerts: { sender: { address: sender }, receivers: { default: { people: true } } },
    },
  })
  const store = await openStore(`sqlite:${house.database}`)
  await store.follows.insertMany(
    Array.from({ length: people }, (_, i) => ({
      subscriberId: (i + 1) as SubscriberId,
      input: followInputSchema.parse({ channel: 'smtp', topics: ['security'] }),
    })),
    Date.now(),
  )
  await store.close()
  const daemon = await startDaemon(house)
  await until('the desk to be taken up', () => daemon.output().includes('desk.taken_up'))

  const took: number[] = []
  for (let n = 0; n < alerts; n++) {
    const before = sink.count()
    const begun = performance.now()
    await daemon.client.post('/alerts', {
      title: `Breaking ${n}`,
      key: `load-${n}`,
      topic: 'security',
      severity: 'critical',
    })
    let seen = 0
    await until(
      'everybody to have it',
      () => {
        const at = performance.now() - begun
        for (; seen < sink.count() - before; seen++) took.push(at)
        return seen >= people
      },
      { everyMs: 2 },
    )
  }
  await daemon.stop()
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!)
  console.info(
    `alert to ${people} people by mail: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms after the request`,
  )
  expect(new Set(sink.received().map(({ messageId }) => messageId)).size).toBe(people * alerts)
  expect(at(1)).toBeLessThan(limitMs)
})

async function disposable<T extends { close(): Promise<void> }>(opening: Promise<T>) {
  const opened = await opening
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() }
}
