import { z } from 'zod'
import { type Topic, topicInputSchema } from '../../../engine/model/list.ts'
import type { Api, Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { keptShape } from '../reply/kept.ts'

export const topicSchema = z.object({
  ...keptShape<Topic['id']>(),
  title: z.string(),
  description: z.string(),
})

export function topicRoutes(app: Api, parts: Parts): void {
  collectionRoutes(app, parts, {
    noun: 'topic',
    tag: 'Topics',
    scopes: { read: 'content:read', write: 'content:write' },
    collection: parts.engine.store.topics,
    input: topicInputSchema,
    view: topicSchema,
    removal: 'Items and subscribers keep its name; letters show the name where they showed its title.',
  })
}
