import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { httpLimitsSchema, httpPressureSchema } from '../../../../app/config/http.ts'
import { createPressure, loopDelay } from '../../../../app/http/limits/pressure.ts'
import { createMetrics } from '../../../../app/metrics/metrics.ts'
import { silentLog } from '../../../../engine/log.ts'
import { openMemoryStore } from '../../../../stores/memory/open.ts'
import { openStore } from '../../../../stores/open.ts'
import { createTestClock } from '../../../engine/support/clock.ts'
import { type Served, serve } from '../serve.ts'

const waiting = { timeout: 60_000, interval: 5 }

describe('pressure', () => {
  const limits = httpPressureSchema.parse({ delayMs: 100, underWay: 100, storeMs: 1000, bodyBytes: 1000 })
  const admits = (pressure: ReturnType<typeof createPressure>) =>
    (['reports', 'usual', 'alerts', 'kept'] as const).filter((priority) => {
      const may = pressure.admit(priority, 0)
      if (may) pressure.leave(0)
      return may
    })

  test.each([
    [0.2, ['reports', 'usual', 'alerts', 'kept']],
    [0.3, ['usual', 'alerts', 'kept']],
    [0.6, ['alerts', 'kept']],
    [1.1, ['kept']],
  ])('at %f of a limit admits %j', (share, admitted) => {
    for (const by of ['store', 'underWay', 'bodies'] as const) {
      const clock = createTestClock()
      const gauges = { delayMs: () => 0, storeMs: () => (by === 'store' ? share * 1000 : 0) }
      const pressure = createPressure({ limits, gauges, clock, log: silentLog })
      if (by === 'underWay') for (let n = 0; n < share * 100 - 1; n++) pressure.admit('kept', 0)
      if (by === 'bodies') pressure.admit('kept', share * 1000)
      clock.advance(250)
      expect(admits(pressure)).toEqual(admitted)
    }
  })

  test('an event loop that is late for a moment turns nobody away, one that stays late does', () => {
    const clock = createTestClock()
    let lateMs = 0
    const gauges = { delayMs: () => lateMs, storeMs: () => 0 }
    const pressure = createPressure({ limits, gauges, clock, log: silentLog })
    const look = (late: number, times: number) => {
      lateMs = late
      for (let n = 0; n < times; n++) {
        clock.advance(250)
        pressure.figures()
      }
    }
    look(90, 1)
    expect(admits(pressure)).toHaveLength(4)
    look(0, 4)
    look(90, 8)
    expect(admits(pressure)).toEqual(['alerts', 'kept'])
  })

  test('lets back in step by step, and only after it has been calm for a while', () => {
    const clock = createTestClock()
    let storeMs = 2000
    const said: unknown[] = []
    const log = {
      ...silentLog,
      warn: (fields: object, event: string) => said.push([event, (fields as { shedding: unknown }).shedding]),
      info: (fields: object, event: string) => said.push([event, (fields as { shedding: unknown }).shedding]),
    }
    const pressure = createPressure({
      limits,
      gauges: { delayMs: () => 0, storeMs: () => storeMs },
      clock,
      log,
    })
    clock.advance(250)
    expect(admits(pressure)).toEqual(['kept'])
    // Just below where it began: no reason to open yet.
    storeMs = 900
    clock.advance(10_000)
    expect(admits(pressure)).toEqual(['kept'])
    storeMs = 0
    const opened: number[] = []
    for (let ms = 0; ms < 20_000; ms += 250) {
      clock.advance(250)
      opened.push(admits(pressure).length)
    }
    expect(opened.toSorted((a, b) => a - b)).toEqual(opened)
    expect(opened.slice(0, 7)).not.toContain(4)
    expect(opened.at(-1)).toBe(4)
    expect(said).toEqual([
      ['http.shedding', 'alerts'],
      ['http.shedding', 'usual'],
      ['http.shedding', 'reports'],
      ['http.shedding', null],
    ])
    // Back and forth around the border is one step, not many.
    said.length = 0
    for (let n = 0; n < 40; n++) {
      storeMs = n % 2 === 0 ? 260 : 240
      clock.advance(250)
      pressure.figures()
    }
    expect(said).toEqual([['http.shedding', 'reports']])
  })

  test('a loop that is blocked again and again is seen to be late', async () => {
    const loop = loopDelay()
    await vi.waitFor(() => {
      const until = performance.now() + 150
      while (performance.now() < until);
      expect(loop.delayMs()).toBeGreaterThan(50)
    }, waiting)
    loop.close()
  })
})

describe('a daemon with too much to do', () => {
  test('turns reports away first, alerts last, leaving and health never, and says so', async () => {
    const store = openMemoryStore()
    const held = Promise.withResolvers<void>()
    let inside = 0
    const gated = {
      ...store,
      topics: {
        ...store.topics,
        page: async (query: { after: number; limit: number }) => {
          inside++
          await held.promise
          return store.topics.page(query)
        },
      },
    }
    const clock = createTestClock()
    const config = { pressure: httpPressureSchema.parse({ underWay: 20 }) }
    const said: string[] = []
    const say = (_fields: object, event: string) => said.push(event)
    const log = { ...silentLog, warn: say, error: say }
    await using served = await serve({ store: gated, clock, config, log })
    const status = async (method: string, path: string, body?: unknown) =>
      (await served.ask(method, path, body)).status
    const waits: Promise<number>[] = []
    const hold = async (count: number) => {
      while (inside < count) {
        waits.push(status('GET', '/api/v1/topics'))
        const before = waits.length
        await vi.waitFor(() => expect(inside).toBe(before), waiting)
      }
    }
    expect(await status('GET', '/api/v1/analytics/overview')).not.toBe(503)
    await hold(5)
    expect(await status('GET', '/api/v1/subscribers/export')).toBe(503)
    expect(await status('GET', '/api/v1/lists')).toBe(200)
    await hold(9)
    const refused = await served.ask('GET', '/api/v1/lists')
    expect(refused.json).toMatchObject({ code: 'E_OVERLOAD', status: 503 })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(2)
    expect(refused.headers.get('x-request-id')).toBeTruthy()
    // 400: it was read.
    expect(await status('POST', '/api/v1/alerts', {})).toBe(400)
    expect(await status('POST', '/api/v2/alerts', {})).toBe(400)
    expect(await status('GET', '/livez')).toBe(200)
    expect(await status('POST', '/u/nothing', 'x')).toBe(404)
    expect(await status('GET', '/t/nothing.gif')).toBe(404)
    const metrics = (await served.ask('GET', '/metrics')).text
    expect(metrics).toContain('broadsheet_http_shed_total{priority="reports"} 1\n')
    expect(metrics).toContain('broadsheet_http_shed_total{priority="usual"} 1\n')
    expect(metrics).toContain('broadsheet_http_shedding{priority="usual"} 1\n')
    expect(metrics).toContain('broadsheet_http_shedding{priority="alerts"} 0\n')
    // The archive's page, too. No line for each who is turned away: that would be more to do.
    expect(await status('GET', '/a/daily')).toBe(503)
    expect(said).toEqual(['http.shedding', 'http.shedding'])
    held.resolve()
    expect(new Set(await Promise.all(waits))).toEqual(new Set([200]))
    expect(await status('GET', '/api/v1/lists')).toBe(503)
    clock.advance(10_000)
    expect(await status('GET', '/api/v1/lists')).toBe(200)
    expect(await status('GET', '/api/v1/subscribers/export')).toBe(200)
  })

  test('a flood of a thousand is answered to the last, and most of it at once, while the store stands still', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-pressure-'))
    const file = join(folder, 'store.db')
    const metrics = createMetrics({ version: '0.0.0', role: 'all', store: 'sqlite' })
    const store = metrics.ofStore(await openStore(`sqlite:${file}`))
    const other = new Database(file)
    const plenty = { perSecond: 1e6, burst: 1e6 }
    {
      await using served = await serve({
        store,
        metrics,
        config: {
          limits: httpLimitsSchema.parse({ perKey: plenty, alerts: plenty }),
          // A writer that does not write for 300 ms is too slow for this house.
          pressure: httpPressureSchema.parse({ storeMs: 600, underWay: 1_000_000 }),
          gauges: { delayMs: () => 0, storeMs: metrics.waitingMs },
        },
      })
      other.exec('BEGIN IMMEDIATE')
      const flood = (count: number) =>
        Array.from({ length: count }, (_, n) =>
          served.ask<{ code?: string }>('POST', '/api/v1/lists', { name: `list-${n}`, title: 'x' }),
        )
      const first = flood(500)
      await vi.waitFor(async () => expect(await status(served, '/api/v1/lists')).toBe(503), waiting)
      // Answered while the store still stands.
      const second = await Promise.all(flood(500))
      expect(new Set(second.map(({ json }) => json.code))).toEqual(new Set(['E_OVERLOAD']))
      expect(await status(served, '/livez')).toBe(200)
      other.exec('COMMIT')
      for (const { status } of await Promise.all(first)) expect([201, 503]).toContain(status)
      await vi.waitFor(async () => expect(await status(served, '/api/v1/lists')).toBe(200), waiting)
    }
    other.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

const status = async (served: Served, path: string): Promise<number> => (await served.ask('GET', path)).status
