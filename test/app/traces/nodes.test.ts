import { expect, test } from 'vitest'
import { type Cluster, openCluster } from '../../faults/support/cluster.ts'
import type { Daemon } from '../../faults/support/daemon.ts'
import { campaignInput } from '../../faults/support/house.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-00`

type Line = { readonly event: string; readonly [field: string]: unknown }

const linesOf = (node: Daemon): readonly Line[] =>
  node
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith('{"level"') ? [JSON.parse(line) as Line] : []))

const eventsOf = (lines: readonly Line[], event: string) => lines.filter((line) => line.event === event)

async function ask(node: Daemon, path: string, headers: object, body?: object) {
  return fetch(`${node.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${node.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body ?? {}),
  })
}

const settings = { log: { level: 'debug', format: 'json' }, delivery: { chunk: 100, batch: 50 } }
const settle = async (cluster: Cluster, node: Daemon) => {
  await node.reaches('weekly', 'finished')
  expect(cluster.letters()).toBe(300)
}

test('what a request on one node begins carries its trace on the node that sends, after the first one is gone', async () => {
  const cluster = await openCluster({ people: 300, redis: true, settings })
  const api = await cluster.start({ role: 'api' })
  expect((await ask(api, '/campaigns', {}, campaignInput())).status).toBe(201)
  const started = await ask(api, '/campaigns/weekly/start', { traceparent, 'x-request-id': 'from-the-desk' })
  expect(started.status).toBe(200)
  expect(started.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
  expect(started.headers.get('x-request-id')).toBe('from-the-desk')
  const began = eventsOf(linesOf(api), 'campaign.changed').find(({ state }) => state === 'running')
  expect(began).toMatchObject({ traceId, requestId: 'from-the-desk' })
  // What knows of the request in memory is gone: the rest is in the store.
  await api.stop()

  const node = await cluster.start()
  await settle(cluster, node)
  const lines = linesOf(node)
  const sent = eventsOf(lines, 'batch.sent')
  const rendered = eventsOf(lines, 'batch.rendered')
  expect(sent.length).toBeGreaterThanOrEqual(6)
  expect(rendered.length).toBeGreaterThanOrEqual(6)
  for (const line of [...sent, ...rendered])
    expect(line).toMatchObject({
      traceId,
      campaignId: expect.any(Number) as number,
      publicationId: expect.any(Number) as number,
    })
  // As the thread said itself: the main thread is number 0.
  expect(rendered.every(({ thread }) => Number(thread) > 0)).toBe(true)
  expect(eventsOf(lines, 'smtp.connected').every((line) => line.traceId === traceId)).toBe(true)
  expect(eventsOf(lines, 'campaign.changed').at(-1)).toMatchObject({ state: 'finished', traceId })

  // Nobody else's lines do: other requests, sweeps, the daemon's own.
  const others = lines.filter((line) => line.traceId === traceId && line.publicationId === undefined)
  expect(others.map(({ event }) => event)).toEqual([])
  const requests = eventsOf(lines, 'http.request')
  expect(requests.length).toBeGreaterThan(0)
  expect(new Set(requests.map((line) => line.traceId)).size).toBe(requests.length)
})
