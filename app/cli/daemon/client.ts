import { Readable } from 'node:stream'
import type { Agent, Dispatcher } from 'undici'
import { pause, systemClock } from '../../../engine/clock.ts'
import { BroadsheetError, type ErrorCode, errorTable, type Issue } from '../../../engine/errors.ts'
import { CliError } from '../exit.ts'
import { lines, type ServerSentEvent, serverSentEvents } from './streams.ts'

export type Query = { readonly [name: string]: string | number | boolean | null | undefined }

/** The HTTP API of a daemon. Every call rejects with a BroadsheetError of the problem's code when the
 *  daemon refuses, and with a CliError `unreachable` when nobody answers. */
export interface Client {
  readonly url: string
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  /** A body that is no JSON. */
  send<T>(
    path: string,
    request: { readonly query?: Query; readonly body: Readable; readonly type: string },
  ): Promise<T>
  /** `version`: the one that this replaces; null where there are none. */
  put<T>(path: string, version: number | null, body: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  delete(path: string): Promise<void>
  /** All rows of a listing, page by page. */
  rows<T>(path: string, query?: Query): AsyncGenerator<T>
  /** The same, where there are few. */
  all<T>(path: string, query?: Query): Promise<T[]>
  /** Long work, e.g. an import of `body`: hears how far it is, resolves with the result. */
  work<Step, Result>(
    path: string,
    options: {
      readonly query?: Query
      readonly body?: Readable
      readonly type?: string
      /** Hears the lines that are neither progress nor the end. */
      readonly onLine?: (line: { readonly type: string }) => void
    },
    onProgress: (step: Step) => void,
  ): Promise<Result>
  /** A listing as one stream, in the representation asked for. */
  download(path: string, query: Query, accept: string): Promise<Readable>
  /** Resolves once the daemon streams; server-sent events then, until it or `signal` ends them. */
  events(path: string, query: Query, signal: AbortSignal): Promise<AsyncGenerator<ServerSentEvent>>
  close(): Promise<void>
}

interface Problem {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  readonly issues?: readonly Issue[]
}

const pageSize = 500
/** A daemon that asks for more patience than this is not waited for. */
const maxWaitSeconds = 60

export function createClient(url: string, key: string, signal: AbortSignal): Client {
  const base = url.replace(/\/+$/, '')
  let agent: Agent | null = null
  /** Loaded with the first request: a daemon makes none, and it is 5 MB of heap. */
  const connect = async () => {
    const undici = await import('undici')
    // No time limits: an import of a million rows answers when it is done, and a stream may be silent.
    agent ??= new undici.Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 5000 } })
    return { request: undici.request, dispatcher: agent }
  }

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options: {
      readonly query?: Query
      readonly body?: string | Readable
      readonly type?: string
      readonly accept?: string
      readonly signal?: AbortSignal
    } = {},
  ): Promise<Dispatcher.ResponseData['body']> => {
    const target = new URL(`${base}/api/v1${path}`)
    for (const [name, value] of Object.entries(options.query ?? {}))
      if (value !== undefined && value !== null) target.searchParams.set(name, String(value))
    const { request, dispatcher } = await connect()
    const answer = await request(target, {
      dispatcher,
      method,
      signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
      headers: {
        authorization: `Bearer ${key}`,
        'user-agent': 'broadsheet-cli',
        accept: options.accept ?? 'application/json',
        ...(options.type === undefined ? {} : { 'content-type': options.type }),
      },
      ...(options.body === undefined ? {} : { body: options.body }),
    }).catch((error: unknown) => {
      throw reachError(error, base, signal)
    })
    const seconds = answer.statusCode === 429 ? Number(answer.headers['retry-after']) : Number.NaN
    if (seconds <= maxWaitSeconds && !(options.body instanceof Readable)) {
      // It was refused before anything was done: once more, when there is room.
      await answer.body.dump()
      await pause(systemClock, seconds * 1000, signal)
      return call(method, path, options)
    }
    if (answer.statusCode >= 400) throw problem(answer.statusCode, await answer.body.text(), path)
    return answer.body
  }
  const json = async <T>(body: Promise<{ text(): Promise<string> }>): Promise<T> => {
    const text = await (await body).text()
    return (text === '' ? null : JSON.parse(text)) as T
  }
  const sent = (body: unknown) =>
    body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' }

  return {
    url: base,
    get: (path, query = {}) => json(call('GET', path, { query })),
    post: (path, body) => json(call('POST', path, sent(body))),
    send: (path, request) => json(call('POST', path, request)),
    put: (path, version, body) => json(call('PUT', path, { ...sent(body), query: { version } })),
    patch: (path, body) => json(call('PATCH', path, sent(body))),
    async delete(path) {
      await json(call('DELETE', path))
    },
    async *rows<T>(path: string, query: Query = {}) {
      let after: string | null = null
      do {
        const page: { data: readonly T[]; next?: string | null } = await this.get(path, {
          limit: pageSize,
          ...query,
          after,
        })
        yield* page.data
        after = page.next ?? null
      } while (after !== null)
    },
    async all<T>(path: string, query: Query = {}) {
      const found: T[] = []
      for await (const row of this.rows<T>(path, query)) found.push(row)
      return found
    },
    async work<Step, Result>(
      path: string,
      options: {
        readonly query?: Query
        readonly body?: Readable
        readonly type?: string
        readonly onLine?: (line: { readonly type: string }) => void
      },
      onProgress: (step: Step) => void,
    ) {
      const { onLine, ...request } = options
      const answer = await call('POST', path, { ...request, accept: 'application/x-ndjson' })
      for await (const text of lines(answer)) {
        const line = JSON.parse(text) as { readonly type: string }
        if (line.type === 'progress') onProgress(line as Step)
        if (line.type === 'result') return line as Result
        if (line.type === 'problem') throw problemError(line as Problem, 500)
        if (line.type !== 'progress') onLine?.(line)
      }
      throw new CliError('unreachable', 'The daemon stopped in the middle of it.')
    },
    download: (path, query, accept) => call('GET', path, { query, accept }),
    events: async (path, query, until) =>
      serverSentEvents(await call('GET', path, { query, accept: 'text/event-stream', signal: until })),
    close: async () => agent?.destroy(),
  }
}

/** A daemon's refusal as the error that it was there. */
function problem(status: number, text: string, path: string): Error {
  let said: Problem = {}
  try {
    said = JSON.parse(text) as Problem
  } catch {
    return new CliError(
      'unreachable',
      `${status} for ${path}: this is no Broadsheet daemon, or something in between answers for it.`,
    )
  }
  return problemError(said, status)
}

function problemError(said: Problem, status: number): Error {
  const message = said.detail ?? said.title ?? `The daemon answered ${status}.`
  if (said.code !== undefined && Object.hasOwn(errorTable, said.code))
    return new BroadsheetError(said.code as ErrorCode, message, { issues: said.issues ?? [] })
  return new CliError(status === 401 ? 'unreachable' : 'refused', message)
}

function reachError(error: unknown, url: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new CliError('interrupted', 'Interrupted.')
  const { code, message, name } = error as NodeJS.ErrnoException
  if (name === 'AbortError') return error
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code
  return new CliError('unreachable', `No daemon answers at ${url}: ${why}.`, { cause: error })
}
