import type { FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Log } from '../../../engine/log.ts'
import { traceIdOfRequest } from '../request/trace.ts'

/** Note what is not the client's doing: a defect with its stack, lost infrastructure by its code. */
export function logRefusal(log: Log, given: unknown, refusal: BroadsheetError, error: unknown): void {
  if (refusal.status < 500 || isShed(error)) return
  const request = given as FastifyRequest
  const cause = refusal.cause ?? error
  const fields = {
    requestId: request.id,
    traceId: traceIdOfRequest(request),
    method: request.method,
    route: request.routeOptions.url ?? null,
    code: refusal.code,
  }
  if (refusal.code === 'E_INTERNAL') log.error({ ...fields, error: stackOf(cause) }, 'http.defect')
  else log.warn(fields, 'http.refused')
}

/** Turned away before anything was done: counted, and said once for all (`http.shedding`). A line for each would be more to do. */
export const isShed = (error: unknown): boolean =>
  error instanceof BroadsheetError && error.code === 'E_OVERLOAD'

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
