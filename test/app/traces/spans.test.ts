import { expect, onTestFinished, test } from 'vitest'
import { allTold, follow } from '../../faults/alerts/support/followers.ts'
import { topic } from '../../faults/alerts/support/source.ts'
import { type Daemon, startDaemon } from '../../faults/support/daemon.ts'
import { campaignInput, openHouse } from '../../faults/support/house.ts'
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../../servers/otlp-collector.ts'
import { startSink } from '../../servers/smtp-sink.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const callerSpan = 'b7ad6b7169203331'
const people = 120

async function openTraced(tracing: object, env: NodeJS.ProcessEnv = {}) {
  const collector = await startOtlpCollector()
  onTestFinished(() => collector.close())
  const sink = await startSink()
  onTestFinished(() => sink.close())
  const house = await openHouse({
    people,
    settings: {
      channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } },
      delivery: { chunk: 60, batch: 30 },
      alerts: { sweepMs: 50 },
      tracing: { otlp: collector.url, ...tracing },
    },
  })
  await follow(house, 2)
  const daemon = await startDaemon(house, { env })
  return { collector, sink, daemon }
}

async function ask(node: Daemon, path: string, body: object, traceparent?: string): Promise<void> {
  const answer = await fetch(`${node.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${node.token}`,
      'content-type': 'application/json',
      ...(traceparent && { traceparent }),
    },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBeLessThan(300)
}

async function sendWeekly(daemon: Daemon, traceparent?: string): Promise<void> {
  await ask(daemon, '/campaigns', campaignInput())
  await ask(daemon, '/campaigns/weekly/start', {}, traceparent)
  await daemon.reaches('weekly', 'finished')
}

const named = (spans: readonly CollectedSpan[], name: string) => spans.filter((span) => span.name === name)
const under = (spans: readonly CollectedSpan[], { spanId }: CollectedSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId)
const only = <T>(all: readonly T[]): T => {
  expect(all).toHaveLength(1)
  return all[0]!
}
const sumOf = (spans: readonly CollectedSpan[], attribute: string): number =>
  spans.reduce((sum, { attributes }) => sum + Number(attributes[attribute] ?? 0), 0)

function traceOf({ spans }: OtlpCollector, id: string): readonly CollectedSpan[] {
  const mine = spans.filter((span) => span.traceId === id)
  expect(new Set(mine.map(({ spanId }) => spanId)).size, 'every span once').toBe(mine.length)
  for (const { startNanos, endNanos } of mine) expect(endNanos >= startNanos).toBe(true)
  return mine
}

test('a campaign is one tree, from the request over threads to the books', async () => {
  const { collector, sink, daemon } = await openTraced({ headers: { authorization: 'Bearer collector' } })
  await sendWeekly(daemon, `00-${traceId}-${callerSpan}-01`)
  expect(sink.count()).toBe(people)
  expect(await daemon.stop()).toEqual({ code: 0, signal: null })

  const spans = traceOf(collector, traceId)
  const api = only(named(spans, 'api'))
  expect(api).toMatchObject({ parentSpanId: callerSpan, kind: 2 })
  expect(api.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/api/v1/campaigns/:idOrName/start',
    'http.response.status_code': 200,
  })
  const publication = only(under(spans, api))
  expect(publication).toMatchObject({ name: 'publication', status: 0 })
  expect(publication.attributes).toMatchObject({ 'broadsheet.publication.state': 'finished' })
  const batches = under(spans, publication)
  expect(batches.map(({ name, status }) => [name, status])).toEqual(batches.map(() => ['batch', 0]))
  expect(batches.length).toBeGreaterThanOrEqual(people / 30)
  for (const batch of batches) {
    const parts = under(spans, batch)
    expect(parts.map(({ name }) => name).sort()).toEqual(['render', 'send', 'settle'])
    expect(only(named(parts, 'render')).attributes['thread.id']).toBeGreaterThan(0)
  }
  expect(sumOf(named(spans, 'render'), 'messaging.batch.message_count')).toBe(people)
  expect(sumOf(named(spans, 'send'), 'broadsheet.outcome.sent')).toBe(people)
  // Nothing hangs beside the tree.
  expect(spans).toHaveLength(2 + batches.length * 4)
  expect(spans[0]!.resource).toMatchObject({ 'service.name': 'broadsheet' })
  expect(collector.posts[0]!.headers.authorization).toBe('Bearer collector')
  // Ids and counts only.
  expect(JSON.stringify(collector.posts)).not.toMatch(/readers\.example|news@/)
})

test('what is told of an alert hangs under the request that reported it', async () => {
  const { collector, sink, daemon } = await openTraced({})
  await ask(
    daemon,
    '/alerts',
    { key: 'disk', topic, title: 'The disk is full' },
    `00-${traceId}-${callerSpan}-01`,
  )
  await allTold(daemon)
  await daemon.stop()
  expect(sink.count()).toBeGreaterThanOrEqual(2)

  const spans = traceOf(collector, traceId)
  const api = only(spans.filter(({ parentSpanId }) => parentSpanId === callerSpan))
  const accepted = only(under(spans, api))
  expect(accepted).toMatchObject({ name: 'alert.accept', attributes: { 'broadsheet.alert.reports': 1 } })
  const told = only(under(spans, accepted))
  expect(told.name).toBe('notification')
  const sent = only(under(spans, told))
  expect(sent).toMatchObject({ name: 'alert.send', kind: 3 })
  expect(sent.attributes).toMatchObject({ 'broadsheet.channel': 'smtp', 'messaging.batch.message_count': 2 })
  expect(spans).toHaveLength(4)
})

test('what is sampled out is not written, nor what its caller does not want', async () => {
  const { collector, daemon } = await openTraced({ sampling: 0 })
  await sendWeekly(daemon)
  await daemon.stop()
  expect(collector.posts).toEqual([])

  const wanted = await openTraced({})
  await sendWeekly(wanted.daemon, `00-${traceId}-${callerSpan}-00`)
  await wanted.daemon.stop()
  expect(wanted.collector.spans.length).toBeGreaterThan(0)
  expect(traceOf(wanted.collector, traceId)).toEqual([])
})

test("OpenTelemetry's own variables say where, and whom to call it", async () => {
  const collector = await startOtlpCollector()
  onTestFinished(() => collector.close())
  const { collector: other, daemon } = await openTraced(
    { otlp: null },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.replace('/v1/traces', '/'),
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=news%20desk,x-more=1',
      OTEL_SERVICE_NAME: 'newsroom',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    },
  )
  await sendWeekly(daemon)
  await daemon.stop()
  expect(other.posts).toEqual([])
  expect(named(collector.spans, 'publication')).toHaveLength(1)
  expect(collector.posts[0]!.headers).toMatchObject({ 'x-tenant': 'news desk', 'x-more': '1' })
  expect(collector.spans[0]!.resource).toMatchObject({
    'service.name': 'newsroom',
    'deployment.environment.name': 'test',
  })
})

test.each(['hang', 'fail'] as const)(
  'a collector that can only %s keeps no letter and no stop',
  async (turn) => {
    const { collector, sink, daemon } = await openTraced({})
    collector.turn = turn
    await sendWeekly(daemon)
    expect(sink.count()).toBe(people)
    expect(await daemon.stop()).toEqual({ code: 0, signal: null })
    expect(collector.spans).toEqual([])
  },
)
