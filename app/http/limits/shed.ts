import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Pressure, Priority } from './pressure.ts'

// Those who were turned away shall not all come back in the same second.
const leastSeconds = 2
const spreadSeconds = 4

/** Turn requests away while there is too much to do, with E_OVERLOAD and `Retry-After`: before anything is read for them. They
 *  are under way until their answer begins: what a slow reader takes his time for is no work. */
export function useShedding(app: FastifyInstance, pressure: Pressure): void {
  const admitted = new WeakMap<FastifyRequest, number>()
  let turns = 0

  const leave = (request: FastifyRequest): void => {
    const bytes = admitted.get(request)
    if (bytes === undefined) return
    admitted.delete(request)
    pressure.leave(bytes)
  }
  app.addHook('onRequest', async (request, reply) => {
    const bytes = bodyBytesOf(request)
    if (pressure.admit(priorityOf(request), bytes)) {
      admitted.set(request, bytes)
      reply.raw.once('close', () => leave(request))
      return
    }
    turns = (turns + 1) % spreadSeconds
    reply.header('retry-after', leastSeconds + turns)
    throw new BroadsheetError(
      'E_OVERLOAD',
      'There is more to do just now than can be done. Ask again in a few seconds.',
    )
  })
  app.addHook('onSend', async (request, _reply, payload) => {
    leave(request)
    return payload
  })
}

/** As its route says; else by who may use it. */
function priorityOf({ routeOptions: { config } }: FastifyRequest): Priority {
  const { priority, scope = 'public', intake } = config
  if (priority !== undefined) return priority
  if (intake === true || scope.startsWith('alerts:')) return 'alerts'
  return scope === 'analytics:read' ? 'reports' : 'usual'
}

/** What it will hold in memory. Of a body without a length as much as its route takes; streams are not held. */
function bodyBytesOf({ headers, routeOptions: { config, bodyLimit } }: FastifyRequest): number {
  if (config.takesLong === true) return 0
  if (headers['transfer-encoding'] !== undefined) return bodyLimit ?? 0
  return Math.min(Number(headers['content-length'] ?? 0) || 0, bodyLimit ?? 0)
}
