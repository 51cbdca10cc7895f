import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { useGathering } from '../../../../app/http/limits/gathered.ts'
import { useTraces } from '../../../../app/http/request/trace.ts'
import { noTracer, type SpanStart } from '../../../../engine/ports/tracer.ts'

/** A server with a route that takes reports and one that does not; the turn comes when the test says so. */
function open() {
  const { promise, resolve: begin } = Promise.withResolvers<void>()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const looked: string[] = []
  const app = fastify()
  onTestFinished(() => app.close())
  useGathering(app, () => {
    ask()
    return promise
  })
  app.addHook('onRequest', (request, _reply, done) => {
    looked.push(request.url)
    done()
  })
  app.post('/report/:name', { config: { intake: true } }, async () => ({}))
  app.get('/other', async () => ({}))
  return { app, asked, begin, looked }
}

test('nothing is done for a report before its turn; other requests wait for nothing', async () => {
  const { app, begin, looked } = open()
  const reports = ['a', 'b'].map((name) => app.inject({ method: 'POST', url: `/report/${name}` }))
  expect((await app.inject('/other')).statusCode).toBe(200)
  expect(looked).toEqual(['/other'])
  begin()
  expect((await Promise.all(reports)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
  expect(looked).toEqual(['/other', '/report/a', '/report/b'])
})

test('a flood of reports is not held back', async () => {
  const { app, begin, looked } = open()
  const reports = Array.from({ length: 503 }, (_, n) => app.inject({ method: 'POST', url: `/report/${n}` }))
  await app.inject('/other')
  expect(looked.toSorted()).toEqual(['/other', '/report/500', '/report/501', '/report/502'])
  begin()
  await Promise.all(reports)
  expect(looked).toHaveLength(504)
})

test('the span of a report begins with its request, not with its turn', async () => {
  const { app, asked, begin } = open()
  const spans: SpanStart[] = []
  const tracer = {
    ...noTracer,
    start(...[name, span]: Parameters<typeof noTracer.start>) {
      spans.push(span)
      return noTracer.start(name, span)
    },
  }
  useTraces(app, tracer, () => true)
  const report = Promise.resolve(app.inject({ method: 'POST', url: '/report/a' }))
  await asked
  const waiting = performance.timeOrigin + performance.now()
  begin()
  await report
  expect(spans).toHaveLength(1)
  expect(spans[0]!.at).toBeLessThanOrEqual(waiting)
})
