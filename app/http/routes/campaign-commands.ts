import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Campaign, campaignInputSchema } from '../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { addressSchema, textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { campaignSchema, previewSchema, testResultSchema } from '../reply/campaign-views.ts'
import { idOrNameParams } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { callerOf, permit } from '../request/authorise.ts'
import { forceSchema, permitForce } from '../request/force.ts'
import { optionalBody } from '../request/optional-body.ts'
import { etagOf } from '../request/version.ts'
import { findCampaign } from './campaigns.ts'

const tag = 'Campaigns'
// A template with its language variants, as to save it, and a campaign.
const previewLimitBytes = 3_145_728

/** What a campaign can be told to do. */
export function campaignCommandRoutes(app: Api, parts: Parts): void {
  const { campaigns } = parts.engine

  /** Whoever writes a campaign may see it in a mailbox of the house. What reaches others is for those who send. Rejects with
   *  E_FORBIDDEN. */
  const permitTest = async (request: unknown, addresses: readonly string[]): Promise<void> => {
    const caller = await callerOf(request, parts.auth)
    if (caller.scopes.has('campaigns:send')) return
    const names = addresses.map((address) => address.toLowerCase())
    const users = await parts.engine.store.users.byName([...new Set(names)])
    const own = new Set(users.flatMap(({ name, disabledAt }) => (disabledAt === null ? [name] : [])))
    const strangers = addresses.filter((_, i) => !own.has(names[i]!))
    if (strangers.length > 0)
      throw new BroadsheetError(
        'E_FORBIDDEN',
        `Nobody signs in here with ${strangers.join(', ')}: a test to other addresses takes the scope "campaigns:send".`,
      )
  }

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
    config: { scope: 'campaigns:write or campaigns:send' },
    schema: {
      ...operation(
        tag,
        'Send a test',
        'To named addresses, now, outside the books; the subject says `[Test]`. Without the scope `campaigns:send` only to addresses that ' +
          'people sign in here with, and are not disabled.',
      ),
      params: idOrNameParams,
      body: z.strictObject({ addresses: z.array(addressSchema).min(1).max(50) }),
      response: {
        200: z.object({ results: z.array(testResultSchema) }),
        ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE', 'E_RENDER', 'E_CHANNEL'),
      },
    },
    handler: async (request) => {
      const { addresses } = request.body
      await permitTest(request, addresses)
      const { id } = await findCampaign(parts, request.params.idOrName)
      return { results: [...(await campaigns.test(id, addresses))] }
    },
  })

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/preview',
    config: { scope: 'campaigns:read', idempotent: false },
    bodyLimit: previewLimitBytes,
    schema: {
      ...operation(
        tag,
        'Preview a letter',
        'As this address would get it; with its own data where it is known. With `draft` as if that had been saved: what an editor ' +
          'shows while somebody writes. It takes the scope `campaigns:write`, since what a draft says decides what is shown.',
      ),
      params: idOrNameParams,
      body: z.strictObject({
        address: addressSchema,
        draft: z
          .strictObject({
            campaign: campaignInputSchema.optional(),
            template: templateInputSchema
              .optional()
              .describe('Instead of the one of that name: of the campaign, or a layout or partial of it.'),
          })
          .optional(),
      }),
      response: { 200: previewSchema, ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE', 'E_RENDER') },
    },
    handler: async (request) => {
      const { address, draft } = request.body
      const { id } = await findCampaign(parts, request.params.idOrName)
      if (draft !== undefined) permit(await callerOf(request, parts.auth), 'campaigns:write')
      return campaigns.preview(id, address, draft)
    },
  })
}
