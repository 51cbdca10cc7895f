import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

/** A span as it was posted, flat. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  /** '' for the first of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startNanos: bigint
  readonly endNanos: bigint
  /** 2: an error. */
  readonly status: number
  readonly attributes: { readonly [name: string]: string | number | boolean }
  readonly resource: { readonly [name: string]: string | number | boolean }
}

export interface OtlpCollector {
  /** Where spans are to be posted. */
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** All that came, also what was refused. */
  readonly posts: readonly { readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** `hang`: nothing is answered, and what hangs is answered when it turns to `take`. `fail`: 500. */
  turn: 'take' | 'hang' | 'fail'
  close(): Promise<void>
}

// As JSON has the messages of opentelemetry-proto's trace.proto: ids in hexadecimal, 64-bit numbers as text.
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: z.union([z.string().regex(/^-?\d+$/), z.int()]) }),
  z.strictObject({ doubleValue: z.number() }),
])
const attributes = z.array(z.strictObject({ key: z.string().min(1), value })).default([])
const nanos = z.union([z.string().regex(/^\d{1,20}$/), z.int()])
const span = z.strictObject({
  traceId: z.string().regex(/^(?!0+$)[0-9a-f]{32}$/),
  spanId: z.string().regex(/^(?!0+$)[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^([0-9a-f]{16})?$/)
    .default(''),
  traceState: z.string().optional(),
  flags: z.int().optional(),
  name: z.string().min(1),
  kind: z.int().min(0).max(5),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  droppedAttributesCount: z.int().optional(),
  events: z.array(z.unknown()).optional(),
  droppedEventsCount: z.int().optional(),
  links: z.array(z.unknown()).optional(),
  droppedLinksCount: z.int().optional(),
  status: z
    .strictObject({ code: z.int().min(0).max(2).default(0), message: z.string().optional() })
    .optional(),
})
const posted = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({
        attributes,
        droppedAttributesCount: z.int().optional(),
        entityRefs: z.array(z.unknown()).optional(),
      }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({
            name: z.string(),
            version: z.string().optional(),
            attributes: attributes.optional(),
            droppedAttributesCount: z.int().optional(),
          }),
          spans: z.array(span),
          schemaUrl: z.string().optional(),
        }),
      ),
      schemaUrl: z.string().optional(),
    }),
  ),
})

const flat = (all: z.output<typeof attributes>): CollectedSpan['attributes'] =>
  Object.fromEntries(
    all.map(({ key, value: said }) => {
      const [kind, one] = Object.entries(said)[0] as [string, string | number | boolean]
      return [key, kind === 'intValue' ? Number(one) : one]
    }),
  )

/** A collector of OpenTelemetry, as far as spans over HTTP in JSON go (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = []
  const posts: { headers: IncomingMessage['headers']; body: string }[] = []
  let waiting: (() => void)[] = []
  let turn: OtlpCollector['turn'] = 'take'

  const take = (request: IncomingMessage, body: Buffer): { status: number; answer: object } => {
    const refuse = (status: number, message: string) => ({ status, answer: { code: 3, message } })
    if (request.url !== '/v1/traces') return refuse(404, 'no such path')
    if (request.method !== 'POST') return refuse(405, 'POST only')
    if (request.headers['content-type']?.split(';')[0] !== 'application/json') return refuse(415, 'JSON only')
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
    posts.push({ headers: request.headers, body: text })
    if (turn === 'fail') return refuse(500, 'out of order')
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return refuse(400, 'not JSON')
    }
    const read = posted.safeParse(json)
    if (!read.success) return refuse(400, z.prettifyError(read.error))
    for (const { resource, scopeSpans } of read.data.resourceSpans)
      for (const one of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          traceId: one.traceId,
          spanId: one.spanId,
          parentSpanId: one.parentSpanId,
          name: one.name,
          kind: one.kind,
          startNanos: BigInt(one.startTimeUnixNano),
          endNanos: BigInt(one.endTimeUnixNano),
          status: one.status?.code ?? 0,
          attributes: flat(one.attributes),
          resource: flat(resource.attributes),
        })
    return { status: 200, answer: { partialSuccess: {} } }
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const answer = () => {
        const { status, answer: said } = take(request, Buffer.concat(parts))
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
      }
      if (turn === 'hang') waiting.push(answer)
      else answer()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    posts,
    get turn() {
      return turn
    },
    set turn(next) {
      turn = next
      if (next === 'hang') return
      const hung = waiting
      waiting = []
      for (const answer of hung) answer()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
