import { createServer } from 'node:http'
import { request } from 'undici'
import { onTestFinished } from 'vitest'
import { type ChannelActor, startChannelActor } from '../../../engine/actors/channel/channel.ts'
import type { Carried, Channel, Message, Outcome, Post } from '../../../engine/channel/index.ts'
import { type EngineConfig, engineConfigSchema } from '../../../engine/config.ts'
import { createLimiter, type Limiter } from '../../../engine/delivery/limits/limiter.ts'
import { silentLog } from '../../../engine/log.ts'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'

export const never = new AbortController().signal

export const letter = (id: number, overrides: Partial<Message> = {}): Message => ({
  id,
  from: 'news@example.org',
  to: `reader${id}@example.org`,
  bytes: new Uint8Array(),
  eightBit: false,
  utf8: false,
  key: String(id),
  ...overrides,
})

export const post = (id: number, to = 'ops'): Post => ({
  id,
  to,
  note: { title: 'Disk full', url: null, tone: 'critical', summary: 'Disk full', blocks: [] },
  reason: 'firing',
  data: {},
  at: 0,
  thread: 'disk',
  earlier: null,
  key: String(id),
})

export const settingsOf = (said: object = {}): EngineConfig =>
  engineConfigSchema.parse({ secrets: ['a secret only for the tests'], ...said })

export interface Desk {
  readonly actor: ChannelActor
  readonly limiter: Limiter
  readonly clock: TestClock
  /** Of its breaker, since it was opened. */
  readonly states: string[]
}

/** A channel behind its actor, as the engine opens it. */
export function openDesk(
  channel: Channel<Carried>,
  options: {
    readonly name?: string
    readonly clock?: TestClock
    readonly buckets?: BucketStore
    readonly config?: object
  } = {},
): Desk {
  const { name = 'chat', clock = createTestClock(), buckets = openMemoryStore().buckets } = options
  const config = settingsOf(options.config)
  const limiter = createLimiter(config, buckets)
  const states: string[] = []
  const actor = startChannelActor({
    name,
    channel,
    settings: config.breaker,
    limiter,
    clock,
    log: silentLog,
    onChange: (state) => states.push(state),
  })
  onTestFinished(() => actor.close())
  return { actor, limiter, clock, states }
}

export const capabilitiesOf = (said: Partial<Channel['capabilities']> = {}): Channel['capabilities'] => ({
  content: 'mime',
  maxBatch: 100,
  maxInFlight: 8,
  idempotent: false,
  maxMessageBytes: null,
  ...said,
})

/** What the chat server does with a request; `undefined` takes it. */
export type Answer = {
  readonly status: number
  readonly retryAfter?: number
  readonly scope?: 'room' | 'channel'
}

export interface ChatServer {
  /** What it was asked, in order: a room's name, or `probe`. */
  readonly asked: { readonly room: string; readonly at: number }[]
  answer: (room: string) => Answer | undefined
  /** A channel to it: a request a post. */
  channel(said?: Partial<Channel['capabilities']>): Channel<Carried>
}

/** A server of rooms that answers 429 with Retry-After as such servers do (RFC 9110 10.2.3, RFC 6585 4). */
export async function startChat(clock: TestClock): Promise<ChatServer> {
  const asked: { room: string; at: number }[] = []
  const server = createServer((incoming, reply) => {
    const room = (incoming.url ?? '/').slice(1)
    asked.push({ room, at: clock.now() })
    const { status, retryAfter, scope } = self.answer(room) ?? { status: 200 }
    if (retryAfter !== undefined) reply.setHeader('retry-after', String(retryAfter))
    if (scope !== undefined) reply.setHeader('x-scope', scope)
    reply.statusCode = status
    incoming.resume()
    incoming.on('end', () => reply.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const ask = async (room: string) => {
    const { statusCode, headers, body } = await request(`${origin}/${room}`, { method: 'POST', body: '{}' })
    await body.dump()
    return { statusCode, headers }
  }
  const self: ChatServer = {
    asked,
    answer: () => undefined,
    channel: (said) => ({
      capabilities: capabilitiesOf({ content: 'note', maxBatch: 1, rooms: ['ops', 'desk'], ...said }),
      send: (batch) =>
        Promise.all(
          batch.map(async ({ id, to }): Promise<Outcome> => {
            const { statusCode, headers } = await ask(to)
            const code = String(statusCode)
            if (statusCode < 300) return { id, status: 'sent', code, detail: null, receipt: `${to}/${id}` }
            const scope = headers['x-scope'] === 'channel' ? 'channel' : 'room'
            const wait = headers['retry-after']
            const retryAfterMs = wait === undefined ? null : Number(wait) * 1000
            return { id, status: 'transient', code, detail: 'refused for now', scope, retryAfterMs }
          }),
        ),
      async probe() {
        const { statusCode } = await ask('probe')
        return statusCode < 300 ? { ok: true, detail: 'up' } : { ok: false, detail: String(statusCode) }
      },
      close: async () => {},
    }),
  }
  return self
}
