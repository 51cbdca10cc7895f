import type { FastifyInstance } from 'fastify'
import { createHttp, type HttpConfig } from '../../../app/http/server.ts'
import type { Metrics } from '../../../app/metrics/metrics.ts'
import { type Clock, systemClock } from '../../../engine/clock.ts'
import { type Log, silentLog } from '../../../engine/log.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { type EngineDouble, engineDouble } from './engine-double.ts'

export const token = 'launch_of_the_test'

export interface Served extends AsyncDisposable {
  readonly url: string
  readonly app: FastifyInstance
  readonly engine: EngineDouble
  readonly store: Store
  /** A request with the key; a body that is not a string goes as JSON. */
  ask<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
}

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  readonly json: T
}

/** A daemon's HTTP side on a port of its own, over a memory store. */
export async function serve(
  options: { config?: HttpConfig; clock?: Clock; log?: Log; store?: Store; metrics?: Metrics } = {},
): Promise<Served> {
  const { clock = systemClock, log = silentLog, store = openMemoryStore() } = options
  const engine = engineDouble(store, clock)
  const app = await createHttp({
    engine,
    log,
    clock,
    version: '0.0.0',
    ...(options.metrics && { metrics: options.metrics }),
    // What else this machine does turns nobody away here.
    config: { apiTokens: [token], gauges: { delayMs: () => 0, storeMs: () => 0 }, ...options.config },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    app,
    engine,
    store,
    async ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const json = body !== undefined && typeof body !== 'string'
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(json && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: json ? JSON.stringify(body) : body }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        get json() {
          return JSON.parse(text) as T
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await store.close()
    },
  }
}
