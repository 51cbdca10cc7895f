import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { problems } from '../reply/problem.ts'

export const channelSchema = z.object({
  name: z.string(),
  state: z.enum(['closed', 'open', 'half-open']).describe('Of its breaker: closed lets letters through.'),
  detail: z.string().nullable(),
})
const tag = 'Channels'

export function channelRoutes(app: Api, { engine }: Parts): void {
  app.route({
    method: 'GET',
    url: '/channels',
    config: { scope: 'system:read' },
    schema: {
      ...operation(tag, 'List channels and their state'),
      response: { 200: z.object({ data: z.array(channelSchema) }), ...problems('read') },
    },
    handler: async () => ({ data: [...engine.channelStates()] }),
  })

  app.route({
    method: 'POST',
    url: '/channels/:name/probe',
    config: { scope: 'system:write' },
    schema: {
      ...operation(tag, 'Probe a channel', 'Can it be reached? Nothing is sent.'),
      params: z.strictObject({ name: z.string().min(1).max(64) }),
      response: {
        200: z.object({ ok: z.boolean(), detail: z.string() }),
        ...problems('write', 'E_CHANNEL_UNKNOWN'),
      },
    },
    handler: async (request) => {
      const { name } = request.params
      const known = engine.channelStates().map((channel) => channel.name)
      if (!known.includes(name))
        throw new BroadsheetError(
          'E_CHANNEL_UNKNOWN',
          `There is no channel "${name}". Configured: ${known.length === 0 ? 'none' : known.join(', ')}.`,
        )
      return engine.probeChannel(name)
    },
  })
}
