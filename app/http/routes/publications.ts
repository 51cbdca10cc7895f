import { z } from 'zod'
import { uncertainPolicies } from '../../../engine/model/campaign.ts'
import type { CampaignId, PublicationId } from '../../../engine/model/ids.ts'
import { publicationStates } from '../../../engine/model/publication.ts'
import { addressSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { countsSchema, previewSchema, senderViewSchema } from '../reply/campaign-views.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idParams, idQuery, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

export const publicationSchema = z.object({
  id: idOf<PublicationId>(),
  campaignId: idOf<CampaignId>(),
  month: z.number().int().describe('YYYYMM of its start.'),
  state: z.enum(publicationStates),
  counts: countsSchema,
  createdAt: timeOf(),
  finishedAt: timeOf().nullable(),
})

const specSchema = z
  .object({
    campaign: z.string(),
    title: z.string(),
    template: z.string(),
    subject: z.string().nullable(),
    sender: senderViewSchema,
    channel: z.string(),
    list: z.object({ name: z.string(), title: z.string() }),
    candidates: z.number().int().describe('Items that its letters were chosen from.'),
    uncertain: z.enum(uncertainPolicies),
    onceKey: z.string().nullable(),
    retryUntil: timeOf(),
    language: z.string(),
    timeZone: z.string(),
    startedAt: timeOf(),
  })
  .describe('What its letters are made from, frozen at the start.')

const tag = 'Publications'

export function publicationRoutes(app: Api, { engine: { store, campaigns } }: Parts): void {
  app.route({
    method: 'GET',
    url: '/publications',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(tag, 'List publications', 'Newest first.'),
      querystring: z.strictObject({
        ...pageQuery,
        campaign: idQuery.describe('Id of the campaign.'),
        state: z.enum(publicationStates).optional(),
      }),
      response: { 200: pageOf(publicationSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { campaign, state, ...page } = request.query
      const found = await store.publications.page({
        ...page,
        ...(campaign !== undefined && { campaignId: campaign as CampaignId }),
        ...(state !== undefined && { state }),
      })
      return toPage(found, (row) => row)
    },
  })

  app.route({
    method: 'GET',
    url: '/publications/:id',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(tag, 'Read a publication'),
      params: idParams,
      response: { 200: publicationSchema.extend({ spec: specSchema }), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const found = await store.publications.get(request.params.id as PublicationId)
      if (found === null) throw notFound('publication', request.params.id)
      const { spec } = found
      return {
        ...found,
        spec: {
          ...spec,
          campaign: spec.campaign.name,
          title: spec.campaign.title,
          template: spec.bundle.template.name,
          candidates: spec.candidates.length,
        },
      }
    },
  })

  app.route({
    method: 'POST',
    url: '/publications/:id/preview',
    config: { scope: 'campaigns:read', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Look at a letter of a publication',
        'As this address got it, or would have got it: from what was frozen at the start, whatever became of the campaign, its template and ' +
          'items since. `now` is now.',
      ),
      params: idParams,
      body: z.strictObject({ address: addressSchema }),
      response: { 200: previewSchema, ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE', 'E_RENDER') },
    },
    handler: async (request) => {
      const found = await campaigns.previewOf(request.params.id as PublicationId, request.body.address)
      if (found === null) throw notFound('publication', request.params.id)
      return found
    },
  })
}
