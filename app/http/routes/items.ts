import { z } from 'zod'
import { cleanItems } from '../../../engine/content/clean-item.ts'
import type { ItemId } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { slugSchema, textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { definedOf } from '../request/defined.ts'

export const itemSchema = z.object({
  id: idOf<ItemId>(),
  key: z.string(),
  title: z.string(),
  url: z.string(),
  summary: z.string(),
  body: z.string().nullable(),
  imageUrl: z.string().nullable(),
  author: z.string().nullable(),
  language: z.string().nullable(),
  topics: z.array(z.string()).readonly(),
  popularity: z.number(),
  publishedAt: timeOf(),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

const tag = 'Items'
// A thousand items with a summary each; whole articles go in smaller groups, or by the import.
const bodyLimitBytes = 8_388_608

export function itemRoutes(app: Api, { engine: { store }, clock }: Parts): void {
  app.route({
    method: 'GET',
    url: '/items',
    config: { scope: 'content:read' },
    schema: {
      ...operation(tag, 'List items'),
      querystring: z.strictObject({
        ...pageQuery,
        topic: slugSchema.optional(),
        search: textSchema.trim().min(1).max(200).optional().describe('Part of the title or the URL.'),
        order: z
          .enum(['oldest', 'newest'])
          .default('oldest')
          .describe('Which come first: those that were kept first, or last.'),
      }),
      response: { 200: pageOf(itemSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { order, ...query } = request.query
      return toPage(
        await store.items.page({ ...definedOf(query), newestFirst: order === 'newest' }),
        (row) => row,
      )
    },
  })

  app.route({
    method: 'GET',
    url: '/items/topics',
    config: { scope: 'content:read' },
    schema: {
      ...operation(
        tag,
        'Count items by topic',
        'Every topic that items carry, whether it is described or not.',
      ),
      response: {
        200: z.object({ data: z.array(z.object({ topic: z.string(), items: z.int() })).readonly() }),
        ...problems('read'),
      },
    },
    handler: async () => ({ data: await store.items.topics() }),
  })

  app.route({
    method: 'POST',
    url: '/items',
    config: { scope: 'content:write' },
    bodyLimit: bodyLimitBytes,
    schema: {
      ...operation(
        tag,
        'Create or update items',
        'One, or up to 1,000. Known by their key, which is the URL by default. The HTML of `body` is sanitised for mail.',
      ),
      body: z.union([itemInputSchema, z.array(itemInputSchema).min(1).max(1000)]),
      response: {
        200: z.object({
          created: z.number().int(),
          updated: z.number().int(),
          unchanged: z.number().int(),
          results: z
            .array(z.object({ id: idOf<ItemId>(), outcome: z.enum(['created', 'updated', 'unchanged']) }))
            .describe('In the order of the request.'),
        }),
        ...problems('write'),
      },
    },
    handler: async (request) => {
      const rows = Array.isArray(request.body) ? request.body : [request.body]
      const results = [...(await store.items.upsert(await cleanItems(rows), clock.now()))]
      const counts = { created: 0, updated: 0, unchanged: 0 }
      for (const { outcome } of results) counts[outcome]++
      return { ...counts, results }
    },
  })

  app.route({
    method: 'GET',
    url: '/items/:id',
    config: { scope: 'content:read' },
    schema: {
      ...operation(tag, 'Read an item'),
      params: idParams,
      response: { 200: itemSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const [found] = await store.items.get([request.params.id as ItemId])
      if (found === undefined) throw notFound('item', request.params.id)
      return found
    },
  })

  app.route({
    method: 'DELETE',
    url: '/items/:id',
    config: { scope: 'content:write' },
    schema: {
      ...operation(tag, 'Remove an item', 'What is already going out keeps its own copy.'),
      params: idParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      if (!(await store.items.remove(request.params.id as ItemId))) throw notFound('item', request.params.id)
      return reply.code(204).send()
    },
  })
}
