import { Agent, request } from 'node:http'
import { seeded } from '../../../app/demo/content/seeded.ts'
import type { Json } from '../../../engine/model/ids.ts'
import { type Chance, instanceOf, junk, known, oneOf, type Schema, spoil, wordOf } from './values.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema?: Schema } } }
  readonly responses: { readonly [status: string]: { readonly content?: object } }
}
export interface Described {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly schemas: { readonly [name: string]: Schema } }
}

/** An answer that the description does not have, with what it takes to ask again. */
export interface Finding {
  readonly request: string
  readonly body: string
  readonly seed: number
  readonly status: number
  readonly answer: string
}

/** Random requests to every operation of a daemon's own description, some as it says, most not quite. */
export async function scan(
  daemon: { readonly url: string; readonly token: string },
  described: Described,
  options: { readonly each: number; readonly seed: number; readonly skip?: ReadonlySet<string> },
): Promise<{
  readonly asked: number
  readonly statuses: ReadonlyMap<number, number>
  readonly findings: Finding[]
}> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const resolve = (ref: string): Schema => described.components.schemas[ref.split('/').at(-1)!] ?? {}
  const findings: Finding[] = []
  const statuses = new Map<number, number>()
  let asked = 0
  const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  for (const [place, { path, method, operation }] of operations.entries()) {
    if (options.skip?.has(`${method} ${path}`)) continue
    const seeds = Array.from({ length: options.each }, (_, i) => options.seed + place * 100_003 + i)
    for (let at = 0; at < seeds.length; at += 8)
      await Promise.all(
        seeds.slice(at, at + 8).map(async (seed) => {
          const made = requestOf(path, operation, seeded(seed), resolve)
          const { status, text, type } = await ask(agent, daemon, method, made)
          asked++
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          const problem =
            status < 400 || !path.startsWith('/api/v1') || type.startsWith('application/problem+json')
          if (
            status < 500 &&
            (operation.responses[status] ?? operation.responses.default) !== undefined &&
            problem
          )
            return
          findings.push({
            request: `${method} ${made.path.slice(0, 300)} ${made.type ?? ''}`,
            body: made.body?.slice(0, 300) ?? '',
            seed,
            status,
            answer: text.slice(0, 300),
          })
        }),
      )
  }
  agent.destroy()
  return { asked, statuses, findings }
}

interface Made {
  readonly path: string
  readonly type: string | null
  readonly body: string | null
  readonly headers: { readonly [name: string]: string }
}

function requestOf(
  path: string,
  operation: Operation,
  chance: Chance,
  resolve: (ref: string) => Schema,
): Made {
  const { parameters = [], requestBody } = operation
  const place = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E')
  const filled = path.replaceAll(/\{[^}]+\}/g, () => {
    const how = chance()
    if (how < 0.6) return place(oneOf(chance, known))
    return how < 0.95
      ? place(wordOf(oneOf(chance, junk))) || '%20'
      : oneOf(chance, ['%', '%zz', '%c0%af', '%2e%2e%2f'])
  })
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const { name, in: where, required, schema } of parameters) {
    if (where === 'path' || (required !== true && chance() < 0.6)) continue
    const wanted = instanceOf(schema, chance, resolve)
    const value = chance() < 0.3 ? oneOf(chance, junk) : wanted
    const text = wordOf(value)
    if (where === 'query') query.append(name, text)
    else if (/^[\x20-\x7e]{1,200}$/.test(text)) headers[name] = text
  }
  if (chance() < 0.1)
    query.append(oneOf(chance, ['nobody', '__proto__', 'limit']), wordOf(oneOf(chance, junk)))
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const [type, content] = requestBody === undefined ? [] : oneOf(chance, Object.entries(requestBody.content))
  if (type === undefined) return { path: filled + search, type: null, body: null, headers }
  const how = chance()
  if (how < 0.05) return { path: filled + search, type: null, body: null, headers }
  const said =
    how < 0.1 ? oneOf(chance, ['text/plain', 'application/json', 'multipart/form-data', 'x']) : type
  return {
    path: filled + search,
    type: said,
    body: bodyOf(type, content?.schema ?? {}, chance, resolve),
    headers,
  }
}

function bodyOf(type: string, schema: Schema, chance: Chance, resolve: (ref: string) => Schema): string {
  if (!type.includes('json') || type.includes('ndjson')) {
    const lines = Array.from({ length: 3 }, () =>
      oneOf(chance, [...junk.map(wordOf), 'address,name', 'a@b.example,"x']),
    )
    return lines.join('\n')
  }
  if (chance() < 0.08)
    return oneOf(chance, ['', '{', '[1,', '"\\ud800"', 'NaN', `${'['.repeat(3000)}`, '{"a":1,"a":2}'])
  let value: Json = instanceOf(schema, chance, resolve)
  for (let times = Math.floor(chance() * 3); times > 0; times--) value = spoil(value, chance)
  // As text: JSON.stringify would drop a "__proto__" that was meant.
  return JSON.stringify(value)
}

function ask(
  agent: Agent,
  { url, token }: { readonly url: string; readonly token: string },
  method: string,
  { path, type, body, headers }: Made,
): Promise<{ status: number; text: string; type: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        agent,
        hostname,
        port,
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          ...headers,
          ...(type !== null && { 'content-type': type }),
          ...(body !== null && { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            type: answer.headers['content-type'] ?? '',
          }),
        )
      },
    )
    asking.on('error', (error) => reject(new Error(`${method} ${path.slice(0, 200)}: ${error.message}`)))
    asking.end(body ?? undefined)
  })
}
