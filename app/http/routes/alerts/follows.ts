import { z } from 'zod'
import { type Follow, followInputSchema, followPreferencesSchema } from '../../../../engine/model/follow.ts'
import type { FollowId, SubscriberId } from '../../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { followPreferencesViewSchema, followSchema } from '../../reply/alert-views.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { etagOf, versionHeaders, versionOf, versionQuery } from '../../request/version.ts'

const tag = 'Follows'
const idText = idParams.shape.id
const followParams = z.strictObject({ id: idText, follow: idText.describe('Id of the follow.') })

/** What people want to hear of at once, where, and when rather not. */
export function followRoutes(app: Api, { engine: { alerts, store } }: Parts): void {
  const person = async (id: number): Promise<SubscriberId> => {
    const [found] = await store.subscribers.get([id as SubscriberId])
    if (found === undefined) throw notFound('subscriber', id)
    return found.id
  }
  const followOf = async (params: { readonly id: number; readonly follow: number }): Promise<Follow> => {
    const [found] = await store.follows.get([params.follow as FollowId])
    if (found === undefined || found.subscriberId !== params.id)
      throw notFound(`follow of subscriber ${params.id} with the id`, params.follow)
    return found
  }

  app.route({
    method: 'GET',
    url: '/subscribers/:id/follows',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'List what a person follows'),
      params: idParams,
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(followSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const subscriberId = await person(request.params.id)
      return toPage(await store.follows.page({ ...request.query, subscriberId }), (row) => row)
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers/:id/follows',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Follow alerts',
        'Those of the topics, severe enough, whose labels match the filter, over the channel; at most 100 a person. They ' +
          'hear of alerts whose route has `people: true`.',
      ),
      params: idParams,
      body: followInputSchema,
      response: {
        201: followSchema,
        ...problems('write', 'E_NOT_FOUND', 'E_CHANNEL_UNKNOWN', 'E_LIMIT'),
      },
    },
    handler: async (request, reply) => {
      const made = await alerts.follow(await person(request.params.id), request.body)
      return reply.code(201).header('etag', etagOf(made)).send(made)
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/follows/:follow',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'Read a follow'),
      params: followParams,
      response: { 200: followSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const found = await followOf(request.params)
      return reply.header('etag', etagOf(found)).send(found)
    },
  })

  app.route({
    method: 'PUT',
    url: '/subscribers/:id/follows/:follow',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Replace a follow', 'Say which version it replaces, by `If-Match` or `?version=`.'),
      params: followParams,
      querystring: versionQuery,
      headers: versionHeaders,
      body: followInputSchema,
      response: {
        200: followSchema,
        ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_CHANNEL_UNKNOWN'),
      },
    },
    handler: async (request, reply) => {
      const present = await followOf(request.params)
      const updated = await alerts.refollow(present.id, versionOf(request, present), request.body)
      return reply.header('etag', etagOf(updated)).send(updated)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/subscribers/:id/follows/:follow',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Remove a follow'),
      params: followParams,
      response: { 204: z.undefined().describe('Removed.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { id } = await followOf(request.params)
      if (!(await alerts.unfollow(id))) throw notFound('follow', id)
      return reply.code(204).send()
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/follow-preferences',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'Read when a person wants to be told'),
      params: idParams,
      response: { 200: followPreferencesViewSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => store.followPreferences.get(await person(request.params.id)),
  })

  app.route({
    method: 'PUT',
    url: '/subscribers/:id/follow-preferences',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Say when a person wants to be told',
        'Over all their follows, by the clock of their own time zone. What is held back comes later, in one message; nothing is lost.',
      ),
      params: idParams,
      body: followPreferencesSchema,
      response: { 200: followPreferencesViewSchema, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      await alerts.prefer(await person(request.params.id), request.body)
      return request.body
    },
  })
}
