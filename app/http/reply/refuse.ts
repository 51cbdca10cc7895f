import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BroadsheetError } from '../../../engine/errors.ts'
import { traceIdOfRequest, traceOf } from '../request/trace.ts'
import { type Problem, problemType, refusalOf, retryAfterSeconds, toProblem } from './problem.ts'

export const pathOfRequest = (request: FastifyRequest): string => request.url.split('?', 1)[0]!

const asked = (request: FastifyRequest) => ({
  path: pathOfRequest(request),
  requestId: request.id,
  traceId: traceIdOfRequest(request),
})

/** A thrown value as the problem that a client is told. */
export const problemFor = (thrown: unknown, request: FastifyRequest): Problem =>
  toProblem(refusalOf(thrown, request.routeOptions.bodyLimit), asked(request))

/** Answer with a problem. */
export function refuse(request: FastifyRequest, reply: FastifyReply, error: BroadsheetError): FastifyReply {
  const retryAfter = retryAfterSeconds(error)
  if (retryAfter !== null && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
  return (
    reply
      .code(error.status)
      // Also where no hook has run: a path that is no path.
      .header('x-request-id', request.id)
      .header('traceparent', traceOf(request))
      .type(problemType)
      .send(JSON.stringify(toProblem(error, asked(request))))
  )
}
