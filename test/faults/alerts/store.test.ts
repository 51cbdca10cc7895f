import { expect, test } from 'vitest'
import { patience } from '../../support/pace.ts'
import type { Daemon } from '../support/daemon.ts'
import { until } from '../support/until.ts'
import { openAlertNodes } from './support/nodes.ts'
import { startSource, topic } from './support/source.ts'

/** How a report of an alert is answered. */
async function answer(node: Daemon, key: string) {
  const response = await fetch(`${node.url}/api/v1/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${node.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key, topic, title: `Probe ${key}` }),
  })
  await response.arrayBuffer()
  return { status: response.status, retryAfter: response.headers.get('retry-after') }
}

test('Postgres goes away under the desk, three times: posts are told when to come again, and nothing is lost', async () => {
  const { cluster, room, last } = await openAlertNodes()
  const nodes = [await cluster.start(), await cluster.start()] as const
  const alerts = 300
  const sources = nodes.map((node, i) => {
    const source = startSource({ alerts: alerts / 2, from: (alerts / 2) * i, lanes: 4, room })
    source.turnTo(node)
    return source
  })
  const accepted = () => sources.reduce((sum, source) => sum + source.accepted.size, 0)
  for (const restart of [1, 2, 3]) {
    await until('alerts to be accepted', () => accepted() >= (alerts * restart) / 4, { everyMs: 1 })
    await cluster.postgres.stop(restart === 2 ? 'fast' : 'kill')
    for (const node of nodes)
      expect(await answer(node, `away ${restart}`)).toEqual({ status: 503, retryAfter: '5' })
    await cluster.postgres.start()
    await until(
      'posts to be taken again',
      async () => (await answer(nodes[0], `back ${restart}`)).status === 202,
    )
  }
  await last(nodes[1], sources)
  expect(nodes.every((node) => node.alive())).toBe(true)
})

test('SIGTERM while Postgres is away: out within 10 s, and the next node tells what was accepted', async () => {
  const { cluster, room, last } = await openAlertNodes()
  const node = await cluster.start()
  const source = startSource({ alerts: 60, lanes: 4, room })
  source.turnTo(node)
  await until('alerts to be accepted', () => source.accepted.size >= 20, { everyMs: 1 })
  await cluster.postgres.stop('kill')
  const asked = performance.now()
  const exit = await node.stop()
  expect(performance.now() - asked).toBeLessThan(patience(10_000))
  expect(exit).toEqual({ code: 0, signal: null })
  source.turnTo(null)
  await cluster.postgres.start()
  const next = await cluster.start()
  source.turnTo(next)
  await last(next, [source])
})

test('Redis is killed, comes back, and is flushed: alerts are told all the same, and once', async () => {
  const { cluster, room, last } = await openAlertNodes({ redis: true })
  const nodes = [await cluster.start(), await cluster.start()] as const
  const alerts = 240
  // Posts go to one node, which has the desk or has to wake the one that has it.
  const source = startSource({ alerts, lanes: 6, room })
  const accepted = (share: number) =>
    until('alerts to be accepted', () => source.accepted.size >= alerts * share, { everyMs: 1 })
  for (const [share, fault] of [
    [0.2, () => cluster.redis?.kill()],
    [0.4, () => cluster.redis?.start()],
    [0.6, () => cluster.redis?.flush()],
    [0.8, () => cluster.redis?.kill()],
  ] as const) {
    source.turnTo(nodes[share < 0.5 ? 1 : 0])
    await accepted(share)
    await fault()
  }
  const { doubts, doubled } = await last(nodes[0], [source])
  expect({ doubts, doubled }).toEqual({ doubts: 0, doubled: [] })
})
