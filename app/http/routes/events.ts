import { z } from 'zod'
import { eventTypes, readClasses } from '../../../engine/model/event.ts'
import type { EventId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idQuery, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

export const eventSchema = z.object({
  id: idOf<EventId>(),
  publicationId: idOf<PublicationId>(),
  subscriberId: idOf<SubscriberId>(),
  channel: z.string(),
  type: z.enum(eventTypes),
  at: timeOf(),
  code: z.string().nullable().describe('A reply code. Of opens and clicks: why they have their class.'),
  detail: z.string().nullable(),
  class: z.enum(readClasses).nullable().describe('Of opens and clicks: who it was, as far as can be told.'),
  was: z
    .enum(readClasses)
    .nullable()
    .describe('Of a correction: what an earlier event of this type and time was taken for.'),
  link: z.int().nullable().describe('Of clicks: the number of the link in its publication.'),
  key: z.string().nullable().describe('What is told twice has the same key, and is kept once.'),
})

export function eventRoutes(app: Api, { engine: { store } }: Parts): void {
  app.route({
    method: 'GET',
    url: '/events',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation('Events', 'List events', 'What happened to deliveries, in the order it was written.'),
      querystring: z.strictObject({
        ...pageQuery,
        publication: idQuery.describe('Id of the publication.'),
        subscriber: idQuery.describe('Id of the subscriber.'),
        type: z.enum(eventTypes).optional(),
      }),
      response: { 200: pageOf(eventSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { publication, subscriber, type, ...page } = request.query
      const found = await store.events.page({
        ...page,
        ...(publication !== undefined && { publicationId: publication as PublicationId }),
        ...(subscriber !== undefined && { subscriberId: subscriber as SubscriberId }),
        ...(type !== undefined && { type }),
      })
      return toPage(found, (row) => row)
    },
  })
}
