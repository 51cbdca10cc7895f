import type { FastifyRequest } from 'fastify'

/** The trace that a W3C `traceparent` names, for the log; nothing where there is none or it is malformed. */
export function traceIdOf(request: FastifyRequest): { readonly traceId?: string } {
  const { traceparent } = request.headers
  if (typeof traceparent !== 'string') return {}
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1]
  return traceId === undefined || /^0+$/.test(traceId) ? {} : { traceId }
}
