import { z } from 'zod'
import type { Fact } from '../../../engine/engine.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import { type Api, operation, type Parts, sendStream } from '../api.ts'
import { problems } from '../reply/problem.ts'
import type { Live } from '../reply/sse.ts'
import { callerOf, permit } from '../request/authorise.ts'

const factTypes: readonly [Fact['type'], ...Fact['type'][]] = [
  'campaign.changed',
  'publication.progress',
  'edition.skipped',
  'channel.changed',
  'channel.slowed',
  'letter.returned',
  'alert.changed',
  'silence.changed',
  'heartbeat.changed',
  'notification.told',
  'analytics.counted',
]

/** Who may hear of it. */
const scopeOf: { readonly [T in Fact['type']]: Scope } = {
  'campaign.changed': 'campaigns:read',
  'publication.progress': 'campaigns:read',
  'edition.skipped': 'campaigns:read',
  'channel.changed': 'system:read',
  'channel.slowed': 'system:read',
  'letter.returned': 'subscribers:read',
  'alert.changed': 'alerts:read',
  'silence.changed': 'alerts:read',
  'heartbeat.changed': 'alerts:read',
  'notification.told': 'alerts:read',
  'analytics.counted': 'analytics:read',
}

export function streamRoutes(app: Api, { auth }: Parts, live: Live): void {
  app.route({
    method: 'GET',
    url: '/stream',
    config: { scope: 'any', takesLong: true },
    exposeHeadRoute: false,
    schema: {
      ...operation(
        'Stream',
        'Hear facts as they happen',
        'Server-sent events: `event` is the type, `data` the fact as JSON, `id` rises. A comment every 15 seconds. ' +
          'Without `types` all that the caller may read. A client that reads too slowly is dropped; on reconnecting it should read the present state first.',
      ),
      querystring: z.strictObject({
        types: z
          .string()
          .max(400)
          .transform((text) => text.split(',').filter((type) => type !== ''))
          .pipe(z.array(z.enum(factTypes)).min(1))
          .optional()
          .describe(`Only these, separated by commas: ${factTypes.join(', ')}.`),
      }),
      response: {
        200: {
          description: 'Until either side ends it.',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const caller = await callerOf(request, auth)
      const { types = factTypes.filter((type) => caller.scopes.has(scopeOf[type])) } = request.query
      for (const type of types) permit(caller, scopeOf[type])
      // no-transform and X-Accel-Buffering: proxies must not collect events.
      reply.headers({
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      })
      await sendStream(
        reply,
        'text/event-stream; charset=utf-8',
        live.open(types.length === factTypes.length ? null : new Set(types)),
      )
    },
  })
}
