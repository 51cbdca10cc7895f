import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLive } from '../../../app/http/reply/sse.ts'
import type { Fact } from '../../../engine/engine.ts'
import { silentLog } from '../../../engine/log.ts'
import type { CampaignId } from '../../../engine/model/ids.ts'
import { keyOf } from './access/callers.ts'
import { type Served, serve, token } from './serve.ts'

const changed = (name: string): Fact => ({
  type: 'campaign.changed',
  campaign: { id: 1 as CampaignId, name, state: 'running', reason: null, version: 1 },
})
const opened: Fact = { type: 'channel.changed', channel: 'smtp', state: 'open', detail: '421' }

let served: Served
let fire: () => void
beforeEach(async () => {
  const timers = new Map<() => void, number>()
  const clock = {
    now: () => 1_000_000,
    after(ms: number, run: () => void) {
      timers.set(run, ms)
      return () => timers.delete(run)
    },
  }
  fire = () => {
    for (const [run, ms] of Array.from(timers)) {
      if (ms !== 15_000) continue
      timers.delete(run)
      run()
    }
  }
  served = await serve({ clock })
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

/** A client that reads messages one by one. */
async function listen(query = '', authorization = `Bearer ${token}`) {
  const controller = new AbortController()
  const response = await fetch(`${served.url}/api/v1/stream${query}`, {
    headers: { authorization },
    signal: controller.signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const message = text.slice(0, end)
        text = text.slice(end + 2)
        return message
      }
      const { value, done } = await reader.read()
      if (done) return null
      text += value
    }
  }
  expect(await next()).toBe('retry: 2000\n: listening')
  return { response, next, leave: () => controller.abort() }
}

describe('the stream of facts', () => {
  test('gives every listener every fact, in order, with rising ids', async () => {
    const [one, two] = [await listen(), await listen()]
    expect(one.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    served.engine.tell(changed('a'))
    served.engine.tell(opened)
    for (const { next } of [one, two]) {
      const [first, second] = [await next(), await next()]
      expect(first).toMatch(/^event: campaign\.changed\nid: \d+\ndata: \{"type":"campaign\.changed"/)
      expect(second).toContain('event: channel.changed')
      const ids = [first, second].map((message) => Number(/^id: (\d+)$/m.exec(message!)![1]))
      expect(ids[1]).toBe(ids[0]! + 1)
    }
    one.leave()
    two.leave()
  })

  test('gives only the types that were asked for, and refuses unknown ones', async () => {
    const { next, leave } = await listen('?types=channel.changed')
    served.engine.tell(changed('a'))
    served.engine.tell(opened)
    expect(await next()).toContain('event: channel.changed')
    leave()
    expect((await served.ask('GET', '/api/v1/stream?types=nope')).json).toMatchObject({ code: 'E_INPUT' })
  })

  test('gives a caller what they may read, and refuses what they may not', async () => {
    const { headers } = await keyOf(served.store, 'duty', { scopes: ['system:read'] })
    const { next, leave } = await listen('', headers.authorization)
    served.engine.tell(changed('a'))
    served.engine.tell(opened)
    expect(await next()).toContain('event: channel.changed')
    leave()
    const refused = await served.ask('GET', '/api/v1/stream?types=campaign.changed', undefined, headers)
    expect(refused.json).toMatchObject({ code: 'E_FORBIDDEN' })
    expect(refused.text).toContain('campaigns:read')
  })

  test('beats when nothing happens', async () => {
    const { next, leave } = await listen()
    fire()
    expect(await next()).toBe(': heartbeat')
    fire()
    expect(await next()).toBe(': heartbeat')
    leave()
  })

  test('stops listening to the engine when the last listener is gone', async () => {
    expect(served.engine.listening()).toBe(0)
    const { leave } = await listen()
    expect(served.engine.listening()).toBe(1)
    leave()
    await expect.poll(() => served.engine.listening()).toBe(0)
  })

  test('ends cleanly when the daemon stops, which does not wait for it', async () => {
    const { next } = await listen()
    await served.app.close()
    expect(await next()).toBeNull()
    expect(served.engine.listening()).toBe(0)
  })

  test('drops a listener that does not read, and holds a bounded amount for it', async () => {
    const live = createLive({
      engine: served.engine,
      clock: { now: () => 1, after: () => () => {} },
      log: silentLog,
    })
    const [slow, quick] = [live.open(null), live.open(null)]
    let read = 0
    quick.on('data', () => read++)
    let held = 0
    for (let index = 0; index < 5000 && !slow.destroyed; index++) {
      served.engine.tell(changed('x'.repeat(500)))
      held = Math.max(held, slow.readableLength)
      // The quick one reads now and then.
      if (index % 50 === 0) await setImmediate()
    }
    expect(slow.destroyed).toBe(true)
    expect(held).toBeLessThan(300_000)
    expect(quick.destroyed).toBe(false)
    expect(read).toBeGreaterThan(0)
    live.close()
    expect(served.engine.listening()).toBe(0)
  })
})
