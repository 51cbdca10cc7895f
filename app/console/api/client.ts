import type { Operations, Problem as ProblemBody } from './operations.ts'

export type OperationName = keyof Operations
type Parts<K extends OperationName> = Omit<Operations[K], 'answer'>
export type Answer<K extends OperationName> = Operations[K]['answer']
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]

interface Options {
  readonly signal?: AbortSignal
  /** Of a PUT: the version that it replaces. */
  readonly version?: number
}
export type Given<K extends OperationName> = Parts<K> & Options
/** What a call takes besides its name: nothing, where nothing has to be said. */
export type GivenArgs<K extends OperationName> =
  RequiredKeys<Parts<K>> extends never ? [given?: Given<K>] : [given: Given<K>]

/** A refusal of the API (RFC 9457), or that it could not be reached: `code` is then `E_UNREACHABLE`, and there is no request id. */
export class Refusal extends Error {
  readonly code: ProblemBody['code'] | 'E_UNREACHABLE'
  readonly status: number
  readonly title: string
  readonly issues: ProblemBody['issues']
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null

  constructor(problem: Partial<ProblemBody> & { readonly status: number }, retryAfterSeconds: number | null) {
    super(problem.detail ?? problem.title ?? `HTTP ${problem.status}`)
    this.name = 'Refusal'
    this.code = problem.code ?? 'E_UNREACHABLE'
    this.status = problem.status
    this.title = problem.title ?? ''
    this.issues = problem.issues ?? []
    this.requestId = problem.requestId ?? null
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const base = '/api/v1'

/** Ask the API. Rejects with a Refusal. A write carries a key of its own, so that the browser may repeat it when its connection
 *  breaks, and it is still done once. */
export async function call<K extends OperationName>(name: K, ...args: GivenArgs<K>): Promise<Answer<K>> {
  const given = (args[0] ?? {}) as Loose
  const [method = 'GET'] = name.split(' ', 1)
  const headers = new Headers({ accept: 'application/json' })
  if (method !== 'GET' && method !== 'DELETE') headers.set('idempotency-key', crypto.randomUUID())
  if (given.version !== undefined) headers.set('if-match', `"${given.version}"`)
  let body: BodyInit | null = null
  if (given.body instanceof Blob) {
    body = given.body
    if (given.body.type !== '') headers.set('content-type', given.body.type)
  } else if (given.body !== undefined) {
    body = JSON.stringify(given.body)
    headers.set('content-type', 'application/json')
  }
  const response = await fetch(addressOf(name, given), {
    method,
    headers,
    body,
    signal: given.signal ?? null,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Refusal({ status: 0 }, null)
  })
  return (await answerOf(response)) as Answer<K>
}

/** Where an operation is asked: for links that download what it answers, and for programs of the page such as EventSource. */
export function addressOf(name: OperationName, given: Loose = {}): string {
  const template = name.slice(name.indexOf(' ') + 1)
  const path = template.replace(/\{(\w+)\}/g, (_all, key: string) =>
    encodeURIComponent(String(given.path?.[key])),
  )
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(given.query ?? {}))
    for (const each of [value].flat())
      if (each !== undefined && each !== null && each !== '') query.append(key, `${each as string | number}`)
  return `${base}${path}${query.size > 0 ? `?${query}` : ''}`
}

interface Loose extends Options {
  readonly path?: { readonly [name: string]: unknown }
  readonly query?: { readonly [name: string]: unknown }
  readonly body?: unknown
}

async function answerOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (response.ok) {
    if (response.status === 204) return undefined
    return type.startsWith('application/json') ? response.json() : response.text()
  }
  const wait = Number(response.headers.get('retry-after'))
  const problem = type.includes('json') ? ((await response.json()) as Partial<ProblemBody>) : {}
  throw new Refusal({ ...problem, status: response.status }, wait > 0 ? wait : null)
}
