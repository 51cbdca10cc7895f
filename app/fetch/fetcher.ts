import { Readable } from 'node:stream'
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import type { Agent, Dispatcher } from 'undici'
import { type Clock, systemClock } from '../../engine/clock.ts'
import type { Fetcher, FetchFailure, FetchRequest, FetchResult } from '../../engine/ports/fetcher.ts'
import { createGuard, EgressRefused, type EgressRules, type Resolve } from './guard.ts'

const maxRedirects = 5
const maxHeaderBytes = 32_768

class Failure extends Error {
  readonly code: FetchFailure
  readonly retryAfterMs: number | null
  constructor(code: FetchFailure, detail: string, retryAfterMs: number | null = null) {
    super(detail)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** Fetches over HTTP/1.1, behind the guard: nothing is followed, unpacked or waited for by itself. */
export function createFetcher(options: {
  readonly egress: EgressRules
  /** Product and version; the address of this installation follows, so that publishers know whom to ask. */
  readonly userAgent: string
  readonly clock?: Clock
  readonly resolve?: Resolve
}): Fetcher {
  const { userAgent, clock = systemClock } = options
  const guard = createGuard(options.egress, options.resolve)
  let agent: Agent | null = null
  /** Loaded with the first fetch: it is 5 MB of heap, and many daemons read no feeds. */
  const connect = async () => {
    const undici = await import('undici')
    agent ??= new undici.Agent({
      connect: { lookup: guard.lookup, timeout: 10_000 },
      allowH2: false,
      connections: 4,
      pipelining: 1,
      keepAliveTimeout: 5_000,
      maxHeaderSize: maxHeaderBytes,
    })
    return { request: undici.request, dispatcher: agent }
  }

  async function hop(url: URL, wanted: FetchRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const refusal = guard.refusal(url)
    if (refusal !== null) throw new Failure('refused', refusal)
    const { request, dispatcher } = await connect()
    return request(url, {
      dispatcher,
      method: 'GET',
      signal,
      headers: {
        accept: wanted.accept,
        'accept-encoding': 'gzip, deflate',
        'user-agent': userAgent,
        ...(wanted.etag !== null && { 'if-none-match': wanted.etag }),
        ...(wanted.lastModified !== null && { 'if-modified-since': wanted.lastModified }),
      },
    })
  }

  async function get(wanted: FetchRequest, signal: AbortSignal): Promise<FetchResult> {
    let url = new URL(wanted.url)
    let movedTo: string | null = null
    let forGood = true
    for (let redirects = 0; ; redirects++) {
      const answer = await hop(url, wanted, signal)
      const { statusCode: status, headers, body } = answer
      const header = (name: string) => [headers[name]].flat()[0] ?? null
      const location = header('location')
      if ([301, 302, 303, 307, 308].includes(status) && location !== null) {
        discard(body)
        if (redirects === maxRedirects)
          throw new Failure('redirects', `redirects more than ${maxRedirects} times`)
        const next = URL.parse(location, url.href)
        if (next === null)
          throw new Failure('redirects', `redirects to no address: "${location.slice(0, 80)}"`)
        if (next.hash === '') next.hash = url.hash
        forGood &&= status === 301 || status === 308
        if (forGood) movedTo = next.href
        url = next
        continue
      }
      const common = {
        movedTo,
        etag: header('etag')?.slice(0, 1024) ?? null,
        lastModified: header('last-modified')?.slice(0, 100) ?? null,
        maxAgeMs: maxAgeOf(header('cache-control')),
      }
      if (status === 304) {
        discard(body)
        return { kind: 'unchanged', ...common }
      }
      if (status === 410) {
        discard(body)
        return { kind: 'gone' }
      }
      if (status !== 200) {
        discard(body)
        throw new Failure('status', `answered ${status}`, retryAfterOf(header('retry-after'), clock.now()))
      }
      const bytes = await read(
        body,
        header('content-encoding'),
        Number(header('content-length')),
        wanted.maxBytes,
      )
      return { kind: 'content', ...common, url: url.href, contentType: header('content-type'), body: bytes }
    }
  }

  return {
    async get(wanted, signal) {
      const late = new AbortController()
      const cancel = clock.after(wanted.timeoutMs, () => late.abort())
      try {
        return await get(wanted, AbortSignal.any([signal, late.signal]))
      } catch (error) {
        if (late.signal.aborted && !signal.aborted)
          return failed(new Failure('timeout', `did not answer within ${wanted.timeoutMs / 1000} s`))
        return failed(explain(error))
      } finally {
        cancel()
      }
    },
    close: async () => agent?.destroy(),
  }
}

const failed = ({ code, message, retryAfterMs }: Failure): FetchResult => ({
  kind: 'failed',
  code,
  detail: message,
  retryAfterMs,
})

/** Some bytes of an answer nobody reads cost less than a new connection; a long one is cut off. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.dump({ limit: 65_536 }).catch(() => {})
}

/** The body, unpacked, counted as it comes. */
async function read(
  body: Readable,
  encoding: string | null,
  announced: number,
  maxBytes: number,
): Promise<Uint8Array> {
  const tooLarge = () => new Failure('size', `is larger than ${maxBytes} bytes`)
  if (announced > maxBytes) {
    body.on('error', () => {}).destroy()
    throw tooLarge()
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of await unpacked(body, encoding)) {
      size += (chunk as Buffer).length
      if (size > maxBytes) throw tooLarge()
      chunks.push(chunk as Buffer)
    }
  } finally {
    body.on('error', () => {}).destroy()
  }
  return Buffer.concat(chunks)
}

async function unpacked(body: Readable, encoding: string | null): Promise<AsyncIterable<unknown>> {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
    case 'none':
      return body
    case 'gzip':
    case 'x-gzip':
      return through(body, createGunzip())
    case 'deflate': {
      // RFC 9110 8.4.1.2 means zlib's format; some servers send the bare stream.
      const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
      const head = await iterator.next()
      const zlib =
        head.done !== true &&
        (head.value[0]! & 0x0f) === 8 &&
        ((head.value[0]! << 8) | (head.value[1] ?? 0)) % 31 === 0
      return through(joined(head, iterator), zlib ? createInflate() : createInflateRaw())
    }
    default:
      body.on('error', () => {}).destroy()
      throw new Failure(
        'encoding',
        `answered in the encoding "${encoding!.slice(0, 40)}", which was not asked for`,
      )
  }
}

async function* joined(head: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = head; next.done !== true; next = await rest.next()) yield next.value
}

/** `source` through `unpack`, one chunk after the other: what is not read is not unpacked. */
async function* through(
  source: AsyncIterable<Buffer>,
  unpack: ReturnType<typeof createGunzip>,
): AsyncGenerator<Buffer> {
  const input = Readable.from(source)
  input.on('error', (error) => unpack.destroy(error))
  input.pipe(unpack)
  try {
    yield* unpack as AsyncIterable<Buffer>
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_') === true)
      throw new Failure('encoding', `cannot be unpacked: ${(error as Error).message}`)
    throw error
  } finally {
    unpack.destroy()
    input.destroy()
  }
}

function explain(error: unknown): Failure {
  if (error instanceof Failure) return error
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof EgressRefused) return new Failure('refused', cause.message)
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return new Failure('name', 'has a host name that has no address')
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return new Failure('timeout', 'could not be connected to in time')
    if (code === 'UND_ERR_HEADERS_OVERFLOW')
      return new Failure('size', 'answered with headers that are too large')
  }
  const message =
    error instanceof Error
      ? error.message || (error as NodeJS.ErrnoException).code || error.name
      : String(error)
  return new Failure('connection', `could not be read: ${message}`)
}

function maxAgeOf(cacheControl: string | null): number | null {
  const seconds = /(?:^|[\s,])(?:s-maxage|max-age)\s{0,4}=\s{0,4}"?(\d{1,9})/i.exec(
    (cacheControl ?? '').slice(0, 500),
  )?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfterOf(value: string | null, now: number): number | null {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text.slice(0, 60))
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
