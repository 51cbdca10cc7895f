import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHttpClient, type HttpClient, interrupted } from '../../../engine/channel/index.ts'
import { systemClock } from '../../../engine/clock.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'

/** Says what it is told, byte by byte, so that an answer can stop anywhere. */
let server: Server
let sockets: Socket[] = []
let heard: string[] = []
let say: (socket: Socket, request: string) => void
let clock: TestClock
let client: HttpClient
let clients: HttpClient[] = []

const never = new AbortController().signal
const url = (path = '/secret-path') =>
  new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
const open = (options: object = {}): HttpClient => {
  const opened = createHttpClient({ clock, timeoutMs: 1_000, drainMs: 500, ...options })
  clients.push(opened)
  return opened
}
const post = (by = client, signal = never, to = url()) =>
  by.request({ method: 'POST', url: to, headers: { 'content-type': 'text/plain' }, body: 'hello' }, signal)
const reply = (body: string, head = 'HTTP/1.1 200 OK') =>
  `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const until = (what: () => boolean) =>
  vi.waitFor(() => expect(what()).toBe(true), { interval: 5, timeout: 60_000 })

beforeEach(async () => {
  sockets = []
  heard = []
  clients = []
  say = (socket) => socket.write(reply('taken'))
  server = createTcpServer((socket) => {
    sockets.push(socket)
    let text = ''
    socket
      .on('error', () => {})
      .on('data', (data) => {
        text += data.toString('latin1')
        if (!text.endsWith('hello')) return
        heard.push(text)
        say(socket, text)
        text = ''
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  clock = createTestClock()
  client = open()
})
afterEach(async () => {
  await Promise.all(clients.map((each) => each.close()))
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

describe('an answer', () => {
  test('comes with status, headers and body, and the connection is kept', async () => {
    say = (socket) =>
      socket.write(reply('na\u00efve', 'HTTP/1.1 404 No\r\nX-A: 1\r\nX-A: 2\r\nLocation: /other'))
    expect(await post()).toEqual({
      kind: 'answer',
      status: 404,
      headers: { 'x-a': '1, 2', location: '/other', 'content-length': '6' },
      body: 'na\u00efve',
      whole: true,
    })
    // A connection rests for a turn of the event loop before it is used again, so a second one may be made meanwhile.
    for (let n = 0; n < 8; n++) await post()
    expect(sockets.length).toBeLessThan(3)
    expect(heard[0]).toMatch(/^POST \/secret-path HTTP\/1\.1\r\n/)
    expect(heard[0]).toMatch(/\r\nuser-agent: Broadsheet\r\n/)
  })

  test('is no redirect that is followed', async () => {
    say = (socket) => socket.write(reply('', `HTTP/1.1 307 Go\r\nlocation: ${url('/there').href}`))
    expect(await post()).toMatchObject({ kind: 'answer', status: 307 })
    expect(heard.length).toBe(1)
  })

  test('is cut where it is too long, whatever it announced, and the rest is not read', async () => {
    client = open({ maxResponseBytes: 1_000 })
    say = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      for (let n = 0; n < 20; n++) socket.write(`64\r\n${'x'.repeat(100)}\r\n`)
    }
    expect(await post()).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(1_000), whole: false })
    await until(() => sockets[0]!.destroyed)
  })
})

describe('before anything has left', () => {
  test('nothing listens', async () => {
    const gone = url()
    await new Promise((resolve) => server.close(resolve))
    const result = await post(client, never, gone)
    expect(result).toMatchObject({ kind: 'fault', phase: 'connect', code: 'ECONNREFUSED', status: null })
    expect(interrupted(3, result as never)).toMatchObject({ id: 3, status: 'unsent', code: 'ECONNREFUSED' })
    server.listen(0, '127.0.0.1')
  })

  test('no such name', async () => {
    const result = await post(client, never, new URL('http://nowhere.invalid/secret-path'))
    expect(result).toMatchObject({ phase: 'connect' })
    expect(result).toHaveProperty('message', 'nowhere.invalid has no address: the name could not be resolved')
  })

  test('a certificate that nobody knows', async () => {
    const tls = createTlsServer(makeCertificate(['localhost'], ['127.0.0.1']))
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
    const { port } = tls.address() as AddressInfo
    expect(await post(client, never, new URL(`https://127.0.0.1:${port}/`))).toMatchObject({
      phase: 'connect',
      code: 'tls',
    })
    await new Promise((resolve) => tls.close(resolve))
  })

  test('a server that speaks no TLS', async () => {
    const plain = createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('220 mail.example.org ESMTP\r\n'),
    )
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    const { port } = plain.address() as AddressInfo
    expect(await post(client, never, new URL(`https://127.0.0.1:${port}/`))).toMatchObject({
      phase: 'connect',
      code: 'tls',
    })
    await new Promise((resolve) => plain.close(resolve))
  })

  test('one that waits for a connection when the time is up', async () => {
    client = open({ connections: 1 })
    say = () => {}
    const asked = [post(), post()]
    await until(() => heard.length === 1)
    clock.advance(1_000)
    expect(await Promise.all(asked)).toMatchObject([
      { phase: 'sent', code: 'timeout' },
      { phase: 'connect', code: 'timeout' },
    ])
    expect(heard.length).toBe(1)
  })

  test('the signal', async () => {
    expect(await post(client, AbortSignal.abort())).toMatchObject({ phase: 'connect', code: 'aborted' })
    expect(sockets.length).toBe(0)
  })
})

describe('when it has left', () => {
  test('a server that hangs has its time', async () => {
    say = () => {}
    const asked = post()
    await until(() => heard.length === 1)
    clock.advance(999)
    const early = await Promise.race([asked, new Promise((resolve) => setImmediate(resolve, 'waits'))])
    expect(early).toBe('waits')
    clock.advance(1)
    const result = await asked
    expect(result).toMatchObject({ phase: 'sent', code: 'timeout', status: null })
    expect(interrupted(3, result as never)).toMatchObject({ status: 'unknown', code: 'timeout' })
    await until(() => sockets[0]!.destroyed)
  })

  test('a connection that ends without an answer', async () => {
    say = (socket) => socket.destroy()
    expect(await post()).toMatchObject({ phase: 'sent', status: null })
    say = (socket) => socket.resetAndDestroy()
    expect(await post()).toMatchObject({ phase: 'sent', status: null })
    expect(heard.length).toBe(2)
  })

  test('what is no HTTP', async () => {
    say = (socket) => socket.write('220 mail.example.org ESMTP\r\n')
    expect(await post()).toMatchObject({ phase: 'sent', status: null })
  })

  test('an answer that stops half-way says its status', async () => {
    say = (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')
    expect(await post()).toMatchObject({ kind: 'fault', phase: 'reply', status: 200 })
    say = (socket) => socket.write('HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\nhalf')
    const asked = post()
    await until(() => heard.length === 2)
    await new Promise((resolve) => sockets[1]!.write('', resolve))
    const timer = setInterval(() => clock.advance(100), 5)
    expect(await asked).toMatchObject({ code: 'timeout' })
    clearInterval(timer)
  })

  test('the signal leaves it a moment to be answered', async () => {
    say = () => {}
    const stop = new AbortController()
    const answered = post(client, stop.signal)
    await until(() => heard.length === 1)
    stop.abort()
    clock.advance(499)
    sockets[0]!.write(reply('just in time'))
    expect(await answered).toMatchObject({ kind: 'answer', body: 'just in time' })
    const again = new AbortController()
    const late = post(client, again.signal)
    await until(() => heard.length === 2)
    again.abort()
    clock.advance(500)
    expect(await late).toMatchObject({ phase: 'sent', code: 'aborted' })
  })

  test('closing ends the connections that are kept', async () => {
    client = open({ keepAliveMs: 600_000 })
    await post()
    await client.close()
    await until(() => sockets.every(({ destroyed }) => destroyed))
  })

  test('closing ends it, twice, and nothing is taken after that', async () => {
    say = () => {}
    const asked = post()
    await until(() => heard.length === 1)
    await Promise.all([client.close(), client.close()])
    expect(await asked).toMatchObject({ phase: 'sent', code: 'closed' })
    expect(await post()).toMatchObject({ phase: 'connect', code: 'closed' })
    expect(heard.length).toBe(1)
  })
})

test('whatever a server says, there is one answer or fault, and it names no path', async () => {
  client = open({ clock: systemClock, timeoutMs: 60_000 })
  const heads = [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 500 \r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'content-length: 5\r\n',
  ]
  const lines = fc.array(
    fc.oneof(
      fc.constantFrom(...heads, '\r\n', 'transfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'),
      fc.string(),
    ),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(lines, async (said) => {
      say = (socket) => socket.end(said.join(''))
      const result = await post()
      expect(result.kind === 'answer' ? result.status >= 200 : result.phase !== 'connect').toBe(true)
      if (result.kind === 'fault') expect(result.message).not.toContain('secret-path')
    }),
    { numRuns: 200 },
  )
})
