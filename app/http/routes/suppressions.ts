import { z } from 'zod'
import { suppressedAddress } from '../../../engine/audience/columns/suppression.ts'
import { textSchema } from '../../../engine/model/values.ts'
import { suppressionReasons } from '../../../engine/ports/subscribers.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { timeOf } from '../reply/kept.ts'
import { notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

export const suppressionSchema = z.object({
  id: z.number().int(),
  address: z.string(),
  reason: z.enum(suppressionReasons),
  detail: z.string().nullable(),
  createdAt: timeOf(),
})

/** An address, or a domain as `@example.org` or `example.org`. */
const addressSchema = z.string().transform((text, context) => {
  const result = suppressedAddress(text)
  if ('ok' in result) return result.ok
  context.addIssue({ code: 'custom', message: `"${text.slice(0, 80)}" ${result.error}` })
  return z.NEVER
})

const inputSchema = z.strictObject({
  address: addressSchema,
  reason: z.enum(suppressionReasons).default('manual'),
  detail: textSchema.max(500).nullable().default(null),
})
const tag = 'Suppressions'

export function suppressionRoutes(app: Api, { engine: { store }, clock }: Parts): void {
  app.route({
    method: 'GET',
    url: '/suppressions',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'List addresses that are never mailed'),
      querystring: z.strictObject({
        ...pageQuery,
        search: textSchema.min(1).max(200).optional().describe('Part of the address.'),
      }),
      response: { 200: pageOf(suppressionSchema), ...problems('read') },
    },
    handler: async ({ query: { search, ...page } }) =>
      toPage(
        await store.suppressions.page({ ...page, ...(search && { search: search.toLowerCase() }) }),
        (row) => row,
      ),
  })

  app.route({
    method: 'POST',
    url: '/suppressions',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Suppress addresses', 'One, or up to 1,000. The first reason of an address stays.'),
      body: z.union([inputSchema, z.array(inputSchema).min(1).max(1000)]),
      response: {
        200: z.object({ added: z.number().int().describe('Those that were not there.') }),
        ...problems('write'),
      },
    },
    handler: async (request) => {
      const entries = Array.isArray(request.body) ? request.body : [request.body]
      return { added: await store.suppressions.add(entries, clock.now()) }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/suppressions/:address',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Lift a suppression'),
      params: z.strictObject({ address: addressSchema }),
      response: { 204: z.undefined().describe('Lifted.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { address } = request.params
      if (!(await store.suppressions.remove(address))) throw notFound('suppression of', address)
      return reply.code(204).send()
    },
  })
}
