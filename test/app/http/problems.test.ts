import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BroadsheetError, errorTable } from '../../../engine/errors.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { type Served, serve, token } from './serve.ts'

interface Problem {
  code: keyof typeof errorTable
  status: number
  detail: string
  issues: { path: string; message: string }[]
  requestId: string
}

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

const json = { 'content-type': 'application/json' }
const template = { name: 'a', body: 'x' }

describe('a refusal is a problem (RFC 9457)', () => {
  test.each<[string, string, string, unknown, Record<string, string>, string, (string | RegExp)[]]>([
    ['an unknown field', 'POST', '/lists', { name: 'a', title: 'A', colour: 1 }, {}, 'E_INPUT', ['colour']],
    [
      'a nested one',
      'POST',
      '/templates',
      { ...template, variants: { de: { body: '', html: '' } } },
      {},
      'E_INPUT',
      ['variants.de.html'],
    ],
    ['a missing field', 'POST', '/lists', { name: 'a' }, {}, 'E_INPUT', ['title']],
    [
      'one row of many',
      'POST',
      '/items',
      [
        { title: 'x', url: 'https://a.b/' },
        { title: 'x', url: 'nope' },
      ],
      {},
      'E_INPUT',
      ['[1].url'],
    ],
    ['an address', 'POST', '/subscribers', { address: 'nobody' }, {}, 'E_INPUT', ['address']],
    [
      'a query',
      'GET',
      '/lists?limit=0&colour=red',
      undefined,
      {},
      'E_INPUT',
      ['query.limit', 'query.colour'],
    ],
    ['a made-up cursor', 'GET', '/lists?after=xyz', undefined, {}, 'E_INPUT', ['query.after']],
    ['an id', 'GET', '/subscribers/abc', undefined, {}, 'E_INPUT', ['path.id']],
    ['a missing body', 'POST', '/lists', undefined, {}, 'E_INPUT', ['']],
    ['broken JSON', 'POST', '/lists', '{\n "a": x\n}', json, 'E_BODY', ['line 2, column 7']],
    ['an unfinished one', 'POST', '/lists', '{"a": [1, 2', json, 'E_BODY', ['line 1, column 12']],
    ['a poisoned one', 'POST', '/lists', '{"__proto__": {"x": 1}}', json, 'E_BODY', []],
    [
      'a poisoned constructor',
      'POST',
      '/lists',
      '{"constructor": {"prototype": {"x": 1}}}',
      json,
      'E_BODY',
      [],
    ],
    ['bytes that are not UTF-8', 'POST', '/lists', new Uint8Array([0x7b, 0xff, 0x7d]), json, 'E_BODY', []],
    [
      'a body that is no JSON',
      'POST',
      '/lists',
      'name=a',
      { 'content-type': 'text/plain' },
      'E_MEDIA_TYPE',
      [],
    ],
    [
      'a compressed body',
      'POST',
      '/lists',
      '{}',
      { ...json, 'content-encoding': 'gzip' },
      'E_MEDIA_TYPE',
      [],
    ],
    ['an unknown route', 'GET', '/nothing', undefined, {}, 'E_NOT_FOUND', []],
    ['an unknown thing', 'GET', '/lists/nothing', undefined, {}, 'E_NOT_FOUND', []],
    ['another method', 'DELETE', '/lists', undefined, {}, 'E_METHOD', []],
    ['a bad escape', 'GET', '/lists/%zz', undefined, {}, 'E_INPUT', []],
    ['a PUT without a version', 'PUT', '/lists/a', { name: 'a', title: 'A' }, {}, 'E_NOT_FOUND', []],
    ['an unknown channel', 'POST', '/channels/slakc/probe', undefined, {}, 'E_CHANNEL_UNKNOWN', []],
  ])('%s', async (_what, method, path, body, headers, code, paths) => {
    const raw =
      body instanceof Uint8Array
        ? await fetchRaw(path, new Uint8Array(body))
        : await served.ask<Problem>(method, `/api/v1${path}`, body, headers)
    expect(raw.json).toMatchObject({
      type: `urn:broadsheet:error:${code}`,
      title: errorTable[code as keyof typeof errorTable].title,
      status: errorTable[code as keyof typeof errorTable].status,
      code,
      instance: `/api/v1${path.split('?')[0]}`,
      requestId: raw.headers.get('x-request-id'),
    })
    expect(raw.status).toBe(raw.json.status)
    expect(raw.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(raw.json.issues.map((issue) => issue.path)).toEqual(paths)
    expect(raw.json.detail).toMatch(/\.$/)
  })

  async function fetchRaw(path: string, body: Uint8Array<ArrayBuffer>) {
    const response = await fetch(`${served.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...json },
      body,
    })
    return { status: response.status, headers: response.headers, json: (await response.json()) as Problem }
  }

  test('another method names those there are', async () => {
    const answer = await served.ask('DELETE', '/api/v1/lists')
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  test('the id of a request is taken over where it is a plain one', async () => {
    const good = await served.ask('GET', '/api/v1/lists', undefined, { 'x-request-id': 'from-the-proxy:7' })
    expect(good.headers.get('x-request-id')).toBe('from-the-proxy:7')
    const bad = await served.ask('GET', '/api/v1/lists', undefined, { 'x-request-id': 'x y {}' })
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['E_STORE_BUSY', 503, '1'],
    ['E_STORE', 503, '5'],
    ['E_STORE_FULL', 507, null],
  ] as const)('a store that fails with %s answers %i', async (code, status, retryAfter) => {
    const store = openMemoryStore()
    const failing = {
      ...store,
      lists: {
        ...store.lists,
        page: async () => {
          throw new BroadsheetError(code, 'Not now.')
        },
      },
    }
    await using other = await serve({ store: failing })
    const answer = await other.ask<Problem>('GET', '/api/v1/lists')
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ code, detail: 'Not now.' })
    expect(answer.headers.get('retry-after')).toBe(retryAfter)
  })

  test('a defect says nothing of itself to the client, and everything to the log', async () => {
    const store = openMemoryStore()
    const logged: object[] = []
    const keep = (fields: object, event: string) => void logged.push({ ...fields, event })
    const log = { debug() {}, info() {}, warn: keep, error: keep, child: () => log }
    const failing = {
      ...store,
      lists: {
        ...store.lists,
        page: async () => {
          throw new TypeError('secret internals')
        },
      },
    }
    await using other = await serve({ store: failing, log })
    const answer = await other.ask<Problem>('GET', '/api/v1/lists', undefined, {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret internals')
    expect(logged).toContainEqual(
      expect.objectContaining({
        event: 'http.defect',
        requestId: answer.json.requestId,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        error: expect.stringContaining('secret internals'),
      }),
    )
  })
})
