import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import { campaignInputSchema, campaignStates, scheduleInputSchema } from '../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import { textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { campaignSchema } from '../reply/campaign-views.ts'
import { byIdOrName, idOrNameParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { definedOf } from '../request/defined.ts'
import { forceSchema, permitForce } from '../request/force.ts'
import { etagOf, versionHeaders, versionOf, versionQuery } from '../request/version.ts'

const tag = 'Campaigns'

/** A campaign by the path's id or name. Rejects with E_NOT_FOUND. */
export const findCampaign = ({ engine: { store } }: Parts, idOrName: string): Promise<Campaign> =>
  byIdOrName('campaign', idOrName, {
    get: (id) => store.campaigns.get(id as CampaignId),
    byName: (name) => store.campaigns.byName(name),
  })

/** Campaigns as documents. What they do is in campaign-commands.ts and campaign-reports.ts. */
export function campaignRoutes(app: Api, parts: Parts): void {
  const { engine } = parts

  app.route({
    method: 'GET',
    url: '/campaigns',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(tag, 'List campaigns'),
      querystring: z.strictObject({
        ...pageQuery,
        state: z.enum(campaignStates).optional(),
        search: textSchema
          .trim()
          .min(1)
          .max(200)
          .optional()
          .describe('Part of the name, the title or the name of a list.'),
        order: z
          .enum(['oldest', 'newest'])
          .default('oldest')
          .describe('Which come first: those that were made first, or last.'),
      }),
      response: { 200: pageOf(campaignSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { order, ...query } = request.query
      return toPage(
        await engine.store.campaigns.page({ ...definedOf(query), newestFirst: order === 'newest' }),
        (row) => row,
      )
    },
  })

  app.route({
    method: 'POST',
    url: '/campaigns',
    config: { scope: 'campaigns:write' },
    schema: {
      ...operation(tag, 'Create a campaign', 'A draft: nothing is sent before it is started or scheduled.'),
      body: campaignInputSchema,
      response: { 201: campaignSchema, ...problems('write', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      const made = await engine.campaigns.create(request.body)
      return reply.code(201).header('etag', etagOf(made)).send(made)
    },
  })

  app.route({
    method: 'GET',
    url: '/campaigns/:idOrName',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(tag, 'Read a campaign'),
      params: idOrNameParams,
      response: { 200: campaignSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const found = await findCampaign(parts, request.params.idOrName)
      return reply.header('etag', etagOf(found)).send(found)
    },
  })

  app.route({
    method: 'PUT',
    url: '/campaigns/:idOrName',
    config: { scope: 'campaigns:write' },
    schema: {
      ...operation(
        tag,
        'Replace a campaign',
        'Only drafts and scheduled ones. Say which version it replaces, by `If-Match` or `?version=`.',
      ),
      params: idOrNameParams,
      querystring: versionQuery,
      headers: versionHeaders,
      body: campaignInputSchema,
      response: {
        200: campaignSchema,
        ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_EXISTS', 'E_STATE'),
      },
    },
    handler: async (request, reply) => {
      const present = await findCampaign(parts, request.params.idOrName)
      const updated = await engine.campaigns.update(present.id, versionOf(request, present), request.body)
      return reply.header('etag', etagOf(updated)).send(updated)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/campaigns/:idOrName',
    config: { scope: 'campaigns:write' },
    schema: {
      ...operation(tag, 'Remove a campaign', 'Only drafts: what was sent stays on the books.'),
      params: idOrNameParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND', 'E_STATE') },
    },
    handler: async (request, reply) => {
      const { idOrName } = request.params
      const { id, name } = await findCampaign(parts, idOrName)
      if (await engine.store.campaigns.remove(id)) return reply.code(204).send()
      const present = await engine.store.campaigns.get(id)
      if (present === null) throw notFound('campaign', idOrName)
      throw new BroadsheetError(
        'E_STATE',
        `Campaign "${name}" is ${present.state}; only a draft can be removed. Cancel it instead.`,
      )
    },
  })

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/schedule',
    config: { scope: 'campaigns:send' },
    schema: {
      ...operation(
        tag,
        'Schedule a campaign',
        'A time in the past, within its grace, starts it at once. A recurring one begins with its first due time from ' +
          'then on, or from now on, and goes on by itself.',
      ),
      params: idOrNameParams,
      body: scheduleInputSchema.extend({ force: forceSchema }),
      response: {
        200: campaignSchema,
        ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE', 'E_TEMPLATE', 'E_PREFLIGHT'),
      },
    },
    handler: async (request, reply) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      const { at, force } = request.body
      if (force) await permitForce(request, parts)
      const changed = await engine.campaigns.schedule(id, at, { force })
      return reply.header('etag', etagOf(changed)).send(changed)
    },
  })
}
