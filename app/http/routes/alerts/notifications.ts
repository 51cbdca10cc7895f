import { z } from 'zod'
import type { AlertId, NotificationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { type Notification, postingStates } from '../../../../engine/model/notification.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import {
  noteSchema,
  notificationSchema,
  postingCountsSchema,
  postingSchema,
} from '../../reply/alert-views.ts'
import { cursorSchema, idParams, idQuery, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'

const tag = 'Notifications'
const stateQuery = z.enum(postingStates).optional()

export const viewOf = ({ note, rooms, ...rest }: Notification) => ({
  ...rest,
  title: note.title,
  summary: note.summary,
  rooms: rooms.map(({ channel, room }) => `${channel}/${room}`),
})

/** What was told of alerts, to whom, and what became of it. */
export function notificationRoutes(app: Api, { engine: { alerts, store } }: Parts): void {
  const byId = async (id: number): Promise<Notification> => {
    const [found] = await store.notifications.get([id as NotificationId])
    if (found === undefined) throw notFound('notification', id)
    return found
  }

  app.route({
    method: 'GET',
    url: '/notifications',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List notifications', 'What was told of alerts. Newest first.'),
      querystring: z.strictObject({
        ...pageQuery,
        alert: idQuery.describe('Id of an alert that it tells of.'),
        group: z.string().min(1).max(1000).optional(),
      }),
      response: { 200: pageOf(notificationSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { alert, group, ...page } = request.query
      const found = await store.notifications.page({
        ...page,
        ...(alert !== undefined && { alertId: alert as AlertId }),
        ...(group !== undefined && { group }),
      })
      return toPage(found, viewOf)
    },
  })

  app.route({
    method: 'GET',
    url: '/notifications/:id',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'Read a notification', 'With what it says, and how far it has come.'),
      params: idParams,
      response: {
        200: notificationSchema.extend({
          counts: postingCountsSchema,
          note: noteSchema,
          data: z.record(z.string(), z.unknown()).describe('What channels for programs send.'),
        }),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const found = await byId(request.params.id)
      const { note, data } = found
      return { ...viewOf(found), counts: await alerts.counts(found.id), note, data: { ...data } }
    },
  })

  app.route({
    method: 'GET',
    url: '/notifications/:id/postings',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List what became of a notification', 'Rooms first, then people, by follow.'),
      params: idParams,
      querystring: z.strictObject({
        ...pageQuery,
        after: cursorSchema.nullable().default(null).describe('The `next` of the page before.'),
        state: stateQuery,
      }),
      response: { 200: pageOf(postingSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      const { state, ...page } = request.query
      const found = await store.notifications.postings({
        notificationId: id,
        ...page,
        ...(state !== undefined && { state }),
      })
      return toPage(found, (row) => row)
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/postings',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List the alerts that one person was told of', 'By notification.'),
      params: idParams,
      querystring: z.strictObject({
        ...pageQuery,
        after: cursorSchema.nullable().default(null).describe('The `next` of the page before.'),
        state: stateQuery,
      }),
      response: { 200: pageOf(postingSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const [found] = await store.subscribers.get([request.params.id as SubscriberId])
      if (found === undefined) throw notFound('subscriber', request.params.id)
      const { state, ...page } = request.query
      const rows = await store.notifications.postings({
        subscriberId: found.id,
        ...page,
        ...(state !== undefined && { state }),
      })
      return toPage(rows, (row) => row)
    },
  })
}
