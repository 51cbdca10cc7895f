import { Counter, Gauge, type Registry } from 'prom-client'
import type { Engine } from '../../engine/engine.ts'

/** What of `SpaceFigures` makes which series. */
const cacheReads = { hits: 'hit', tierHits: 'tier_hit', stale: 'stale', misses: 'miss' } as const
const cacheCounters = {
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
const cacheGauges = {
  entries: ['broadsheet_cache_entries', 'Values in this process.'],
  bytes: ['broadsheet_cache_bytes', 'Size of the values in this process, as text.'],
} as const

/** Counted where the values are: each series is set when it is asked for. */
export function useCacheMetrics(registry: Registry, { caches }: Pick<Engine, 'caches'>): void {
  const reads = 'broadsheet_cache_reads_total'
  const names = [
    reads,
    ...[...Object.values(cacheCounters), ...Object.values(cacheGauges)].map(([name]) => name),
  ]
  for (const name of names) registry.removeSingleMetric(name)
  new Counter({
    name: reads,
    help: 'Reads of a cache, by where the answer came from: this process, Redis, a value past its end, the store.',
    labelNames: ['space', 'result'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const [space, figures] of caches.figures())
        for (const [key, result] of Object.entries(cacheReads))
          this.inc({ space, result }, figures[key as keyof typeof cacheReads])
    },
  })
  for (const [key, [name, help]] of Object.entries(cacheCounters))
    new Counter({
      name,
      help,
      labelNames: ['space'] as const,
      registers: [registry],
      collect() {
        this.reset()
        for (const [space, figures] of caches.figures())
          this.inc({ space }, figures[key as keyof typeof cacheCounters])
      },
    })
  for (const [key, [name, help]] of Object.entries(cacheGauges))
    new Gauge({
      name,
      help,
      labelNames: ['space'] as const,
      registers: [registry],
      collect() {
        for (const [space, figures] of caches.figures())
          this.set({ space }, figures[key as keyof typeof cacheGauges])
      },
    })
}
