import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { problems } from '../reply/problem.ts'

const tag = 'Ranking'
const modelSchema = z.object({
  version: z.number().int(),
  at: z.number().int().describe('When it was made, milliseconds since 1970.'),
  note: z.string().describe('What it was made of.'),
  active: z.boolean().describe('New campaigns begin with it.'),
})
const params = z.strictObject({
  version: z
    .string()
    .regex(/^\d{1,9}$/, 'must be the number of a version')
    .transform(Number),
})

/** What was learned of what readers click. */
export function rankingRoutes(app: Api, { engine: { store }, clock }: Parts): void {
  app.route({
    method: 'GET',
    url: '/ranking/models',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'List the versions of what was learned', 'All that are kept, newest first.'),
      response: { 200: z.object({ data: z.array(modelSchema) }), ...problems('read') },
    },
    handler: async () => ({ data: [...(await store.models.list())] }),
  })

  app.route({
    method: 'POST',
    url: '/ranking/models/:version/activate',
    config: { scope: 'system:write' },
    schema: {
      ...operation(
        tag,
        'Go back to a version of what was learned',
        'Campaigns that begin from now on are ranked by it, and what is learned next goes on from it. Those under way keep ' +
          'the version that they began with.',
      ),
      params,
      response: { 200: modelSchema, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async ({ params: { version } }) => {
      const done = await store.models.activate(version, clock.now())
      const model = (await store.models.list()).find((one) => one.version === version)
      if (!done || model === undefined)
        throw new BroadsheetError('E_NOT_FOUND', `There is no version ${version} of what was learned.`)
      return model
    },
  })
}
