import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Problem } from '../../../app/http/reply/problem.ts'
import type { AssetId } from '../../../engine/model/ids.ts'
import { assetPieceBytes } from '../../../engine/ports/assets.ts'
import { jpeg, pdf, png, woff2 } from '../../engine/assets/pictures.ts'
import { createTestClock } from '../../engine/support/clock.ts'
import { type Served, serve, token } from './serve.ts'

interface View {
  readonly sha256: string
  readonly names: readonly string[]
  readonly type: string
  readonly bytes: number
  readonly width: number | null
  readonly url: string
  readonly created?: boolean
  readonly uses?: readonly { readonly kind: string; readonly name: string }[]
}

const waiting = { timeout: 20_000, interval: 5 }

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

/** Upload; `body` may lie about its type. */
async function add<T = View>(name: string, bytes: Buffer, type = 'application/octet-stream') {
  const response = await fetch(`${served.url}/api/v1/assets?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: new Uint8Array(bytes),
  })
  return { status: response.status, json: (await response.json()) as T }
}

/** As a reader: without a key. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(served.url + path, { method, headers })
const pathOf = ({ url }: View): string => new URL(url).pathname
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

describe('uploads', () => {
  test('are kept once, by what they are and not by what they are called', async () => {
    const bytes = png(640, 480, 'once')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const first = await add('photo.html', bytes, 'image/gif')
    expect(first).toMatchObject({
      status: 201,
      json: {
        sha256,
        names: ['photo.html'],
        type: 'image/png',
        bytes: bytes.length,
        width: 640,
        created: true,
      },
    })
    expect(first.json.url).toBe(`http://localhost:8025/i/${sha256}/photo.png`)
    const again = await add('logo.png', bytes)
    expect(again).toMatchObject({
      status: 200,
      json: { sha256, names: ['logo.png', 'photo.html'], created: false },
    })
    const { json } = await served.ask<{ data: View[] }>('GET', '/api/v1/assets')
    expect(json.data.filter((asset) => asset.sha256 === sha256)).toHaveLength(1)
  })

  test.for([
    '../logo.png',
    '..%2f..%2fetc%2fpasswd',
    '/etc/passwd',
    'C:\\windows\\win.ini',
    '\\\\server\\share.png',
    'a/b.png',
    '.htaccess',
    '..',
    '',
    'logo.png\0.html',
    'logo\r\nSet-Cookie: a=b',
    'logo".png',
    'lögo.png',
    `${'a'.repeat(97)}.png`,
  ])('no name is a path or a header: %j', async (name) => {
    const { status, json } = await add<Problem>(name, png(1, 1))
    expect(status).toBe(400)
    expect(json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'query.name' }] })
  })

  test.for([
    ['logo.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['logo.png', 'image/png', '<svg onload="alert(1)"/>'],
    ['logo.png', 'image/png', '<!doctype html><script>alert(1)</script>'],
    ['logo.png', 'image/png', 'PK\x03\x04'],
    ['logo.png', 'image/png', ''],
  ] as const)('what its bytes do not say is not kept: %s as %s', async ([name, type, content]) => {
    const { status, json } = await add<Problem>(name, Buffer.from(content), type)
    expect([status, json.code]).toEqual([422, 'E_ASSET'])
    expect(await served.store.assets.byName([name])).toEqual(
      name === 'logo.png' ? [expect.objectContaining({ name })] : [],
    )
  })

  test('a type that a form of another site could send is not taken', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])
      expect((await add<Problem>('logo.png', png(1, 1), type)).json.code).toBe('E_MEDIA_TYPE')
  })

  test('the largest is taken, and one byte more is refused before it is read', async () => {
    const largest = png(1, 1, Buffer.alloc(10_000_000 - 33, 1))
    expect(await add('largest.png', largest)).toMatchObject({ status: 201, json: { bytes: 10_000_000 } })
    const { status, json } = await add<Problem>('larger.png', Buffer.concat([largest, Buffer.alloc(1)]))
    expect([status, json.code]).toEqual([413, 'E_TOO_LARGE'])
  })

  test('a body that says no length is refused as soon as it is too long, and what came of it is gone', async () => {
    const clock = createTestClock()
    await using strict = await serve({ clock })
    const begun = vi.spyOn(strict.store.assetUploads, 'begin')
    const dropped = vi.spyOn(strict.store.assetUploads, 'drop')
    const sender = endless(strict.url, png(1, 1))
    await vi.waitFor(() => expect(sender.answer()).toContain('E_TOO_LARGE'), waiting)
    expect(sender.answer()).toMatch(/^HTTP\/1\.1 413 /)
    const [id] = await Promise.all(begun.mock.results.map(({ value }) => value as Promise<AssetId>))
    expect(dropped.mock.calls).toEqual([[id]])
    // It goes on all the same.
    clock.advance(5000)
    await sender.closed
  })

  test('an upload that breaks off leaves nothing', async () => {
    const begun = vi.spyOn(served.store.assetUploads, 'begin')
    const dropped = vi.spyOn(served.store.assetUploads, 'drop')
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    socket.write(head('broken.png', 'content-length: 5000000'))
    socket.write(png(1, 1, Buffer.alloc(1_000_000)))
    await vi.waitFor(() => expect(begun).toHaveBeenCalledOnce(), waiting)
    socket.destroy()
    await vi.waitFor(() => expect(dropped).toHaveBeenCalledOnce(), waiting)
    await dropped.mock.results[0]!.value
    expect(await served.store.assets.byName(['broken.png'])).toEqual([])
  })
})

describe('an asset, for its readers', () => {
  const small = png(10, 20, randomBytes(1000))
  const large = png(30, 40, randomBytes(3 * assetPieceBytes))
  let paths: { readonly small: string; readonly large: string }
  beforeAll(async () => {
    paths = {
      small: pathOf((await add('small.png', small)).json),
      large: pathOf((await add('large.png', large)).json),
    }
  })

  test('is theirs for ever, and nothing but a picture', async () => {
    for (const [path, bytes] of [
      [paths.small, small],
      [paths.large, large],
    ] as const) {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect((await bytesOf(response)).equals(bytes)).toBe(true)
      const headers = Object.fromEntries(response.headers)
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
        'content-type': 'image/png',
        'content-length': String(bytes.length),
        'content-disposition': expect.stringMatching(/^inline; filename="(small|large)\.png"$/),
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining('sandbox'),
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': '*',
        'accept-ranges': 'bytes',
      })
      expect(headers).not.toHaveProperty('set-cookie')
    }
  })

  test('has a head like the whole of it, and no body', async () => {
    const [whole, head] = [await get(paths.large), await get(paths.large, {}, 'HEAD')]
    await whole.arrayBuffer()
    expect(head.status).toBe(200)
    expect(await bytesOf(head)).toHaveLength(0)
    const plain = (response: Response) =>
      [...response.headers].filter(
        ([name]) => !['date', 'x-request-id', 'traceparent', 'connection', 'keep-alive'].includes(name),
      )
    expect(plain(head)).toEqual(plain(whole))
  })

  test('is not sent again to who has it', async () => {
    const etag = (await get(paths.small, {}, 'HEAD')).headers.get('etag')!
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get(paths.small, { 'if-none-match': tag })
      expect(response.status).toBe(304)
      expect(response.headers.get('etag')).toBe(etag)
      expect(response.headers.get('cache-control')).toContain('immutable')
    }
    expect((await get(paths.small, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('comes in parts', async () => {
    const size = large.length
    const edge = assetPieceBytes
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=10-19', 10, 19],
      [`bytes=${edge - 5}-${edge + 5}`, edge - 5, edge + 5],
      [`bytes=${edge}-${2 * edge - 1}`, edge, 2 * edge - 1],
      [`bytes=${size - 7}-`, size - 7, size - 1],
      ['bytes=-20', size - 20, size - 1],
      [`bytes=5-${size * 2}`, 5, size - 1],
      [`bytes=-${size * 2}`, 0, size - 1],
    ] as const) {
      const response = await get(paths.large, { range })
      expect([response.status, response.headers.get('content-range')], range).toEqual([
        206,
        `bytes ${from}-${to}/${size}`,
      ])
      expect((await bytesOf(response)).equals(large.subarray(from, to + 1)), range).toBe(true)
    }
    const part = await get(paths.small, { range: 'bytes=3-7' })
    expect((await bytesOf(part)).equals(small.subarray(3, 8))).toBe(true)
  })

  test('says when there is no such part, and gives all where a part is not meant', async () => {
    const { length } = small
    for (const range of [`bytes=${length}-`, `bytes=${length + 5}-${length + 9}`, 'bytes=-0']) {
      const response = await get(paths.small, { range })
      expect([response.status, response.headers.get('content-range')], range).toEqual([
        416,
        `bytes */${length}`,
      ])
      expect(await bytesOf(response)).toHaveLength(0)
    }
    const etag = (await get(paths.small, {}, 'HEAD')).headers.get('etag')!
    for (const headers of [
      { range: 'bytes=0-1,3-4' },
      { range: 'bytes=9-2' },
      { range: 'items=0-1' },
      { range: 'bytes=-' },
      { range: 'bytes=0-1', 'if-range': '"other"' },
    ]) {
      const response = await get(paths.small, headers as Record<string, string>)
      expect(response.status, JSON.stringify(headers)).toBe(200)
      expect(await bytesOf(response)).toHaveLength(length)
    }
    expect((await get(paths.small, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
  })

  test('is asked for by any name of its type, and by no other', async () => {
    const folder = paths.small.slice(0, paths.small.lastIndexOf('/'))
    expect((await get(`${folder}/another.png`)).status).toBe(200)
    for (const name of ['small.html', 'small.svg', 'small.png.exe', 'png']) {
      const response = await get(`${folder}/${name}`)
      expect([name, response.status, response.headers.get('cache-control')]).toEqual([name, 404, 'no-store'])
    }
    for (const path of [
      `/i/${'0'.repeat(64)}/small.png`,
      '/i/x/small.png',
      `${folder}/..%2f..%2fsmall.png`,
      `${folder}/%2e%2e%2f%2e%2e%2fetc%2fpasswd`,
      `${folder}/small%00.png`,
      `${folder}/small%22.png`,
      `${folder.toUpperCase()}/small.png`,
    ])
      expect([400, 404], path).toContain((await get(path)).status)
  })

  test('that mail programs do not show is a download', async () => {
    const document = pathOf((await add('terms', pdf)).json)
    expect(document).toMatch(/\/terms\.pdf$/)
    const { headers } = await get(document)
    expect(headers.get('content-type')).toBe('application/pdf')
    expect(headers.get('content-disposition')).toBe('attachment; filename="terms.pdf"')
    const font = await get(pathOf((await add('sans.woff2', woff2)).json))
    expect(font.headers.get('content-type')).toBe('font/woff2')
    expect(font.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('that is small is read once, and a large one piece by piece', async () => {
    const { json } = await add('cached.jpg', jpeg(9, 9))
    const pieces = vi.spyOn(served.store.assets, 'piece')
    for (let i = 0; i < 20; i += 1) expect((await get(pathOf(json))).status).toBe(200)
    expect(pieces).toHaveBeenCalledOnce()
    pieces.mockClear()
    await (
      await get(paths.large, { range: `bytes=${assetPieceBytes + 1}-${assetPieceBytes + 2}` })
    ).arrayBuffer()
    expect(pieces.mock.calls.map(([, seq]) => seq)).toEqual([1])
  })
})

describe('removing', () => {
  const template = (body: string, name: string) => ({ name, subject: 'Hi', body })

  test('is refused while something refers to it, by name or by address', async () => {
    const { json } = await add('used.png', png(2, 2, 'used'))
    const asset = `/api/v1/assets/${json.sha256}`
    await served.ask(
      'POST',
      '/api/v1/templates',
      template(`<img src="{{ 'used.png' | asset_url }}">`, 'by-name'),
    )
    await served.ask('POST', '/api/v1/templates', template(`<img src="${json.url}">`, 'by-address'))
    await served.ask(
      'POST',
      '/api/v1/templates',
      template(`<img src="{{ 'used.pn' | asset_url }}">`, 'neither'),
    )
    await served.ask('POST', '/api/v1/items', {
      title: 'An item',
      url: 'https://news.example/1',
      imageUrl: json.url,
    })
    const [item] = await served.store.items.byUrl(['https://news.example/1'])

    expect((await served.ask<View>('GET', asset)).json.uses).toEqual([
      { kind: 'template', name: 'by-name' },
      { kind: 'template', name: 'by-address' },
      { kind: 'item', name: String(item!.id) },
    ])
    const refused = await served.ask<Problem>('DELETE', asset)
    expect([refused.status, refused.json.code]).toEqual([409, 'E_IN_USE'])
    expect(refused.json.issues.map(({ path }) => path)).toEqual([
      'template by-name',
      'template by-address',
      `item ${item!.id}`,
    ])
    expect((await get(pathOf(json))).status).toBe(200)

    expect((await served.ask('DELETE', `${asset}?force=true`)).status).toBe(204)
    expect((await get(pathOf(json))).status).toBe(404)
    expect((await served.ask('DELETE', asset)).status).toBe(404)
  })

  test('of what nothing refers to leaves nothing', async () => {
    const { json } = await add('unused.png', png(3, 3, 'unused'))
    expect((await get(pathOf(json))).status).toBe(200)
    expect((await served.ask('DELETE', `/api/v1/assets/${json.sha256}`)).status).toBe(204)
    expect((await get(pathOf(json))).status).toBe(404)
    expect((await served.ask('GET', `/api/v1/assets/${json.sha256}`)).status).toBe(404)
  })
})

const head = (name: string, ...lines: readonly string[]): string =>
  [
    `POST /api/v1/assets?name=${name} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    'content-type: application/octet-stream',
    ...lines,
    '\r\n',
  ].join('\r\n')

/** Send without an end, whatever is answered, until the other side closes. */
function endless(url: string, begin: Buffer): { answer(): string; readonly closed: Promise<void> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data.toString('latin1')
  })
  // Cut off, it is reset.
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const chunk = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
  const filler = chunk(Buffer.alloc(65_536))
  const send = () => {
    while (socket.writable && socket.write(filler));
  }
  socket.write(head('endless.png', 'transfer-encoding: chunked'))
  socket.write(chunk(begin))
  socket.on('drain', send)
  send()
  return { answer: () => answer, closed }
}
