import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.ts'
import { useCacheMetrics } from './cache-metrics.ts'
import { useFeedbackMetrics } from './feedback-metrics.ts'
import { useRollupMetrics } from './rollup-metrics.ts'

/** Time every request by route, the queue, the caches, and the process itself. Routes are patterns, so that ids make no series. */
export function useMetrics(
  app: FastifyInstance,
  registry: Registry,
  engine: Pick<Engine, 'depth' | 'reads' | 'caches' | 'analytics' | 'feedback'>,
): void {
  if (registry.getSingleMetric('process_cpu_seconds_total') === undefined)
    collectDefaultMetrics({ register: registry })
  useQueueMetrics(registry, engine)
  useReadMetrics(app, registry, engine)
  useCacheMetrics(registry, engine)
  useRollupMetrics(registry, engine)
  useFeedbackMetrics(app, registry, engine)
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

/** Opens and clicks: how many, how they are written, and which were not. */
function useReadMetrics(app: FastifyInstance, registry: Registry, { reads }: Pick<Engine, 'reads'>): void {
  const registers = [registry]
  const fresh = (name: string) => {
    registry.removeSingleMetric(name)
    return { name, registers }
  }
  const taken = new Counter({
    ...fresh('broadsheet_reads_total'),
    help: 'Opens and clicks that were kept, by who it was taken for.',
    labelNames: ['type', 'class'] as const,
  })
  const corrected = new Counter({
    ...fresh('broadsheet_reads_corrected_total'),
    help: 'Opens and clicks of which it turned out later who it was.',
  })
  const missed = new Counter({
    ...fresh('broadsheet_reads_unrecorded_total'),
    help: 'Opens and clicks that were answered before they were kept. late: they may be kept after all.',
    labelNames: ['type', 'why'] as const,
  })
  const batch = new Histogram({
    ...fresh('broadsheet_reads_batch'),
    help: 'Opens and clicks written in one transaction.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  })
  const lag = new Histogram({
    ...fresh('broadsheet_reads_lag_seconds'),
    help: 'From the arrival of the first open or click of a transaction to its commit.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  })
  new Gauge({
    ...fresh('broadsheet_reads_waiting'),
    help: 'Opens and clicks that are not yet written.',
    collect() {
      this.set(reads.waiting())
    },
  })
  const end = reads.watch({
    taken({ reads, corrections, lagMs }) {
      for (const { type, class: by } of reads) taken.inc({ type, class: by })
      corrected.inc(corrections)
      batch.observe(reads.length)
      lag.observe(lagMs / 1000)
    },
    missed: (type, why) => missed.inc({ type, why }),
  })
  app.addHook('onClose', async () => {
    end()
  })
}
