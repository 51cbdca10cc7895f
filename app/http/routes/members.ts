import { z } from 'zod'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { byIdOrName, idOrNameParams } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { operatorProof } from '../request/operator-proof.ts'

/** Many people onto a list at once. */
export function memberRoutes(app: Api, { engine: { store }, clock }: Parts): void {
  app.route({
    method: 'POST',
    url: '/lists/:idOrName/members',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        'Lists',
        'Add people to a list',
        'Up to 1,000, by id. Who left the list does not come back this way, and nobody who is not there is made.',
      ),
      params: idOrNameParams,
      body: z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1000) }),
      response: {
        200: z.object({
          joined: z.number().int().describe('Who was not on it.'),
          unchanged: z.number().int().describe('Who was on it, left it, was erased, or is not known.'),
        }),
        ...problems('write', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const list = await byIdOrName('list', request.params.idOrName, {
        get: (id) => store.lists.get(id as ListId),
        byName: async (name) => (await store.lists.byName([name]))[0] ?? null,
      })
      const { ids } = request.body
      const known = await store.subscribers.get(ids as SubscriberId[])
      const now = clock.now()
      const outcomes = await store.subscribers.upsert(
        known.filter(({ status }) => status !== 'erased').map(({ address }) => ({ address })),
        { lists: [list.id], now, proof: operatorProof(request, now) },
      )
      const joined = outcomes.filter(({ outcome }) => outcome === 'updated').length
      return { joined, unchanged: ids.length - joined }
    },
  })
}
