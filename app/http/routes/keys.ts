import { z } from 'zod'
import { type ApiKey, apiKeyInputSchema } from '../../../engine/model/api-key.ts'
import type { ApiKeyId } from '../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { keptShape } from '../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { hashOf, newSecret } from '../request/auth.ts'

/** Without the hash: what is not in the schema is not in the answer. */
export const keySchema = z.object(keptShape<ApiKey['id']>())
const tag = 'Keys'

export function keyRoutes(app: Api, { engine: { store }, auth, clock }: Parts): void {
  app.route({
    method: 'GET',
    url: '/keys',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'List API keys'),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(keySchema), ...problems('read') },
    },
    handler: async (request) => toPage(await store.apiKeys.page(request.query), (row) => row),
  })

  app.route({
    method: 'POST',
    url: '/keys',
    // An answer that is kept for a repeat would keep the secret.
    config: { scope: 'access:write', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Create an API key',
        'The secret is shown this once; only its hash is kept. `Idempotency-Key` is not looked at.',
      ),
      body: apiKeyInputSchema,
      response: { 201: keySchema.extend({ secret: z.string() }), ...problems('write', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      const secret = newSecret()
      const key = await store.apiKeys.insert({ ...request.body, hash: hashOf(secret) }, clock.now())
      auth.refresh()
      return reply.code(201).send({ ...key, secret })
    },
  })

  app.route({
    method: 'DELETE',
    url: '/keys/:id',
    config: { scope: 'access:write' },
    schema: {
      ...operation(
        tag,
        'Remove an API key',
        'It is refused at once here, and within five seconds by other daemons.',
      ),
      params: idParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const removed = await store.apiKeys.remove(request.params.id as ApiKeyId)
      auth.refresh()
      if (!removed) throw notFound('API key', request.params.id)
      return reply.code(204).send()
    },
  })
}
