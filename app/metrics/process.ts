import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

export interface BuildInfo {
  readonly version: string
  /** `all`, `api` or `worker`. */
  readonly role: string
  /** `memory`, `sqlite` or `postgres`. */
  readonly store: string
}

/** CPU, memory, descriptors, garbage and the event loop's lag, as prom-client tells them; and who this is. */
export function processMetrics(registry: Registry, { version, role, store }: BuildInfo): void {
  collectDefaultMetrics({ register: registry })
  // Gauges called as counters are, which promtool refuses; their sums by type are there.
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`nodejs_active_${what}_total`)
  new Gauge({
    name: 'broadsheet_build_info',
    help: 'Always 1; the labels say what runs here.',
    labelNames: ['version', 'node', 'role', 'store'] as const,
    registers: [registry],
  }).set({ version, node: process.versions.node, role, store }, 1)
}
