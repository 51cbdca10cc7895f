import { z } from 'zod'
import type { List } from '../../../engine/model/list.ts'
import { listInputSchema, optIns } from '../../../engine/model/list.ts'
import type { Api, Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { keptShape } from '../reply/kept.ts'

export const listSchema = z.object({
  ...keptShape<List['id']>(),
  title: z.string(),
  description: z.string(),
  optIn: z.enum(optIns).optional().describe('Of sign-ups: at once, or once they are confirmed.'),
})

export function listRoutes(app: Api, parts: Parts): void {
  collectionRoutes(app, parts, {
    noun: 'list',
    tag: 'Lists',
    scopes: { read: 'subscribers:read', write: 'subscribers:write' },
    collection: parts.engine.store.lists,
    input: listInputSchema,
    view: listSchema,
    removal: 'Its memberships go with it; the subscribers stay.',
  })
}
