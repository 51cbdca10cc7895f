import type { FastifyInstance, FastifyRequest } from 'fastify'
import { newTraceParent, readTraceParent, type TraceParent, traceIdOf } from '../../../engine/model/trace.ts'
import type { Span, Tracer } from '../../../engine/ports/tracer.ts'
import { withTrace } from '../../../engine/trace.ts'

const traces = new WeakMap<FastifyRequest, TraceParent>()

/** Where a request stands in its trace: below what its `traceparent` names, or at the beginning of one. */
export function traceOf(request: FastifyRequest): TraceParent {
  const known = traces.get(request)
  if (known !== undefined) return known
  const trace = readTraceParent(request.headers.traceparent) ?? newTraceParent()
  traces.set(request, trace)
  return trace
}

/** For the log, for problems and for the answer's head. */
export const traceIdOfRequest = (request: FastifyRequest): string => traceIdOf(traceOf(request))

/** What a request does is part of its trace, and the answer names that. To be called before all that may refuse one. A request
 *  to the API is a span; pages and pixels, thousands a second after a campaign, are none. */
export function useTraces(app: FastifyInstance, tracer: Tracer, isApi: (path: string) => boolean): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, reply, done) => {
    if (isApi(request.url)) {
      const span = tracer.start('api', {
        parent: readTraceParent(request.headers.traceparent),
        // A report has waited for its turn.
        at: performance.timeOrigin + performance.now() - reply.elapsedTime,
        attributes: { 'http.request.method': request.method },
      })
      if (span.recorded) spans.set(request, span)
      traces.set(request, span.trace)
    }
    reply.header('traceparent', traceOf(request))
    within(request, done)
  })
  // A body comes in by events of the connection, which know nothing of the request.
  app.addHook('preValidation', (request, _, done) => within(request, done))
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)
    if (span !== undefined) {
      const route = request.routeOptions.url ?? ''
      span.end({
        attributes: {
          'http.route': route,
          'http.response.status_code': reply.statusCode,
          'broadsheet.request.id': request.id,
        },
        ...(reply.statusCode >= 500 && { error: String(reply.statusCode) }),
      })
    }
    done()
  })
}

const within = (request: FastifyRequest, work: () => void): void =>
  withTrace(traceOf(request), { requestId: request.id }, work)
