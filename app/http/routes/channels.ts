import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ChannelDesk } from '../../channels/desk.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { gone } from '../reply/gone.ts'
import { problems } from '../reply/problem.ts'
import { callerOf } from '../request/authorise.ts'

export const channelSchema = z.object({
  name: z.string(),
  type: z.string().describe('The kind of channel.'),
  state: z.enum(['closed', 'open', 'half-open']).describe('Of its breaker: closed lets letters through.'),
  detail: z.string().nullable(),
  content: z.enum(['mime', 'note']).describe('mime: takes letters. note: takes posts.'),
  rooms: z.array(z.string()).readonly().describe('Places that posts can go to.'),
  people: z
    .enum(['address', 'contact'])
    .nullable()
    .describe(
      'How it reaches one person: at their own address, or by a contact that a follow names; null: not.',
    ),
  maxInFlight: z.number().int().describe('Batches that may be on their way at once.'),
  perSecond: z.number().nullable().describe('By the settings; null: as fast as it goes.'),
  standIns: z
    .array(z.string())
    .readonly()
    .describe('Channels that carry its letters while it is broken off, in their order.'),
  slowed: z
    .array(
      z.object({
        domain: z.string().nullable().describe('Of the recipients; null: the whole channel.'),
        perSecond: z.number().describe('What goes there now, from this node.'),
      }),
    )
    .readonly()
    .describe('What servers asked to be sent more slowly.'),
})
const kindSchema = z.object({
  type: z.string(),
  schema: z
    .record(z.string(), z.unknown())
    .describe('JSON Schema of its settings in broadsheet.yaml, without `type`.'),
  tryable: z.boolean().describe('False: its settings name files of the daemon’s machine.'),
})
const trySchema = z.strictObject({
  type: z.string().min(1).max(64),
  settings: z.record(z.string().max(100), z.unknown()).describe('As under the channel in broadsheet.yaml.'),
  test: z
    .strictObject({ room: z.string().max(200).nullable().default(null) })
    .nullable()
    .default(null)
    .describe(
      'Send a test, too: a letter to the address of who is signed in, or a post to a room (default: its first).',
    ),
})
const tag = 'Channels'

/** What lets letters out, and what could. */
export function channelRoutes(app: Api, { engine, auth }: Parts, desk: ChannelDesk): void {
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
    method: 'GET',
    url: '/channels/kinds',
    config: { scope: 'system:read' },
    schema: {
      ...operation(
        tag,
        'List the kinds of channels',
        'Those that come with Broadsheet, and those of plugins.',
      ),
      response: { 200: z.object({ data: z.array(kindSchema) }), ...problems('read') },
    },
    handler: async () => ({
      data: desk.kinds().map((kind) => ({ ...kind, schema: { ...kind.schema } })),
    }),
  })

  app.route({
    method: 'POST',
    url: '/channels/try',
    config: { scope: 'system:write', idempotent: false, takesLong: true },
    schema: {
      ...operation(
        tag,
        'Try a channel that is not there yet',
        'Opens it with these settings, looks whether it can be reached, and closes it. Nothing is kept: channels are set in ' +
          'broadsheet.yaml. It leads no further than anything else that comes from outside: see `egress`.',
      ),
      body: trySchema,
      response: {
        200: z.object({
          ok: z.boolean(),
          detail: z.string(),
          rooms: z.array(z.string()).readonly(),
          sent: z
            .object({ ok: z.boolean(), to: z.string(), detail: z.string() })
            .nullable()
            .describe('Null where nothing was sent.'),
        }),
        ...problems('write', 'E_EGRESS'),
      },
    },
    handler: async (request, reply) => {
      const { type, settings, test } = request.body
      const caller = await callerOf(request, auth)
      const to = caller.kind === 'user' ? caller.name : null
      return desk.try(
        { type, settings, test: test === null ? null : { ...test, to } },
        gone(reply as unknown as FastifyReply),
      )
    },
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
