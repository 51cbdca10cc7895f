import { expect, onTestFinished, test, vi } from 'vitest'
import { openTracing } from '../../../app/tracing/tracing.ts'
import { silentLog } from '../../../engine/log.ts'
import { isSampled, readTraceParent, spanIdOf, traceIdOf } from '../../../engine/model/trace.ts'
import { startOtlpCollector } from '../../servers/otlp-collector.ts'

async function open(sampling = 1) {
  const collector = await startOtlpCollector()
  onTestFinished(() => collector.close())
  const lines: [string, object][] = []
  const log = { ...silentLog, warn: (fields: object, event: string) => void lines.push([event, fields]) }
  const settings = {
    url: collector.url,
    sampling,
    headers: { authorization: 'Bearer of-the-collector' },
    attributes: { 'service.name': 'test' },
  }
  const tracing = await openTracing(settings, { version: '1.0.0', log })
  onTestFinished(() => tracing.close())
  return { ...tracing, collector, lines }
}

test('a span that was named before is written under that name, whenever it began and wherever it is ended', async () => {
  const { tracer, close, collector } = await open()
  const parent = readTraceParent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')!
  const name = tracer.name(parent)
  const alone = tracer.name(null)
  expect(traceIdOf(name)).toBe(traceIdOf(parent))
  // Before this process was: a campaign goes over restarts.
  const at = 1_600_000_000_123.25
  tracer.start('publication', { as: name, parent, at }).end({ at: at + 1000 })
  tracer.start('publication', { as: alone, parent: null }).end()
  await close()
  expect(collector.spans).toEqual([
    expect.objectContaining({
      traceId: traceIdOf(name),
      spanId: spanIdOf(name),
      parentSpanId: 'b7ad6b7169203331',
      startNanos: 1_600_000_000_123_250_000n,
      endNanos: 1_600_000_001_123_250_000n,
    }),
    expect.objectContaining({ traceId: traceIdOf(alone), spanId: spanIdOf(alone), parentSpanId: '' }),
  ])
})

test('a share of traces is wanted, all of each or nothing', async () => {
  const { tracer, close, collector } = await open(0.25)
  let wanted = 0
  for (let i = 0; i < 400; i++) {
    const root = tracer.name(null)
    const child = tracer.start('batch', { parent: root })
    expect(child.recorded).toBe(isSampled(root))
    child.end()
    tracer.start('publication', { as: root, parent: null }).end()
    if (isSampled(root)) wanted++
  }
  await close()
  // 400 throws of 1 in 4: outside of this once in ten million runs.
  expect(wanted).toBeGreaterThan(50)
  expect(wanted).toBeLessThan(150)
  expect(collector.spans).toHaveLength(wanted * 2)
})

test('while a collector hangs what waits is bounded, and it is said once, without secrets', async () => {
  const { tracer, collector, lines } = await open()
  collector.turn = 'hang'
  for (let i = 0; i < 20_000; i++) tracer.start('batch', { parent: null }).end()
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(0), { timeout: 30_000, interval: 5 })
  for (let i = 0; i < 20_000; i++) tracer.start('batch', { parent: null }).end()
  expect(lines.map(([event]) => event)).toEqual(['traces.not_taken'])
  collector.turn = 'take'
  // What waits goes first: the first of these comes when nothing of it is left.
  await vi.waitFor(
    () => {
      tracer.start('api', { parent: null }).end()
      expect(collector.spans.some(({ name }) => name === 'api')).toBe(true)
    },
    { timeout: 60_000, interval: 20 },
  )
  const kept = collector.spans.filter(({ name }) => name === 'batch').length
  // The queue of 2,048, and what was under way: two posts of 512.
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThanOrEqual(2048 + 2 * 512)
  expect(JSON.stringify(lines)).not.toMatch(/of-the-collector|127\.0\.0\.1/)
})
