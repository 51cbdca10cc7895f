import { z } from 'zod'
import type { EpochMs, SilenceId } from '../../../../engine/model/ids.ts'
import { type Silence, silenceInputSchema } from '../../../../engine/model/silence.ts'
import { epochMsSchema } from '../../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { alertSchema, silenceSchema, type silenceStates } from '../../reply/alert-views.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { callerName } from '../../request/caller-name.ts'

const tag = 'Silences'
const previewed = 100
const { startsAt: _begins, ...shape } = silenceInputSchema.shape

export type SilenceState = (typeof silenceStates)[number]
export const silenceStateOf = ({ startsAt, endsAt }: Silence, now: EpochMs): SilenceState =>
  endsAt <= now ? 'over' : startsAt > now ? 'pending' : 'active'

/** Alerts that match are not told for a while. A silence is not changed: end it, and make another. */
export function silenceRoutes(app: Api, parts: Parts): void {
  const { engine, clock } = parts
  const { alerts, store } = engine
  const viewOf = (silence: Silence) => ({ ...silence, state: silenceStateOf(silence, clock.now()) })

  app.route({
    method: 'GET',
    url: '/silences',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List silences'),
      querystring: z.strictObject({
        ...pageQuery,
        over: z.enum(['true', 'false']).default('false').describe('Also those that are over.'),
      }),
      response: { 200: pageOf(silenceSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { over, ...page } = request.query
      const found = await store.silences.page({
        ...page,
        ...(over === 'false' && { endsAfter: clock.now() }),
      })
      return toPage(found, viewOf)
    },
  })

  app.route({
    method: 'POST',
    url: '/silences',
    config: { scope: 'alerts:write' },
    schema: {
      ...operation(
        tag,
        'Silence alerts',
        'Those that match all of `matchers`, also ones that are open already.',
      ),
      body: z
        .strictObject({ ...shape, startsAt: epochMsSchema.optional().describe('Default: now.') })
        .refine(({ startsAt, endsAt }) => startsAt === undefined || endsAt > startsAt, {
          path: ['endsAt'],
          error: 'must be after startsAt',
        }),
      response: { 201: silenceSchema, ...problems('write') },
    },
    handler: async (request, reply) => {
      const { startsAt = clock.now(), createdBy, ...input } = request.body
      const by = createdBy === '' ? await callerName(request, parts) : createdBy
      const made = await alerts.silence({ ...input, startsAt, createdBy: by })
      return reply.code(201).send(viewOf(made))
    },
  })

  app.route({
    method: 'POST',
    url: '/silences/preview',
    config: { scope: 'alerts:read', idempotent: false, audit: false },
    schema: {
      ...operation(tag, 'Preview a silence', 'Open alerts that it would be on now. Nothing is kept.'),
      body: z.strictObject({ matchers: shape.matchers }),
      response: {
        200: z.object({
          count: z.number().int(),
          alerts: z.array(alertSchema).readonly().describe(`The newest ${previewed}.`),
        }),
        ...problems('write'),
      },
    },
    handler: async (request) => {
      const found = await alerts.matching(request.body.matchers)
      return { count: found.length, alerts: found.slice(0, previewed) }
    },
  })

  app.route({
    method: 'GET',
    url: '/silences/:id',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'Read a silence'),
      params: idParams,
      response: { 200: silenceSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const found = await store.silences.get(request.params.id as SilenceId)
      if (found === null) throw notFound('silence', request.params.id)
      return viewOf(found)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/silences/:id',
    config: { scope: 'alerts:write' },
    schema: {
      ...operation(
        tag,
        'End a silence',
        'It stays in the books. What it held back is told, where it still holds.',
      ),
      params: idParams,
      response: { 200: silenceSchema, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const ended = await alerts.unsilence(request.params.id as SilenceId)
      if (ended === null) throw notFound('silence', request.params.id)
      return viewOf(ended)
    },
  })
}
