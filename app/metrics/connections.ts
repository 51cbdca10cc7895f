import { Gauge, type Registry } from 'prom-client'
import type { OpenedStore } from '../../stores/open.ts'

/** A store, and its pools of connections where it has some. */
export type PooledStore = Pick<OpenedStore, 'kind' | 'connections'>

const states = ['used', 'idle', 'waiting'] as const

/** Connections to the database, or the threads that it runs in. */
export function connectionMetrics(registry: Registry): { of(store: PooledStore): void; look(): void } {
  const connections = new Gauge({
    name: 'broadsheet_store_connections',
    help: 'Connections to Postgres (pool: primary, replica) or threads of SQLite (writer, readers) that are used or idle, and calls that wait for one.',
    labelNames: ['pool', 'state'] as const,
    registers: [registry],
  })
  const most = new Gauge({
    name: 'broadsheet_store_connections_max',
    help: 'Connections to Postgres (postgres.connections) or threads of SQLite at most.',
    labelNames: ['pool'] as const,
    registers: [registry],
  })
  let store: PooledStore | null = null
  return {
    of(opened) {
      store = opened
    },
    look() {
      for (const [pool, use] of Object.entries(store?.connections?.() ?? {})) {
        for (const state of states) connections.set({ pool, state }, use[state])
        most.set({ pool }, use.max)
      }
    },
  }
}
