import type { Server, Socket } from 'node:net'
import { connect } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { httpTimesSchema } from '../../../../app/config/http.ts'
import { openMemoryStore } from '../../../../stores/memory/open.ts'
import { createTestClock } from '../../../engine/support/clock.ts'
import { type Served, serve, token } from '../serve.ts'

const waiting = { timeout: 60_000, interval: 5 }

/** A bare socket: what it heard, and that it was ended. */
function open(served: Served, text = '') {
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
  let heard = ''
  socket.on('data', (data) => {
    heard += data.toString('latin1')
  })
  socket.on('error', () => {})
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(heard))
  })
  if (text !== '') socket.write(text)
  return { socket, ended, heard: () => heard }
}
const post = (path: string, headers: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${headers}\r\n\r\n${body}`
const json = 'content-type: application/json'

describe('who is slow on purpose is answered 408, and let go', () => {
  test('with the headers', async () => {
    await using served = await serve({ config: { times: httpTimesSchema.parse({ headersMs: 200 }) } })
    const text = await open(served, 'GET /api/v1/lists HTTP/1.1\r\nhost: x\r\nx-slow: ').ended
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(text).toContain('application/problem+json')
    expect(text).toContain('"code":"E_TIMEOUT"')
  })

  test.each([
    ['with a body that has a length', `${json}\r\ncontent-length: 100`, '{"na'],
    ['with a body in chunks', `${json}\r\ntransfer-encoding: chunked`, '5\r\n{"nam\r\n'],
    ['before the first byte of the body', `${json}\r\ncontent-length: 100`, ''],
  ])('%s', async (_what, headers, body) => {
    const clock = createTestClock()
    await using served = await serve({ clock })
    const slow = open(served, post('/api/v1/lists', headers, body))
    await vi.waitFor(() => {
      clock.advance(1000)
      expect(slow.heard()).toContain('E_TIMEOUT')
    }, waiting)
    const text = await slow.ended
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(text).toContain('connection: close')
    expect(await served.store.lists.byName(['na'])).toEqual([])
  })

  test('with a form, as a page', async () => {
    const clock = createTestClock()
    await using served = await serve({ clock })
    const form = 'content-type: application/x-www-form-urlencoded\r\ncontent-length: 100'
    const slow = open(served, post('/u/nothing', form, 'a='))
    await vi.waitFor(() => {
      clock.advance(1000)
      expect(slow.heard()).toMatch(/^HTTP\/1\.1 408 .*text\/html/s)
    }, waiting)
  })

  test('but an import takes as long as it needs while something comes, and no longer', async () => {
    const clock = createTestClock()
    await using served = await serve({ clock })
    const sockets: Socket[] = []
    ;(served.app.server as Server).on('connection', (socket) => sockets.push(socket))
    const headers = 'content-type: text/csv\r\ntransfer-encoding: chunked'
    const upload = open(served, post('/api/v1/subscribers/import', headers, '8\r\naddress\n\r\n'))
    await vi.waitFor(() => expect(sockets[0]?.bytesRead).toBeGreaterThan(0), waiting)
    // Ten minutes, a line every twenty seconds.
    for (let line = 10; line < 40; line++) {
      const read = sockets[0]!.bytesRead
      upload.socket.write(`10\r\np${line}@example.org\n\r\n`)
      await vi.waitFor(() => expect(sockets[0]!.bytesRead).toBeGreaterThan(read), waiting)
      clock.advance(20_000)
    }
    expect(upload.heard()).toBe('')
    await vi.waitFor(() => {
      clock.advance(1000)
      expect(upload.heard()).toContain('E_TIMEOUT')
    }, waiting)
    expect(await upload.ended).toMatch(/^HTTP\/1\.1 408 /)
  })
})

test('what takes too long to answer is given up with 503, and the next request is answered', async () => {
  const store = openMemoryStore()
  const held = Promise.withResolvers<void>()
  const slow = {
    ...store,
    topics: {
      ...store.topics,
      page: async (query: { after: number; limit: number }) => {
        await held.promise
        return store.topics.page(query)
      },
    },
  }
  await using served = await serve({
    store: slow,
    config: { times: httpTimesSchema.parse({ answerMs: 100 }) },
  })
  const refused = await served.ask('GET', '/api/v1/topics')
  expect(refused.json).toMatchObject({ code: 'E_OVERLOAD', status: 503 })
  expect(refused.headers.get('retry-after')).toBe('5')
  held.resolve()
  expect((await served.ask('GET', '/api/v1/topics')).status).toBe(200)
  // A stream is answered for as long as somebody listens.
  const abort = new AbortController()
  const stream = await fetch(`${served.url}/api/v1/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  })
  const reader = stream.body!.getReader()
  await reader.read()
  expect((await served.ask('GET', '/api/v1/topics')).status).toBe(200)
  abort.abort()
})

test('what changes something is answered when it is done, and its key is not free before', async () => {
  const store = openMemoryStore()
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const slow = {
    ...store,
    topics: {
      ...store.topics,
      async insert(...given: Parameters<typeof store.topics.insert>) {
        reached.resolve()
        await held.promise
        return store.topics.insert(...given)
      },
      async page(...given: Parameters<typeof store.topics.page>) {
        await held.promise
        return store.topics.page(...given)
      },
    },
  }
  await using served = await serve({
    store: slow,
    config: { times: httpTimesSchema.parse({ answerMs: 100 }) },
  })
  const key = { 'idempotency-key': 'once' }
  const make = () => served.ask('POST', '/api/v1/topics', { name: 'sport', title: 'Sport' }, key)
  const first = make()
  await reached.promise
  // A read that began later has been given up.
  expect((await served.ask('GET', '/api/v1/topics')).status).toBe(503)
  expect((await make()).json).toMatchObject({ code: 'E_IDEMPOTENCY' })
  held.resolve()
  const made = await first
  expect(made.status).toBe(201)
  const again = await make()
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.json).toEqual(made.json)
})

test('more connections than may be open are closed unread, and there is room again when one goes', async () => {
  await using served = await serve({ config: { maxConnections: 2 } })
  const [one, two] = [open(served), open(served)]
  await vi.waitFor(async () => expect(await connections(served)).toBe(2), waiting)
  const get = `GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`
  expect(await open(served, get).ended).toBe('')
  one.socket.destroy()
  await vi.waitFor(async () => expect(await connections(served)).toBe(1), waiting)
  expect(await open(served, get).ended).toMatch(/^HTTP\/1\.1 200 /)
  two.socket.destroy()
})

const connections = ({ app }: Served): Promise<number> =>
  new Promise((resolve, reject) => {
    ;(app.server as Server).getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
