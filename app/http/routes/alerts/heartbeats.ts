import { z } from 'zod'
import type { Alerts } from '../../../../engine/alerts.ts'
import {
  type Heartbeat,
  type HeartbeatInput,
  heartbeatInputSchema,
} from '../../../../engine/model/heartbeat.ts'
import type { HeartbeatId } from '../../../../engine/model/ids.ts'
import { slugSchema } from '../../../../engine/model/values.ts'
import type { Collection, Kept } from '../../../../engine/ports/collection.ts'
import type { AlertPorts } from '../../../../engine/ports/store.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { collectionRoutes } from '../../collection.ts'
import { heartbeatSchema } from '../../reply/alert-views.ts'
import { problems } from '../../reply/problem.ts'

const tag = 'Heartbeats'

export function heartbeatRoutes(app: Api, parts: Parts): void {
  const { alerts, store } = parts.engine
  collectionRoutes(app, parts, {
    noun: 'heartbeat',
    tag,
    scopes: { read: 'alerts:read', write: 'alerts:write' },
    collection: viewed(alerts, store),
    input: heartbeatInputSchema,
    view: heartbeatSchema,
    removal: 'Its alert goes with it.',
  })

  // GET, too, for what can only fetch. It is no GET that a program could make that looks through mail: it needs the key.
  app.route({
    method: ['GET', 'POST'],
    url: '/heartbeats/:name/beat',
    exposeHeadRoute: false,
    config: { scope: 'alerts:write', idempotent: false, audit: false },
    schema: {
      ...operation(
        tag,
        'Say that it lives',
        'At least every `everyMs`. It takes its alert back where one was raised.',
      ),
      params: z.strictObject({ name: slugSchema }),
      response: { 204: z.undefined().describe('Heard.'), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      await alerts.beat(request.params.name)
      return reply.code(204).send()
    },
  })
}

/** Heartbeats with when they were heard; written through the engine, which raises and takes back their alerts. */
function viewed(alerts: Alerts, store: AlertPorts): Collection<Kept> {
  const withBeats = async (rows: readonly Heartbeat[]) => {
    const beats = new Map((await store.beats.beats(rows.map(({ id }) => id))).map((beat) => [beat.id, beat]))
    return rows.map((heartbeat) => {
      const { beatAt = null, alarmed = false } = beats.get(heartbeat.id) ?? {}
      return { ...heartbeat, beatAt, alarmed }
    })
  }
  const one = async (heartbeat: Heartbeat) => (await withBeats([heartbeat]))[0]!
  return {
    insert: async (doc) => one(await alerts.addHeartbeat(doc as HeartbeatInput)),
    update: async (id, version, doc) =>
      one(await alerts.updateHeartbeat(id as HeartbeatId, version, doc as HeartbeatInput)),
    async get(id) {
      const found = await store.heartbeats.get(id as HeartbeatId)
      return found === null ? null : one(found)
    },
    byName: async (names) => withBeats(await store.heartbeats.byName(names)),
    async page(query) {
      const { rows, next } = await store.heartbeats.page(query)
      return { rows: await withBeats(rows), next }
    },
    remove: (id) => alerts.removeHeartbeat(id as HeartbeatId),
  }
}
