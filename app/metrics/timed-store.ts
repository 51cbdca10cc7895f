import { Counter, Histogram, type Registry } from 'prom-client'
import { BroadsheetError } from '../../engine/errors.ts'

// One that takes long may be counting a million rows; where as many as this wait, they wait for each other.
const crowd = 8

/** What is told of calls. `query`: `ledger.lease`. */
export interface StoreTimer {
  /** `error`: what it rejected with. */
  ended(store: string, query: string, seconds: number, error?: unknown): void
  /** A call has begun, other than a report, which may take its time; returns what ends it. */
  began(startedAt: number): () => void
  /** How long the eighth of those that have waited longest has waited for its answer; 0 where there are fewer. */
  waitingMs(): number
}

/** Time and failures of a store's calls, by what is asked. */
export function storeTimer(registry: Registry): StoreTimer {
  const registers = [registry]
  const time = new Histogram({
    name: 'broadsheet_store_seconds',
    help: 'Time of a call of the store, with the wait for a connection or thread. query: port and method.',
    labelNames: ['store', 'query'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const errors = new Counter({
    name: 'broadsheet_store_errors_total',
    help: 'Calls of the store that were lost (E_STORE ...), not those that it refused.',
    labelNames: ['store', 'code'] as const,
    registers,
  })
  const open = new Set<{ readonly startedAt: number }>()
  return {
    ended(store, query, seconds, error) {
      time.observe({ store, query }, seconds)
      if (error === undefined) return
      const code = error instanceof BroadsheetError ? error.code : 'other'
      if (code === 'other' || code.startsWith('E_STORE')) errors.inc({ store, code })
    },
    began(startedAt) {
      const call = { startedAt }
      open.add(call)
      return () => open.delete(call)
    },
    waitingMs() {
      // A Set keeps the order in which calls began.
      let rank = 0
      for (const { startedAt } of open) if (++rank === crowd) return performance.now() - startedAt
      return 0
    },
  }
}

type Call = (...args: unknown[]) => unknown

/** The same ports, each call timed under its place: `check`, `ledger.lease`, `reports.events.page`. What answers at once, and
 *  `close`, is left as it is. */
export function timePorts<Ports extends object>(store: string, ports: Ports, timer: StoreTimer): Ports {
  const timed = (query: string, port: object, call: Call): Call => {
    if (query === 'close') return call
    const counts = !query.startsWith('reports.') && query !== 'maintain'
    return (...args) => {
      const startedAt = performance.now()
      // Some call their own methods: those are part of what was asked.
      const answer = call.apply(port, args)
      if (!(answer instanceof Promise)) return answer
      const answered = counts ? timer.began(startedAt) : undefined
      const end = (error?: unknown) => {
        answered?.()
        timer.ended(store, query, (performance.now() - startedAt) / 1000, error)
      }
      // The caller's own promise, so that one that nobody hears of still ends the process.
      return answer.then(
        (value: unknown) => {
          end()
          return value
        },
        (error: unknown) => {
          end(error)
          throw error
        },
      )
    }
  }
  const wrap = (port: object, place: string): object =>
    Object.fromEntries(
      Object.entries(port).map(([key, value]) => {
        const at = `${place}${key}`
        if (typeof value === 'function') return [key, timed(at, port, value as Call)]
        return [key, typeof value === 'object' && value !== null ? wrap(value, `${at}.`) : value]
      }),
    )
  return wrap(ports, '') as Ports
}
