import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { type ApiKey, apiKeyInputSchema, scopesOfKey } from '../../../../engine/model/api-key.ts'
import type { ApiKeyId } from '../../../../engine/model/ids.ts'
import { scopeSchema } from '../../../../engine/model/scope.ts'
import { hashOf, newSecret } from '../../../access/secret.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { keptShape, timeOf } from '../../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { callerOf, permitAll } from '../../request/authorise.ts'

/** Without the hash: what is not in the schema is not in the answer. */
export const keySchema = z.object({
  ...keptShape<ApiKey['id']>(),
  scopes: z.array(scopeSchema),
  expiresAt: timeOf().nullable().describe('From then on it is refused; null: never.'),
  lastUsedAt: timeOf().nullable().describe('To the minute; null: never used.'),
})
const tag = 'Access'

const view = (key: ApiKey) => ({
  ...key,
  scopes: [...scopesOfKey(key)],
  expiresAt: key.expiresAt ?? null,
  lastUsedAt: key.lastUsedAt ?? null,
})

export function keyRoutes(app: Api, { engine: { store }, access, auth, clock }: Parts): void {
  app.route({
    method: 'GET',
    url: '/keys',
    config: { scope: 'access:write' },
    schema: {
      ...operation(tag, 'List API keys'),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(keySchema), ...problems('read') },
    },
    handler: async (request) => toPage(await store.apiKeys.page(request.query), view),
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
        'With scopes that the caller has, too. The secret is shown this once; only its hash is kept. `Idempotency-Key` is not ' +
          'looked at.',
      ),
      body: apiKeyInputSchema,
      response: { 201: keySchema.extend({ secret: z.string() }), ...problems('write', 'E_EXISTS') },
    },
    handler: async (request, reply) => {
      const { body } = request
      permitAll(await callerOf(request, auth), scopesOfKey(body))
      if (body.expiresAt !== null && body.expiresAt <= clock.now())
        throw new BroadsheetError('E_INPUT', 'expiresAt must be in the future.', {
          issues: [{ path: 'expiresAt', message: 'must be in the future' }],
        })
      const secret = newSecret('bs_')
      const key = await store.apiKeys.insert({ ...body, hash: hashOf(secret) }, clock.now())
      access.keys.refresh()
      return reply.code(201).send({ ...view(key), secret })
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
        'It is refused at once here, and within five seconds by other daemons; streams that it opened end as soon.',
      ),
      params: idParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const removed = await store.apiKeys.remove(request.params.id as ApiKeyId)
      access.keys.refresh()
      if (!removed) throw notFound('API key', request.params.id)
      return reply.code(204).send()
    },
  })
}
