import { Counter, Gauge, type Registry } from 'prom-client'
import { type PressureFigures, priorities } from '../http/limits/pressure.ts'

export type { PressureFigures }

const kinds = ['delay', 'underWay', 'store', 'bodies'] as const

/** How much there is to do over HTTP, and who is turned away. Returns what shows a server's figures, one at a time. */
export function pressureMetrics(registry: Registry): (figures: () => PressureFigures) => () => void {
  const registers = [registry]
  let now: (() => PressureFigures) | null = null
  new Gauge({
    name: 'broadsheet_http_pressure_ratio',
    help: 'Share of a limit of http.pressure that is reached: reports are turned away at 0.25, most of the API at 0.5, alerts at 1.',
    labelNames: ['of'] as const,
    registers,
    collect() {
      const figures = now?.()
      if (figures === undefined) this.reset()
      else for (const of of kinds) this.set({ of }, figures[of])
    },
  })
  new Gauge({
    name: 'broadsheet_http_shedding',
    help: '1 while requests of this priority are answered with 503, because there is too much to do.',
    labelNames: ['priority'] as const,
    registers,
    collect() {
      const shedding = now?.().shedding ?? null
      const last = shedding === null ? -1 : priorities.indexOf(shedding)
      for (const [rank, priority] of priorities.slice(0, -1).entries())
        this.set({ priority }, rank <= last ? 1 : 0)
    },
  })
  new Counter({
    name: 'broadsheet_http_shed_total',
    help: 'Requests that were answered with 503, because there was too much to do.',
    labelNames: ['priority'] as const,
    registers,
    collect() {
      const shed = now?.().shed
      this.reset()
      for (const priority of priorities.slice(0, -1)) this.inc({ priority }, shed?.[priority] ?? 0)
    },
  })
  return (figures) => {
    now = figures
    return () => {
      if (now === figures) now = null
    }
  }
}
