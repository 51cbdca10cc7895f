import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.ts'

/** Time every request by route, the queue, and the process itself. Routes are patterns, so that ids make no series. */
export function useMetrics(app: FastifyInstance, registry: Registry, engine: Pick<Engine, 'depth'>): void {
  if (registry.getSingleMetric('process_cpu_seconds_total') === undefined)
    collectDefaultMetrics({ register: registry })
  useQueueMetrics(registry, engine)
  const name = 'broadsheet_http_request_seconds'
  // A registry outlives a server that is opened again in the same process.
  registry.removeSingleMetric(name)
  const seconds = new Histogram({
    name,
    help: 'Time from the request line to the end of the answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
}

/** What an autoscaler follows: every node says the same of a queue that they share. */
function useQueueMetrics(registry: Registry, engine: Pick<Engine, 'depth'>): void {
  const name = 'broadsheet_queue_chunks'
  registry.removeSingleMetric(name)
  const chunks = new Gauge({
    name,
    help: 'Chunks of up to 1,000 recipients that wait or are worked.',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      // Without its queue a node has other metrics to show.
      const depth = await engine.depth().catch(() => null)
      if (depth === null) chunks.reset()
      else for (const state of ['queued', 'running'] as const) chunks.set({ state }, depth[state])
    },
  })
}
