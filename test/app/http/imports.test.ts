import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImportResult } from '../../../engine/audience/import/import.ts'
import { type Served, serve, token } from './serve.ts'

let served: Served
beforeEach(async () => {
  served = await serve()
  await served.ask('POST', '/api/v1/lists', { name: 'daily', title: 'Daily' })
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

const load = (path: string, file: string, type = 'text/csv') =>
  served.ask<ImportResult & { code?: string }>('POST', `/api/v1${path}`, file, { 'content-type': type })

describe('an import over HTTP', () => {
  test('streams 20,000 rows with 1 % broken into the store', async () => {
    async function* file() {
      yield 'address,name\n'
      for (let index = 0; index < 20_000; index += 100) {
        const rows = Array.from({ length: 99 }, (_, row) => `p${index + row}@example.org,P\n`)
        yield `${rows.join('')}broken,x\n`
      }
    }
    const { statusCode, body } = await request(`${served.url}/api/v1/subscribers/import?lists=daily`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: Readable.from(file()),
    })
    expect(statusCode).toBe(200)
    expect(await body.json()).toMatchObject({ rows: 20_000, created: 19_800, rejected: 200 })
    const [daily] = await served.store.lists.byName(['daily'])
    expect(await served.store.subscribers.count({ list: daily!.id })).toBe(19_800)
  })

  test('takes NDJSON by its type, and a format by name', async () => {
    const line = '{"address":"a@example.org","topics":{"news":1}}\n'
    expect((await load('/subscribers/import', line, 'application/x-ndjson')).json).toMatchObject({
      created: 1,
    })
    expect((await load('/subscribers/import?format=ndjson', line, 'text/csv')).json).toMatchObject({
      unchanged: 1,
    })
    expect((await load('/items/import', 'title,url\nOne,https://example.org/1\n')).json).toMatchObject({
      created: 1,
    })
  })

  test.each([
    [
      'a list that is not there',
      '/subscribers/import?lists=daily,nope',
      'address\n',
      'text/csv',
      404,
      'E_NOT_FOUND',
    ],
    ['no address column', '/subscribers/import', 'mailbox\nx\n', 'text/csv', 400, 'E_INPUT'],
    ['a body of another type', '/subscribers/import', '[]', 'application/json', 415, 'E_MEDIA_TYPE'],
    ['an unknown option', '/subscribers/import?list=daily', 'address\n', 'text/csv', 400, 'E_INPUT'],
  ])('refuses %s', async (_what, path, file, type, status, code) => {
    expect((await load(path, file, type)).json).toMatchObject({ status, code })
  })

  test('tells its progress while the file is still being sent, and the result at the end', async () => {
    let more: (text: string | null) => void = () => {}
    const file = new Readable({ read() {} })
    more = (text) => void file.push(text)
    more(`address\n${Array.from({ length: 5000 }, (_, index) => `p${index}@example.org`).join('\n')}\n`)
    const { body } = await request(`${served.url}/api/v1/subscribers/import?progress=1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: file,
    })
    const lines: { type: string; rows: number; rejected: number }[] = []
    let text = ''
    for await (const chunk of body) {
      text += String(chunk)
      const complete = text.split('\n')
      text = complete.pop() ?? ''
      for (const line of complete) lines.push(JSON.parse(line))
      // The rest of the file goes out only once progress was heard.
      if (lines.some(({ rows }) => rows >= 3000) && !file.readableEnded) {
        more('broken\n')
        more(null)
      }
    }
    expect(lines[0]).toEqual({ type: 'import', id: 1 })
    expect(lines[1]).toMatchObject({ type: 'progress' })
    expect(lines.at(-1)).toMatchObject({ type: 'result', rows: 5001, created: 5000, rejected: 1 })
  })

  test('tells a failure after the first line as a problem line', async () => {
    const answer = await load('/subscribers/import?progress=1', 'mailbox\nx\n')
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text.trimEnd().split('\n').at(-1)!)).toMatchObject({
      type: 'problem',
      code: 'E_INPUT',
      status: 400,
    })
  })

  test('keeps what it stored when the client goes away, and the daemon goes on', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    const rows = Array.from({ length: 3000 }, (_, index) => `p${index}@example.org`).join('\n')
    const piece = `address\n${rows}\n`
    socket.write(
      `POST /api/v1/subscribers/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: text/csv\r\n` +
        `transfer-encoding: chunked\r\n\r\n${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`,
    )
    await expect.poll(() => served.store.subscribers.count({})).toBeGreaterThanOrEqual(2000)
    socket.destroy()
    expect((await served.ask('GET', '/readyz')).status).toBe(200)
    expect((await load('/subscribers/import', piece)).json).toMatchObject({ rows: 3000, rejected: 0 })
  })
})
