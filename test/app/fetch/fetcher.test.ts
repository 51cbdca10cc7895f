import { Readable } from 'node:stream'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetcher } from '../../../app/fetch/fetcher.ts'
import type { Resolve } from '../../../app/fetch/guard.ts'
import type { Fetcher, FetchRequest } from '../../../engine/ports/fetcher.ts'
import { openWeb, type Web } from './web.ts'

let web: Web
let fetcher: Fetcher
const allow = ['127.0.0.1']
const open = (options: { allow?: readonly string[]; resolve?: Resolve } = {}) =>
  createFetcher({
    egress: { allow: options.allow ?? allow, ports: [80, 443] },
    userAgent: 'Broadsheet/test (feed reader)',
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  })
beforeEach(async () => {
  web = await openWeb()
  fetcher = open()
})
afterEach(async () => {
  await fetcher.close()
  await web[Symbol.asyncDispose]()
})

const get = (url: string, overrides: Partial<FetchRequest> = {}, by = fetcher) =>
  by.get(
    {
      url,
      accept: 'text/xml',
      etag: null,
      lastModified: null,
      maxBytes: 1000,
      timeoutMs: 10_000,
      ...overrides,
    },
    new AbortController().signal,
  )
const text = (result: Awaited<ReturnType<typeof get>>) =>
  result.kind === 'content' ? Buffer.from(result.body).toString() : result

describe('asking', () => {
  test('says who it is and what it takes, never br', async () => {
    web.serve('/', 'x', {
      etag: '"1"',
      'last-modified': 'Tue, 03 Nov 2026 10:00:00 GMT',
      'cache-control': 'public, max-age=60',
    })
    expect(await get(web.url)).toMatchObject({
      kind: 'content',
      etag: '"1"',
      lastModified: 'Tue, 03 Nov 2026 10:00:00 GMT',
      maxAgeMs: 60_000,
      movedTo: null,
    })
    expect(web.requests[0]!.headers).toMatchObject({
      'user-agent': 'Broadsheet/test (feed reader)',
      accept: 'text/xml',
      'accept-encoding': 'gzip, deflate',
    })
    expect(web.requests[0]!.headers['if-none-match']).toBeUndefined()
  })

  test('asks whether it changed, and hears that it did not', async () => {
    web.serve('/', '', {}, 304)
    expect(await get(web.url, { etag: '"1"', lastModified: 'Tue, 03 Nov 2026 10:00:00 GMT' })).toMatchObject({
      kind: 'unchanged',
    })
    expect(web.requests[0]!.headers).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Tue, 03 Nov 2026 10:00:00 GMT',
    })
  })

  test('410 is gone; 429 and 503 say when to come back', async () => {
    web.serve('/gone', '', {}, 410)
    web.serve('/busy', '', { 'retry-after': '120' }, 429)
    web.serve('/down', '', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }, 503)
    web.serve('/error', '', {}, 500)
    expect(await get(`${web.url}/gone`)).toEqual({ kind: 'gone' })
    expect(await get(`${web.url}/busy`)).toMatchObject({
      kind: 'failed',
      code: 'status',
      retryAfterMs: 120_000,
    })
    const down = await get(`${web.url}/down`)
    expect(down.kind === 'failed' && down.retryAfterMs).toBeGreaterThan(3_500_000)
    expect(await get(`${web.url}/error`)).toMatchObject({
      code: 'status',
      detail: 'answered 500',
      retryAfterMs: null,
    })
  })
})

describe('redirects', () => {
  const redirect = (path: string, status: number, to: string) => web.serve(path, '', { location: to }, status)

  test('a chain of 301 and 308 is a move for good', async () => {
    redirect('/a', 301, '/b')
    redirect('/b', 308, `${web.url}/c`)
    web.serve('/c', 'here')
    expect(await get(`${web.url}/a`)).toMatchObject({
      kind: 'content',
      url: `${web.url}/c`,
      movedTo: `${web.url}/c`,
    })
  })

  test('what follows a temporary one is not remembered', async () => {
    redirect('/a', 301, '/b')
    redirect('/b', 302, '/c')
    redirect('/c', 301, '/d')
    web.serve('/d', 'here')
    expect(await get(`${web.url}/a`)).toMatchObject({ url: `${web.url}/d`, movedTo: `${web.url}/b` })
    expect(await get(`${web.url}/b`)).toMatchObject({ url: `${web.url}/d`, movedTo: null })
  })

  test('five are followed, six are not, and a loop ends', async () => {
    for (let i = 0; i < 6; i++) redirect(`/${i}`, 302, `/${i + 1}`)
    web.serve('/6', 'here')
    redirect('/loop', 302, '/loop')
    expect(text(await get(`${web.url}/1`))).toBe('here')
    expect(await get(`${web.url}/0`)).toMatchObject({ code: 'redirects' })
    expect(await get(`${web.url}/loop`)).toMatchObject({ code: 'redirects' })
  })

  test.each([
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0x7f.2/',
    'http://2130706434/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'file:///etc/passwd',
    'http://user:secret@8.8.8.8/',
    'http://8.8.8.8:22/',
  ])('to %s are refused', async (target) => {
    redirect('/a', 302, target)
    expect(await get(`${web.url}/a`)).toMatchObject({ kind: 'failed', code: 'refused' })
  })
})

describe('the guard', () => {
  test('this machine is refused unless it is allowed, and nothing arrives', async () => {
    await using strict = { fetcher: open({ allow: [] }), [Symbol.asyncDispose]: () => strict.fetcher.close() }
    const { port } = new URL(web.url)
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '017700000001',
      '[::ffff:127.0.0.1]',
      'localhost',
    ])
      expect(await get(`http://${host}:${port}/`, {}, strict.fetcher), host).toMatchObject({
        kind: 'failed',
        code: 'refused',
      })
    expect(web.requests).toEqual([])
  })

  test('a name that leads inside is refused when it is connected to', async () => {
    const inside = open({ allow: [], resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    expect(await get('http://harmless.example/', {}, inside)).toMatchObject({
      kind: 'failed',
      code: 'refused',
    })
    await inside.close()
    expect(web.requests).toEqual([])
  })

  test('a name that leads inside only the second time is refused then', async () => {
    const { port } = new URL(web.url)
    const said = ['127.0.0.1', '127.0.0.2']
    let asked = 0
    const rebinding = open({
      allow: ['rebind.example', '127.0.0.1'],
      resolve: async () => [{ address: said[asked++]!, family: 4 }],
    })
    web.serve('/', 'outside')
    expect(text(await get(`http://rebind.example:${port}/`, {}, rebinding))).toBe('outside')
    await rebinding.close()
    const later = open({ resolve: async () => [{ address: '127.0.0.2', family: 4 }] })
    expect(await get('http://rebind.example/', {}, later)).toMatchObject({ code: 'refused' })
    await later.close()
  })
})

describe('limits', () => {
  test('a body that is too large is not read, announced or not', async () => {
    web.serve('/announced', 'x'.repeat(1001))
    web.pages.set('/endless', (_request, response) => {
      const endless = Readable.from(Array.from({ length: 5000 }, () => 'x'.repeat(1000)))
      endless.on('error', () => {}).pipe(response)
    })
    expect(await get(`${web.url}/announced`)).toMatchObject({ code: 'size' })
    expect(await get(`${web.url}/endless`)).toMatchObject({ code: 'size' })
  })

  test('what counts is the size unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(50_000_000))
    web.serve('/', packed, { 'content-encoding': 'gzip' })
    expect(packed.length).toBeLessThan(60_000)
    const before = process.memoryUsage.rss()
    expect(await get(web.url, { maxBytes: 100_000 })).toMatchObject({ code: 'size' })
    expect(process.memoryUsage.rss() - before).toBeLessThan(40_000_000)
  })

  test('gzip and both forms of deflate are unpacked; what was not asked for is refused', async () => {
    web.serve('/gzip', gzipSync('hello'), { 'content-encoding': 'gzip' })
    web.serve('/zlib', deflateSync('hello'), { 'content-encoding': 'deflate' })
    web.serve('/raw', deflateRawSync('hello'), { 'content-encoding': 'deflate' })
    web.serve('/br', 'hello', { 'content-encoding': 'br' })
    web.serve('/broken', 'hello', { 'content-encoding': 'gzip' })
    for (const path of ['gzip', 'zlib', 'raw'])
      expect(text(await get(`${web.url}/${path}`)), path).toBe('hello')
    expect(await get(`${web.url}/br`)).toMatchObject({ code: 'encoding' })
    expect(await get(`${web.url}/broken`)).toMatchObject({ code: 'encoding' })
  })

  test('a server that does not answer, or stops in the middle, is given up', async () => {
    web.pages.set('/silent', () => {})
    web.pages.set('/half', (_request, response) => {
      response.writeHead(200).write('half')
    })
    expect(await get(`${web.url}/silent`, { timeoutMs: 200 })).toMatchObject({ code: 'timeout' })
    expect(await get(`${web.url}/half`, { timeoutMs: 200 })).toMatchObject({ code: 'timeout' })
  })

  test('a connection that breaks and a name without address are failures, not throws', async () => {
    web.pages.set('/', (request) => request.socket.destroy())
    expect(await get(web.url)).toMatchObject({ kind: 'failed', code: 'connection' })
    const nowhere = open({
      resolve: async () => {
        throw Object.assign(new Error('x'), { code: 'ENOTFOUND' })
      },
    })
    expect(await get('http://none.example/', {}, nowhere)).toMatchObject({ code: 'name' })
    await nowhere.close()
  })
})
