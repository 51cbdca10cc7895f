import { Agent, request } from 'undici'
import { describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { patience } from '../../support/pace.ts'
import { serve, token } from './serve.ts'

const headers = { authorization: `Bearer ${token}` }

describe('while it stops', () => {
  test('new requests are refused with when to come back; probes tell the difference', async () => {
    await using served = await serve()
    expect((await served.ask('GET', '/readyz')).json).toEqual({ status: 'ok', version: '0.0.0' })
    served.app.drain()
    for (const path of ['/api/v1/lists', '/nothing']) {
      const refused = await served.ask('GET', path)
      expect(refused.json).toMatchObject({ code: 'E_STOPPING', status: 503 })
      expect(refused.headers.get('connection')).toBe('close')
      expect(refused.headers.get('retry-after')).toBe('5')
    }
    expect((await served.ask('GET', '/livez')).status).toBe(200)
    expect((await served.ask('GET', '/readyz')).json).toMatchObject({ code: 'E_STOPPING' })
    expect((await served.ask('GET', '/metrics')).status).toBe(200)
    expect((await fetch(`${served.url}/u/abc`, { method: 'POST' })).status).toBe(503)
  })

  test('what is under way is finished, and kept connections do not hold it up', async () => {
    const store = openMemoryStore()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let asked = () => {}
    const begun = new Promise<void>((resolve) => {
      asked = resolve
    })
    const slow = {
      ...store,
      topics: {
        ...store.topics,
        page: async (query: { after: number; limit: number }) => {
          asked()
          await held
          return store.topics.page(query)
        },
      },
    }
    await using served = await serve({ store: slow })
    const dispatcher = new Agent({ keepAliveTimeout: 60_000, connections: 4 })
    const idle = await request(`${served.url}/api/v1/lists`, { headers, dispatcher })
    await idle.body.text()
    const late = request(`${served.url}/api/v1/topics`, { headers, dispatcher })
    await begun
    const begunAt = performance.now()
    const closing = served.app.close()
    release()
    const { statusCode, body } = await late
    expect(statusCode).toBe(200)
    expect(await body.json()).toEqual({ data: [], next: null })
    await closing
    expect(performance.now() - begunAt).toBeLessThan(patience(3000))
    await dispatcher.close()
  })
})
