import { stringify } from 'yaml'
import { z } from 'zod'
import type { RouteInput } from '../../../../engine/model/alert-rules.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { logRefusal } from '../../reply/log-refusal.ts'
import { refusalOf, retryAfterSeconds } from '../../reply/problem.ts'
import { amAlertRoutes } from './alerts.ts'
import { said } from './answer.ts'
import { amSilenceRoutes } from './silences.ts'
import { receiverSchema } from './views.ts'

/** The version whose API this is: clients ask for it, and behave by it. */
const compatibleVersion = '0.25.0'
const tag = 'Alertmanager'

const statusSchema = z.object({
  cluster: z.object({
    peers: z.array(z.object({ address: z.string(), name: z.string() })),
    status: z.literal('disabled').describe('Of Alertmanager’s own cluster, which this is not.'),
  }),
  config: z.object({
    original: z.string().describe('Rules and the names of receivers, as alertmanager.yml would have them.'),
  }),
  uptime: z.string().describe('Since when it runs.').meta({ format: 'date-time' }),
  versionInfo: z.object({
    branch: z.string(),
    buildDate: z.string(),
    buildUser: z.string(),
    goVersion: z.string(),
    revision: z.string(),
    version: z.string().describe('Of the Alertmanager whose API this is.'),
  }),
})

/** The API of Prometheus' Alertmanager, version 2 (api/v2/openapi.yaml in its source), for Prometheus, amtool, Grafana and
 *  whatever else speaks it. */
export function alertmanagerRoutes(app: Api, parts: Parts): void {
  const { engine, clock, log, version, alerting } = parts
  const { alerts } = engine
  const startedAt = clock.now()

  // Its refusals are a JSON text, where ours are problems.
  app.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error, request.routeOptions.bodyLimit ?? 0)
    logRefusal(log, request, refusal, error)
    const retryAfter = retryAfterSeconds(refusal)
    if (retryAfter !== null && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
    return reply
      .code(refusal.status as 400)
      .type('application/json')
      .send(JSON.stringify(refusal.message))
  })

  amAlertRoutes(app, parts)
  amSilenceRoutes(app, parts)

  app.route({
    method: 'GET',
    url: '/status',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'Say what runs here', 'Alertmanager’s `getStatus`.'),
      response: { 200: statusSchema, ...said() },
    },
    handler: async () => ({
      cluster: { peers: [], status: 'disabled' as const },
      config: { original: originalConfig(alerting, alerts.receivers()) },
      uptime: new Date(startedAt).toISOString(),
      versionInfo: {
        branch: 'broadsheet',
        buildDate: '',
        buildUser: '',
        goVersion: '',
        revision: version,
        version: compatibleVersion,
      },
    }),
  })

  app.route({
    method: 'GET',
    url: '/receivers',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List receivers', 'Alertmanager’s `getReceivers`.'),
      response: { 200: z.array(receiverSchema), ...said() },
    },
    handler: async () => alerts.receivers().map((name) => ({ name })),
  })
}

/** As far as Alertmanager knows it, so that `amtool config routes` reads it. Where receivers lead is not its business. */
function originalConfig({ rules }: Parts['alerting'], receivers: readonly string[]): string {
  const { route = { receiver: receivers[0] ?? 'default' }, ...rest } = (rules ?? {}) as { route?: RouteInput }
  return stringify({ route: plainRoute(route), ...rest, receivers: receivers.map((name) => ({ name })) })
}

const plainRoute = ({ escalate: _ours, routes, ...rest }: RouteInput): RouteInput => ({
  ...rest,
  ...(routes && { routes: routes.map(plainRoute) }),
})
