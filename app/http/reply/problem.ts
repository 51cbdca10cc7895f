import { z } from 'zod'
import { BroadsheetError, type ErrorCode, errorTable, type Issue } from '../../../engine/errors.ts'

/** RFC 9457, the body of every refusal. */
export const problemSchema = z.object({
  type: z.string().describe('A URI for the kind of problem: `urn:broadsheet:error:` and the code.'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().describe('What is wrong with this request, and what to do.'),
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  issues: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .describe('Each place that is wrong: `sender.address`, `rows[3].topics`, `query.limit`.'),
  instance: z.string().describe('The path that was asked.'),
  requestId: z.string().describe('Also in `X-Request-Id` and in the log.'),
  traceId: z
    .string()
    .describe('Also in `traceparent` and in the log, there with all that the request began.'),
})
export type Problem = z.infer<typeof problemSchema>

export const problemType = 'application/problem+json'

export function toProblem(
  error: BroadsheetError,
  request: { readonly path: string; readonly requestId: string; readonly traceId: string },
): Problem {
  const { status, title } = errorTable[error.code]
  return {
    type: `urn:broadsheet:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    issues: error.issues.map(({ path, message }) => ({ path, message })),
    instance: request.path,
    requestId: request.requestId,
    traceId: request.traceId,
  }
}

/** Seconds after which the same request may succeed; null when only a different one can. */
export function retryAfterSeconds(error: BroadsheetError): number | null {
  switch (error.code) {
    case 'E_STORE_BUSY':
      return 1
    case 'E_STORE':
    case 'E_OVERLOAD':
    case 'E_STOPPING':
    // Where whoever refused does not know better, as too many passwords at once.
    case 'E_LIMIT':
      return 5
    default:
      return null
  }
}

/** Any thrown value as a refusal. What is not one of ours is a defect: its text stays in the log. */
export function refusalOf(thrown: unknown, limitBytes: number): BroadsheetError {
  if (thrown instanceof BroadsheetError) return thrown
  const { code, statusCode } = marksOf(thrown)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new BroadsheetError(
      'E_TOO_LARGE',
      `The body is larger than ${limitBytes.toLocaleString('en')} bytes.`,
    )
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new BroadsheetError('E_MEDIA_TYPE', 'The route does not take a body of this Content-Type.')
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return new BroadsheetError('E_BODY', 'The body is not as long as its Content-Length says.')
  if (code === 'FST_ERR_BAD_URL')
    return new BroadsheetError(
      'E_INPUT',
      'The path is not valid: a "%" in it must begin an escape such as "%20".',
    )
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new BroadsheetError('E_BODY', 'The connection ended before the body did.')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new BroadsheetError(
      'E_BODY',
      thrown instanceof Error ? thrown.message : 'The request could not be read.',
    )
  return new BroadsheetError(
    'E_INTERNAL',
    'Something in Broadsheet failed that should not. The log has it under the request id; please report it.',
    { cause: thrown },
  )
}

function marksOf(thrown: unknown): { code?: unknown; statusCode?: number } {
  if (typeof thrown !== 'object' || thrown === null) return {}
  const statusCode =
    'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined
  return { ...('code' in thrown && { code: thrown.code }), ...(statusCode !== undefined && { statusCode }) }
}

/** `sender.address`, `rows[3].topics`. */
export function pathOf(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path)
    text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key)}`
  return text
}

/** Issues for people: a place for every unknown key, and for a union those of the branch that came furthest. */
export function issuesOf(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path]
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: pathOf([...path, key]), message: 'is not a known field' }))
    if (issue.code === 'invalid_union') {
      const branches = issue.errors.map((branch) => issuesOf(branch, path))
      const depth = (branch: readonly Issue[]) => Math.max(...branch.map((each) => each.path.length))
      const [best] = branches.filter((branch) => branch.length > 0).sort((a, b) => depth(b) - depth(a))
      if (best !== undefined && depth(best) > pathOf(path).length) return best
    }
    return [{ path: pathOf(path), message: plainly(issue.message) }]
  })
}

const plainly = (message: string): string =>
  message.endsWith('received undefined') ? 'is missing' : message.replace(/^Invalid input: /, '')

/** Refusals that any route under /api/v1 may give. */
const common: readonly ErrorCode[] = [
  'E_INPUT',
  'E_AUTH',
  'E_FORBIDDEN',
  'E_LIMIT',
  'E_INTERNAL',
  'E_STORE',
  'E_STORE_BUSY',
  'E_OVERLOAD',
  'E_STOPPING',
]
/** Those of a route that takes a body or changes something. */
const writing: readonly ErrorCode[] = [
  'E_BODY',
  'E_IDEMPOTENCY',
  'E_TIMEOUT',
  'E_TOO_LARGE',
  'E_MEDIA_TYPE',
  'E_STORE_FULL',
]

export type ProblemResponses = Record<
  string,
  { description: string; content: { [problemType]: { schema: typeof problemSchema } } }
>

/** A route's answer when all went well. */
export const ok = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** The part of a route's `response` that its refusals fill: one entry a status, naming the codes. */
export function problems(
  kind: 'read' | 'write' | 'public',
  ...codes: readonly ErrorCode[]
): ProblemResponses {
  const all = new Set([...(kind === 'public' ? [] : common), ...(kind === 'write' ? writing : []), ...codes])
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of all) {
    const { status } = errorTable[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      String(status),
      {
        description: named.map((code) => `${code}: ${errorTable[code].title}.`).join(' '),
        content: { [problemType]: { schema: problemSchema } },
      },
    ]),
  )
}
