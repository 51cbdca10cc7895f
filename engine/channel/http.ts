import type { LookupFunction } from 'node:net'
import type { Agent, Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'

// The one place of the engine that speaks HTTP: plugins import nothing but this folder, and what each of them would otherwise
// get wrong by itself (which requests may be repeated, who may be asked, how much is read) is decided here once.

/** What may be connected to. */
export interface Egress {
  /** Null where it may be asked; else what is wrong, for people: "is refused: ...". It looks at all but what a name
   *  resolves to. */
  refusal(url: URL): string | null
  /** For connections: looks a name up, and fails with code `EGRESS_REFUSED` where what it leads to may not be reached. */
  readonly lookup: LookupFunction
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** http or https. Its host is named in faults; its path, which may be a secret, is not. */
  readonly url: URL
  /** Lower-case names. `user-agent` and `content-length` are added. */
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Uint8Array
}

export interface HttpAnswer {
  readonly kind: 'answer'
  /** Any that came, also 3xx: nothing is followed. */
  readonly status: number
  /** Lower-case names; several of one name are joined by ", ". */
  readonly headers: { readonly [name: string]: string }
  /** As UTF-8, at most `maxResponseBytes` of it. */
  readonly body: string
  /** False: more came than was read. */
  readonly whole: boolean
}

/** No answer, or not all of it.
 *  - `connect`: nothing left that could be taken for a request: refused by the guard, no such name, no connection, no TLS.
 *  - `sent`: it left, wholly or in part, and no answer came.
 *  - `reply`: an answer with `status` began and did not end. */
export interface HttpFault {
  readonly kind: 'fault'
  readonly phase: 'connect' | 'sent' | 'reply'
  readonly status: number | null
  /** For grouping: `egress`, `timeout`, `aborted`, `closed`, `tls`, or the system's word, e.g. `ENOTFOUND`, `ECONNREFUSED`. */
  readonly code: string
  /** For people: names the host, no path, no header. */
  readonly message: string
}

export interface HttpClientOptions {
  readonly clock: Clock
  /** Without one everything may be connected to: the daemon gives one, and a process of a plugin is held by its own rules. */
  readonly egress?: Egress | undefined
  /** To one origin at the same time, at most; more requests wait. Default: 8. */
  readonly connections?: number
  /** Until TCP and TLS stand. Default: 5,000. */
  readonly connectTimeoutMs?: number
  /** From `request` to the end of the answer. Default: 15,000. */
  readonly timeoutMs?: number
  /** What a request that has left may still take when its signal fires. Default: 3,000. */
  readonly drainMs?: number
  /** A connection without work is kept so long. Default: 4,000, shorter than servers keep theirs: a request on one that they are
   *  just ending is `unknown`. */
  readonly keepAliveMs?: number
  /** Of an answer's body; what is longer is cut. Default: 65,536. */
  readonly maxResponseBytes?: number
  readonly userAgent?: string
}

/** HTTP/1.1 over kept connections. */
export interface HttpClient {
  /** Never rejects. `signal` ends what has not left at once, and what has left after `drainMs`. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpFault>
  /** Ends all connections and requests. Idempotent. */
  close(): Promise<void>
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, egress, connections = 8, connectTimeoutMs = 5_000, timeoutMs = 15_000 } = options
  const {
    drainMs = 3_000,
    keepAliveMs = 4_000,
    maxResponseBytes = 65_536,
    userAgent = 'Broadsheet',
  } = options
  /** What ends each request that is under way. */
  const open = new Set<() => void>()
  let closed = false
  // Not with the module: it takes 30 MB and 0.1 s, and processes of plugins that never ask need neither.
  const agent: Promise<Agent> = import('undici').then(
    (undici) =>
      new undici.Agent({
        connect: { timeout: connectTimeoutMs, ...(egress !== undefined && { lookup: egress.lookup }) },
        // On a shared HTTP/2 connection nobody can say of a request whether it had left.
        allowH2: false,
        connections,
        pipelining: 1,
        keepAliveTimeout: keepAliveMs,
        maxHeaderSize: 32_768,
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
  )
  let ended: Promise<void> | null = null

  return {
    request(request, signal) {
      const { url } = request
      const refusal = egress?.refusal(url) ?? null
      if (refusal !== null) return Promise.resolve(fault('connect', 'egress', `${url.host} ${refusal}`))

      return new Promise((resolve) => {
        let phase: HttpFault['phase'] = 'connect'
        let status = 0
        let headers: HttpAnswer['headers'] = {}
        const chunks: Buffer[] = []
        let bytes = 0
        let controller: Dispatcher.DispatchController | null = null
        let over = false
        let cancelDrain = () => {}

        const end = (result: HttpAnswer | HttpFault) => {
          if (over) return
          over = true
          cancel()
          cancelDrain()
          signal.removeEventListener('abort', stop)
          open.delete(close)
          resolve(result)
        }
        /** Give up: whatever comes after this is not listened to. */
        const quit = (code: string, words: string) => {
          end(fault(phase, code, `${url.host} ${words}`, phase === 'reply' ? status : null))
          controller?.abort(new Error(code))
        }
        const answer = (whole: boolean) =>
          end({ kind: 'answer', status, headers, body: Buffer.concat(chunks).toString('utf8'), whole })
        const stop = () => {
          const words = 'was not waited for: the daemon is stopping'
          if (phase === 'connect') quit('aborted', words)
          else cancelDrain = clock.after(drainMs, () => quit('aborted', words))
        }
        const close = () => quit('closed', 'was not waited for: the channel was closed')
        const cancel = clock.after(timeoutMs, () => {
          const seconds = `${timeoutMs / 1000} s`
          if (phase === 'connect') quit('timeout', `could not be asked within ${seconds}`)
          else quit('timeout', `did not answer within ${seconds}`)
        })
        if (closed) return close()
        if (signal.aborted) return stop()
        signal.addEventListener('abort', stop)
        open.add(close)

        const handler: Dispatcher.DispatchHandler = {
          // Called just before the first byte is written.
          onRequestStart(begun) {
            if (over) return begun.abort(new Error('over'))
            controller = begun
            phase = 'sent'
          },
          onResponseStart(_, code, received) {
            if (code < 200) return
            phase = 'reply'
            status = code
            headers = Object.fromEntries(
              Object.entries(received).map(([name, value]) => [name, [value].flat().join(', ')]),
            )
          },
          onResponseData(_, chunk) {
            if (over) return
            const room = maxResponseBytes - bytes
            // A copy: undici's parser writes over what it gave.
            chunks.push(Buffer.from(chunk.subarray(0, room)))
            bytes += Math.min(chunk.length, room)
            if (chunk.length <= room) return
            answer(false)
            controller?.abort(new Error('size'))
          },
          onResponseEnd: () => answer(true),
          onResponseError(_, error) {
            const [code, words] = explain(error, phase)
            quit(code, words)
          },
        }
        agent
          .then((agent) => {
            if (over) return
            agent.dispatch(
              {
                origin: url.origin,
                path: url.pathname + url.search,
                method: request.method,
                headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...request.headers },
                body: request.body ?? null,
              },
              handler,
            )
          })
          .catch((error: Error) => quit('library', `could not be asked: ${error.message}`))
      })
    },
    close() {
      ended ??= (async () => {
        closed = true
        for (const close of open) close()
        await (await agent).destroy()
      })()
      return ended
    },
  }
}

const fault = (
  phase: HttpFault['phase'],
  code: string,
  message: string,
  status: number | null = null,
): HttpFault => ({ kind: 'fault', phase, status, code, message: message.slice(0, 500) })

/** A code and words that follow the host's name. */
function explain(error: unknown, phase: HttpFault['phase']): [code: string, words: string] {
  let code = ''
  let message = ''
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const given = (cause as NodeJS.ErrnoException).code
    if (given === 'EGRESS_REFUSED') return ['egress', `${cause.message}`]
    if (code === '' || code.startsWith('UND_ERR')) code = given ?? code
    // OpenSSL's message is half a page; its reason is a few words.
    message ||= (cause as { reason?: string }).reason ?? cause.message
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [code, 'has no address: the name could not be resolved']
    case 'ECONNREFUSED':
      return [code, 'refused the connection: nothing listens there']
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return ['timeout', 'could not be connected to in time']
    case 'UND_ERR_HEADERS_OVERFLOW':
      return ['headers', 'answered with headers that are too large']
    case 'UND_ERR_SOCKET':
      return ['ended', 'ended the connection without an answer']
    default: {
      const tls =
        phase === 'connect' && /^(CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_)/.test(code)
      const words = message === '' ? code : message
      return tls
        ? ['tls', `has no TLS that can be trusted: ${words}`]
        : [code === '' ? 'connection' : code, `could not be reached: ${words}`]
    }
  }
}
