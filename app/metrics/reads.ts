import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { EngineMetrics } from './metrics.ts'

/** Opens and clicks: how many, how they are written, and which were not. */
export function readMetrics(registry: Registry): EngineMetrics {
  const registers = [registry]
  const taken = new Counter({
    name: 'broadsheet_reads_total',
    help: 'Opens and clicks that were kept, by who it was taken for.',
    labelNames: ['type', 'class'] as const,
    registers,
  })
  const corrected = new Counter({
    name: 'broadsheet_reads_corrected_total',
    help: 'Opens and clicks of which it turned out later who it was.',
    registers,
  })
  const missed = new Counter({
    name: 'broadsheet_reads_unrecorded_total',
    help: 'Opens and clicks that were answered before they were kept. late: they may be kept after all.',
    labelNames: ['type', 'why'] as const,
    registers,
  })
  const batch = new Histogram({
    name: 'broadsheet_reads_batch',
    help: 'Opens and clicks written in one transaction.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  })
  const lag = new Histogram({
    name: 'broadsheet_reads_lag_seconds',
    help: 'From the arrival of the first open or click of a transaction to its commit.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const waiting = new Gauge({
    name: 'broadsheet_reads_waiting',
    help: 'Opens and clicks that are not yet written.',
    registers,
  })
  return ({ reads }) => ({
    look: async () => waiting.set(reads.waiting()),
    end: reads.watch({
      taken({ reads: kept, corrections, lagMs }) {
        for (const { type, class: by } of kept) taken.inc({ type, class: by })
        corrected.inc(corrections)
        batch.observe(kept.length)
        lag.observe(lagMs / 1000)
      },
      missed: (type, why) => missed.inc({ type, why }),
    }),
  })
}
