import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quickestOf } from '../../support/pace.ts'
import { type Served, serve, token } from './serve.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
  await served.ask('GET', '/api/v1/lists')
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

const megabyte = 1_048_576
const answerMs = 100

/** What a bare socket hears: the answer that arrived before the connection ended, and how long it took. */
function raw(head: string, body: Iterable<Buffer>): Promise<{ text: string; ms: number }> {
  const begun = performance.now()
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    socket.on('data', (data) => {
      text += data.toString('latin1')
      if (text.includes('\r\n\r\n') && text.trimEnd().endsWith('}')) {
        resolve({ text, ms: performance.now() - begun })
        socket.destroy()
      }
    })
    // Refused in the middle of writing: what was heard until then counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve({ text, ms: performance.now() - begun }))
    socket.write(head)
    const pieces = body[Symbol.iterator]()
    const pump = () => {
      for (;;) {
        const { value, done } = pieces.next()
        if (done || socket.destroyed) return
        if (!socket.write(value)) {
          socket.once('drain', pump)
          return
        }
      }
    }
    pump()
  })
}

const head = (headers: string) =>
  `POST /api/v1/lists HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n${headers}\r\n`

function* megabytes(count: number) {
  const piece = Buffer.alloc(megabyte, ' ')
  for (let index = 0; index < count; index++) yield piece
}
function* chunked(count: number) {
  const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(megabyte, ' '), Buffer.from('\r\n')])
  for (let index = 0; index < count; index++) yield piece
  yield Buffer.from('0\r\n\r\n')
}

describe('what is too large is refused at once, without being held (F17)', () => {
  test.each([
    [
      '26 MB with a length',
      () => raw(head(`content-length: ${26 * megabyte}\r\n`), megabytes(26)),
      413,
      'E_TOO_LARGE',
    ],
    ['26 MB in chunks', () => raw(head('transfer-encoding: chunked\r\n'), chunked(26)), 413, 'E_TOO_LARGE'],
    ['1 MB of headers', () => raw(head(`x-long: ${'x'.repeat(megabyte)}\r\n`), []), 431, 'E_HEADERS'],
    [
      'JSON nested 10,000 deep',
      () => raw(head('content-length: 20000\r\n'), [Buffer.from('['.repeat(10_000) + ']'.repeat(10_000))]),
      400,
      'E_BODY',
    ],
  ])('%s', async (_what, ask, status, code) => {
    const before = process.memoryUsage().rss
    let text = ''
    const ms = await quickestOf(async () => {
      const answer = await ask()
      text = answer.text
      return answer
    }, answerMs)
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(text).toContain('application/problem+json')
    expect(text).toContain(`"code":"${code}"`)
    expect(ms).toBeLessThan(answerMs)
    expect((process.memoryUsage().rss - before) / megabyte).toBeLessThan(64)
  })

  test('a client that sends all of a large body before it reads still gets the answer', async () => {
    const body = 'x'.repeat(8 * megabyte)
    const answer = await served.ask('POST', '/api/v1/lists', body, { 'content-type': 'application/json' })
    expect(answer.status).toBe(413)
    expect(answer.json).toMatchObject({
      code: 'E_TOO_LARGE',
      detail: 'The body is larger than 1,048,576 bytes.',
    })
  })

  test('the daemon goes on', async () => {
    expect((await served.ask('GET', '/readyz')).status).toBe(200)
  })
})
