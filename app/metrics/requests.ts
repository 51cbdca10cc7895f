import { Counter, Histogram, type Registry } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** Requests by route and status, their times by route: both in one would be ten times the series. Borders stand at what was
 *  promised, 50 ms at 200 requests a second, and at the original target of 150 ms. */
export function requestMetrics(registry: Registry): Metrics['request'] {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'broadsheet_http_request_seconds',
    help: 'Time from the request line to the end of the answer. Live streams are not in it.',
    labelNames: ['method', 'route'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  })
  const requests = new Counter({
    name: 'broadsheet_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  })
  return (method, route, status, tookSeconds) => {
    requests.inc({ method, route, status })
    // They last until somebody goes away: how long says nothing of the API.
    if (!route.endsWith('/stream')) seconds.observe({ method, route }, tookSeconds)
  }
}
