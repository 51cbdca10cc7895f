import { Gauge, type Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.ts'

/** How far the numbers are behind what happened: every node says the same. */
export function useRollupMetrics(registry: Registry, { analytics }: Pick<Engine, 'analytics'>): void {
  const events = 'broadsheet_rollup_lag_events'
  const seconds = 'broadsheet_rollup_lag_seconds'
  for (const name of [events, seconds]) registry.removeSingleMetric(name)
  const age = new Gauge({
    name: seconds,
    help: 'Age of the oldest event that is not in the numbers of analytics yet, by its own time.',
    registers: [registry],
  })
  const waiting = new Gauge({
    name: events,
    help: 'Events that are not in the numbers of analytics yet, by their ids.',
    registers: [registry],
    async collect() {
      // Without its store a node has other metrics to show.
      const status = await analytics.status().catch(() => null)
      if (status === null) return
      waiting.set(Math.max(0, status.last - status.rolledTo))
      age.set(status.behindMs / 1000)
    },
  })
}
