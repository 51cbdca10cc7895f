import { z } from 'zod'
import type { Metrics } from '../../metrics/metrics.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { timeOf } from '../reply/kept.ts'
import { problems } from '../reply/problem.ts'

/** What a screen of the whole shows: few families of the hundred, none of them with thousands of series. */
const shown = [
  'process_resident_memory_bytes',
  'process_cpu_seconds_total',
  'process_open_fds',
  'nodejs_heap_size_used_bytes',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'broadsheet_queue_chunks',
  'broadsheet_queue_age_seconds',
  'broadsheet_alert_messages_in_hand',
  'broadsheet_cache_reads_total',
  'broadsheet_cache_entries',
  'broadsheet_cache_bytes',
  'broadsheet_channel_messages_total',
  'broadsheet_channel_state',
  'broadsheet_deliveries_settled_total',
  'broadsheet_letters_made_total',
  'broadsheet_ledger_deliveries',
  'broadsheet_http_pressure_ratio',
  'broadsheet_http_shedding',
  'broadsheet_reads_waiting',
  'broadsheet_render_busy_seconds_total',
  'broadsheet_render_queued',
  'broadsheet_render_threads',
  'broadsheet_render_threads_max',
  'broadsheet_rollup_lag_seconds',
  'broadsheet_store_connections',
  'broadsheet_store_connections_max',
  'broadsheet_store_errors_total',
] as const

/** Of each group of figures of the process one measures for all of them. */
const measuring = [
  'process_cpu_user_seconds_total',
  'nodejs_eventloop_lag_seconds',
  'nodejs_heap_size_total_bytes',
] as const

const figureSchema = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge']),
  values: z.array(z.object({ labels: z.record(z.string(), z.string()), value: z.number() })),
})

/** What this node is and does, for people. Prometheus reads /metrics, which has all of it. */
export function systemRoutes(app: Api, { engine, version, clock }: Parts, metrics: Metrics): void {
  const { role } = metrics.build
  app.route({
    method: 'GET',
    url: '/system',
    config: { scope: 'system:read' },
    schema: {
      ...operation(
        'Health',
        'Read how the daemon does',
        'Of the node that answers. The figures are those of /metrics of the same name.',
      ),
      response: {
        200: z.object({
          version: z.string(),
          role: z.string(),
          store: z.string(),
          node: z.string().describe('The version of Node.js.'),
          pid: z.number().int(),
          host: z.string(),
          startedAt: timeOf(),
          at: timeOf(),
          ready: z.boolean().describe('The store can be read and written.'),
          trouble: z.string().nullable().describe('Why it is not ready.'),
          figures: z.array(figureSchema),
        }),
        ...problems('read'),
      },
    },
    handler: async () => {
      await metrics.look()
      await Promise.all(measuring.map(async (name) => metrics.registry.getSingleMetric(name)?.get()))
      const trouble = await engine.store.check().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      const { hostname } = await import('node:os')
      return {
        version,
        role,
        store: engine.store.kind,
        node: process.versions.node,
        pid: process.pid,
        host: hostname(),
        startedAt: Math.round(clock.now() - process.uptime() * 1000),
        at: clock.now(),
        ready: trouble === null,
        trouble,
        figures: (await Promise.all(shown.map((name) => figureOf(metrics, name)))).filter(
          (figure) => figure !== null,
        ),
      }
    },
  })
}

async function figureOf({ registry }: Metrics, name: string): Promise<z.infer<typeof figureSchema> | null> {
  const metric = registry.getSingleMetric(name)
  if (metric === undefined) return null
  const { help, type, values } = await metric.get()
  return {
    name,
    help,
    type: String(type) === 'counter' ? 'counter' : 'gauge',
    values: values.map(({ labels, value }) => ({
      labels: Object.fromEntries(Object.entries(labels).map(([key, text]) => [key, String(text)])),
      value: Number.isFinite(value) ? value : 0,
    })),
  }
}
