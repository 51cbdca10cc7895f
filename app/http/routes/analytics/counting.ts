import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Api, operation, type Parts, sendStream } from '../../api.ts'
import { statusSchema } from '../../reply/analytics-views.ts'
import { gone } from '../../reply/gone.ts'
import { problems } from '../../reply/problem.ts'
import { progressLines } from '../../reply/progress-lines.ts'
import { problemFor } from '../../reply/refuse.ts'
import { accepts } from '../../request/accept.ts'

const tag = 'Analytics'
const ndjson = 'application/x-ndjson'

/** How far the numbers are. */
export function countingRoutes(app: Api, { engine: { analytics } }: Parts): void {
  app.route({
    method: 'GET',
    url: '/analytics/status',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'How far the numbers are', 'They follow events within a second while a node works.'),
      response: { 200: statusSchema, ...problems('read') },
    },
    handler: () => analytics.status(),
  })

  app.route({
    method: 'POST',
    url: '/analytics/rebuild',
    config: { scope: 'system:write', idempotent: false, takesLong: true },
    schema: {
      ...operation(
        tag,
        'Count all events again',
        'Forgets all numbers and counts the events that are still kept; until it is done numbers are too low. What retention has ' +
          'removed is not in them any more. With `Accept: application/x-ndjson` it answers `progress` lines while it goes on, then one ' +
          '`result` or `problem` line. When the caller goes, the rest is counted in the background.',
      ),
      response: {
        200: {
          description: 'All is counted.',
          content: { 'application/json': { schema: statusSchema }, [ndjson]: { schema: z.string() } },
        },
        ...problems('write'),
      },
    },
    handler: async (request, reply) => {
      const signal = gone(reply as unknown as FastifyReply)
      reply.header('vary', 'accept')
      if (accepts(request.headers.accept, [ndjson]) === null) return analytics.rebuild({ signal })
      const lines = progressLines(
        (report) => analytics.rebuild({ signal, onProgress: (rolledTo, last) => report({ rolledTo, last }) }),
        (error) => problemFor(error, request as FastifyRequest),
      )
      await sendStream(reply, `${ndjson}; charset=utf-8`, lines)
      return
    },
  })
}
