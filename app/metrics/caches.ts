import { Counter, Gauge, type Registry } from 'prom-client'
import type { EngineMetrics } from './metrics.ts'

/** What of `SpaceFigures` makes which series. */
const reads = { hits: 'hit', tierHits: 'tier_hit', stale: 'stale', misses: 'miss' } as const
const counters = {
  refreshes: [
    'broadsheet_cache_refreshes_total',
    'Values that were loaded again while the old one was served.',
  ],
  loads: ['broadsheet_cache_loads_total', 'Questions to the store, each for all keys of one moment.'],
  loadErrors: ['broadsheet_cache_load_errors_total', 'Questions that the store did not answer.'],
  drops: [
    'broadsheet_cache_drops_total',
    'Keys and groups that a write has made untrue, here or on another node.',
  ],
} as const
const gauges = {
  entries: ['broadsheet_cache_entries', 'Values in this process.'],
  bytes: ['broadsheet_cache_bytes', 'Size of the values in this process, as text.'],
} as const

/** Counted where the values are: each series is set when it is asked for. */
export function cacheMetrics(registry: Registry): EngineMetrics {
  const registers = [registry]
  const labelNames = ['space'] as const
  const read = new Counter({
    name: 'broadsheet_cache_reads_total',
    help: 'Reads of a cache, by where the answer came from: this process, Redis, a value past its end, the store.',
    labelNames: ['space', 'result'] as const,
    registers,
  })
  const counted = Object.entries(counters).map(([key, [name, help]]) => ({
    key: key as keyof typeof counters,
    counter: new Counter({ name, help, labelNames, registers }),
  }))
  const gauged = Object.entries(gauges).map(([key, [name, help]]) => ({
    key: key as keyof typeof gauges,
    gauge: new Gauge({ name, help, labelNames, registers }),
  }))
  return ({ caches }) => ({
    async look() {
      for (const metric of [read, ...counted.map(({ counter }) => counter)]) metric.reset()
      for (const [space, figures] of caches.figures()) {
        for (const [key, result] of Object.entries(reads))
          read.inc({ space, result }, figures[key as keyof typeof reads])
        for (const { key, counter } of counted) counter.inc({ space }, figures[key])
        for (const { key, gauge } of gauged) gauge.set({ space }, figures[key])
      }
    },
  })
}
