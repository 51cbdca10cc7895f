import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { quickestOf } from '../support/pace.ts'
import type { Daemon } from './support/daemon.ts'
import { startDaemon } from './support/daemon.ts'
import { openHouse } from './support/house.ts'

const megabyte = 2 ** 20
const allowedGrowth = 64 * megabyte
const answerMs = 100

interface Answer {
  readonly status: number
  readonly code: string
  readonly ms: number
}

/** One request over a bare socket: the answer may come while the body is still being written. */
function ask(daemon: Daemon, headers: string, body: Iterable<Buffer>): Promise<Answer> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(new URL(daemon.url).port), '127.0.0.1')
    const finish = () => {
      const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? []
      const [, code] = /"code":"(E_\w+)"/.exec(text) ?? []
      if (status && code) resolve({ status: Number(status), code, ms: performance.now() - begun })
      else reject(new Error(`No answer: ${text.slice(0, 300)}`))
      socket.destroy()
    }
    socket.on('data', (data) => {
      text += data.toString('latin1')
      if (text.trimEnd().endsWith('}')) finish()
    })
    // Refused in the middle of writing: what was heard until then counts.
    socket.on('error', () => {})
    socket.on('close', finish)
    socket.write(
      `POST /api/v1/lists HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${daemon.token}\r\ncontent-type: application/json\r\n${headers}\r\n`,
    )
    const pieces = body[Symbol.iterator]()
    const pump = () => {
      for (;;) {
        const { value, done } = pieces.next()
        if (done || socket.destroyed) return
        if (socket.write(value)) continue
        socket.once('drain', pump)
        return
      }
    }
    pump()
  })
}

function* megabytes(count: number): Generator<Buffer> {
  const piece = Buffer.alloc(megabyte, ' ')
  for (let i = 0; i < count; i++) yield piece
}
function* chunked(count: number): Generator<Buffer> {
  const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(megabyte, ' '), Buffer.from('\r\n')])
  for (let i = 0; i < count; i++) yield piece
  yield Buffer.from('0\r\n\r\n')
}
const deep = Buffer.from('['.repeat(10_000) + ']'.repeat(10_000))

const requests: readonly (readonly [string, number, string, (daemon: Daemon) => Promise<Answer>])[] = [
  [
    'a body of 26 MB',
    413,
    'E_TOO_LARGE',
    (daemon) => ask(daemon, `content-length: ${26 * megabyte}\r\n`, megabytes(26)),
  ],
  [
    'a body of 26 MB that does not say its length',
    413,
    'E_TOO_LARGE',
    (daemon) => ask(daemon, 'transfer-encoding: chunked\r\n', chunked(26)),
  ],
  ['a header of 1 MB', 431, 'E_HEADERS', (daemon) => ask(daemon, `x-large: ${'a'.repeat(megabyte)}\r\n`, [])],
  ['JSON 10,000 deep', 400, 'E_BODY', (daemon) => ask(daemon, `content-length: ${deep.length}\r\n`, [deep])],
]

test('requests out of all proportion are refused at once and cost the daemon no memory', async () => {
  const house = await openHouse({ people: 10, settings: {} })
  const daemon = await startDaemon(house)
  // The first of everything loads code.
  await daemon.client.get('/lists')
  for (const [, , , send] of requests) await send(daemon)

  const before = daemon.memory().now
  for (const [what, status, code, send] of requests) {
    const answers = await Promise.all([send(daemon), send(daemon), send(daemon)])
    const ms = await quickestOf(async () => {
      const answer = await send(daemon)
      answers.push(answer)
      return answer
    }, answerMs)
    for (const answer of answers) expect({ what, ...answer }).toMatchObject({ what, status, code })
    expect(ms, what).toBeLessThan(answerMs)
  }
  expect(daemon.memory().peak - before).toBeLessThan(allowedGrowth)
  expect(await daemon.client.all('/lists')).toHaveLength(1)
})
