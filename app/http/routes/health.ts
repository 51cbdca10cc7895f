import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Api, Parts } from '../api.ts'
import { problems } from '../reply/problem.ts'
import { requireToken } from '../request/metrics-token.ts'

const tag = 'Health'
const statusSchema = z.object({ status: z.literal('ok'), version: z.string() })

/** For probes and Prometheus: no key, no rate limit. `metricsToken`: what Prometheus must say; null: nothing. */
export function healthRoutes(
  app: Api,
  { engine, version, stopping }: Parts,
  metrics: Metrics,
  metricsToken: string | null,
): void {
  const config = {
    scope: 'public' as const,
    limit: false as const,
    priority: 'kept' as const,
    whileStopping: true,
  }

  app.route({
    method: 'GET',
    url: '/livez',
    config,
    schema: {
      tags: [tag],
      summary: 'Is the process alive?',
      response: { 200: statusSchema, ...problems('public', 'E_INTERNAL') },
    },
    handler: async () => ({ status: 'ok' as const, version }),
  })

  app.route({
    method: 'GET',
    url: '/readyz',
    config,
    schema: {
      tags: [tag],
      summary: 'Can it take requests?',
      description: 'Not while it stops, and not when the store cannot be read and written.',
      response: {
        200: statusSchema,
        ...problems('public', 'E_STOPPING', 'E_STORE', 'E_STORE_FULL', 'E_INTERNAL'),
      },
    },
    handler: async () => {
      if (stopping()) throw new BroadsheetError('E_STOPPING', 'The daemon is stopping.')
      await engine.store.check()
      return { status: 'ok' as const, version }
    },
  })

  app.route({
    method: 'GET',
    url: '/metrics',
    config,
    schema: {
      tags: [tag],
      summary: 'Metrics for Prometheus',
      description:
        'Open to all, unless the setting `metrics.token` is there: then with it as the bearer token.',
      response: {
        200: { description: 'Text exposition format.', content: { 'text/plain': { schema: z.string() } } },
        ...problems('public', 'E_AUTH', 'E_INTERNAL'),
      },
    },
    handler: async (request, reply) => {
      if (metricsToken !== null) requireToken(request, metricsToken)
      return reply.type(metrics.registry.contentType).send(await metrics.text())
    },
  })
}
