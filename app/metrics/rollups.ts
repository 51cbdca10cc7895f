import { Gauge, type Registry } from 'prom-client'
import type { EngineMetrics } from './metrics.ts'

/** How far the numbers are behind what happened: every node says the same. */
export function rollupMetrics(registry: Registry): EngineMetrics {
  const registers = [registry]
  const age = new Gauge({
    name: 'broadsheet_rollup_lag_seconds',
    help: 'Age of the oldest event that is not in the numbers of analytics yet, by its own time.',
    registers,
  })
  const waiting = new Gauge({
    name: 'broadsheet_rollup_lag_events',
    help: 'Events that are not in the numbers of analytics yet, by their ids.',
    registers,
  })
  return ({ analytics }) => ({
    async look() {
      // Without its store a node has other metrics to show.
      const status = await analytics.status().catch(() => null)
      if (status === null) return
      waiting.set(Math.max(0, status.last - status.rolledTo))
      age.set(status.behindMs / 1000)
    },
  })
}
