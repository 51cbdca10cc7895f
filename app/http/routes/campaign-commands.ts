import { z } from 'zod'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import { addressSchema, textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { campaignSchema, previewSchema, testResultSchema } from '../reply/campaign-views.ts'
import { idOrNameParams } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { forceSchema, permitForce } from '../request/force.ts'
import { optionalBody } from '../request/optional-body.ts'
import { etagOf } from '../request/version.ts'
import { findCampaign } from './campaigns.ts'

const tag = 'Campaigns'

/** What a campaign can be told to do. */
export function campaignCommandRoutes(app: Api, parts: Parts): void {
  const { campaigns } = parts.engine

  const command = (
    verb: string,
    scope: Scope,
    summary: string,
    description: string,
    run: (id: CampaignId, reason: string | undefined) => Promise<Campaign>,
  ): void => {
    app.route({
      method: 'POST',
      url: `/campaigns/:idOrName/${verb}`,
      config: { scope },
      schema: {
        ...operation(tag, summary, description),
        params: idOrNameParams,
        body: optionalBody({ reason: textSchema.min(1).max(500).optional() }),
        response: {
          200: campaignSchema,
          ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE', 'E_TEMPLATE'),
        },
      },
      handler: async (request, reply) => {
        const { id } = await findCampaign(parts, request.params.idOrName)
        const changed = await run(id, request.body?.reason)
        return reply.header('etag', etagOf(changed)).send(changed)
      },
    })
  }

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/start',
    config: { scope: 'campaigns:send' },
    schema: {
      ...operation(
        tag,
        'Start a campaign',
        'Now; also the answer to one that was found overdue. With `preflight.mode` `block` one that large providers would ' +
          'refuse is not started: `issues` name the rules and what to do.',
      ),
      params: idOrNameParams,
      body: optionalBody({ reason: textSchema.min(1).max(500).optional(), force: forceSchema }),
      response: {
        200: campaignSchema,
        ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE', 'E_TEMPLATE', 'E_PREFLIGHT'),
      },
    },
    handler: async (request, reply) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      const force = request.body?.force ?? false
      if (force) await permitForce(request, parts)
      const changed = await campaigns.start(id, { force })
      return reply.header('etag', etagOf(changed)).send(changed)
    },
  })
  command(
    'pause',
    'campaigns:write',
    'Pause a campaign',
    'From the next batch on; the series of a recurring one, too. The reason is kept.',
    (id, reason) => campaigns.pause(id, reason),
  )
  command('resume', 'campaigns:send', 'Resume a campaign', 'Where it was paused.', (id) =>
    campaigns.resume(id),
  )
  command(
    'cancel',
    'campaigns:send',
    'Cancel a campaign',
    'From the next batch on, for good; the series of a recurring one ends, too.',
    (id) => campaigns.cancel(id),
  )
  command(
    'skip',
    'campaigns:write',
    'Skip an edition',
    'The next due time of a recurring campaign is let go by.',
    (id) => campaigns.skip(id),
  )

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/retry',
    config: { scope: 'campaigns:send' },
    schema: {
      ...operation(
        tag,
        'Send what failed again',
        'Only rows that are `failed`, and `unknown` if told so: those may have been delivered already.',
      ),
      params: idOrNameParams,
      body: optionalBody({ alsoUnknown: z.boolean().default(false) }),
      response: {
        200: z.object({ retried: z.number().int() }),
        ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE'),
      },
    },
    handler: async (request) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      return campaigns.retryFailed(id, { alsoUnknown: request.body?.alsoUnknown ?? false })
    },
  })

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/test',
    config: { scope: 'campaigns:send' },
    schema: {
      ...operation(
        tag,
        'Send a test',
        'To named addresses, now, outside the books; the subject says `[Test]`.',
      ),
      params: idOrNameParams,
      body: z.strictObject({ addresses: z.array(addressSchema).min(1).max(50) }),
      response: {
        200: z.object({ results: z.array(testResultSchema) }),
        ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE', 'E_RENDER', 'E_CHANNEL'),
      },
    },
    handler: async (request) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      return { results: [...(await campaigns.test(id, request.body.addresses))] }
    },
  })

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/preview',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(
        tag,
        'Preview a letter',
        'As this address would get it; with its own data where it is known.',
      ),
      params: idOrNameParams,
      body: z.strictObject({ address: addressSchema }),
      response: { 200: previewSchema, ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE', 'E_RENDER') },
    },
    handler: async (request) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      return campaigns.preview(id, request.body.address)
    },
  })
}
