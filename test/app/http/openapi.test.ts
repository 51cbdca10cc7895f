import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccess } from '../../../app/access/access.ts'
import { accessSchema } from '../../../app/config/access.ts'
import { createAuth } from '../../../app/http/request/auth.ts'
import { useAuthorisation } from '../../../app/http/request/authorise.ts'
import { createVault } from '../../../engine/access/vault.ts'
import { systemClock } from '../../../engine/clock.ts'
import { silentLog } from '../../../engine/log.ts'
import { scopes } from '../../../engine/model/scope.ts'
import { type Served, serve } from './serve.ts'

interface Operation {
  summary?: string
  tags?: string[]
  security?: object[]
  'x-broadsheet-scope'?: string
  parameters?: { name: string; in: string; schema: { pattern?: string } }[]
  requestBody?: { content: Record<string, object> }
  responses: Record<string, { description: string; content?: Record<string, object> }>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

const open = [
  'POST /api/v1/access/login',
  'POST /api/v1/access/accept',
  'POST /api/v1/access/enter',
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
  'POST /hooks/ses/{channel}',
  'POST /hooks/mailgun',
  'POST /hooks/sendgrid',
  'POST /hooks/postmark',
  'GET /s',
  'POST /s',
  'GET /s/{lists}',
  'POST /s/{lists}',
  'GET /s/confirm/{token}',
  'POST /s/confirm/{token}',
  'GET /u/{token}',
  'POST /u/{token}',
  'GET /p',
  'POST /p',
  'GET /p/{token}',
  'POST /p/{token}',
  'GET /p/{token}/data.json',
  'GET /p/{token}/erase',
  'POST /p/{token}/erase',
  'GET /v/{token}',
  'GET /k/{token}',
  'POST /k/{token}',
  'GET /t/{file}',
  'GET /c/{token}/{key}',
  'GET /i/{sha256}/{name}',
  'HEAD /i/{sha256}/{name}',
  'GET /a/',
  'GET /a/feed.xml',
  'GET /a/{campaign}',
  'GET /a/{campaign}/{publication}',
]

let served: Served
let document: Document
let operations: { id: string; method: string; path: string; operation: Operation }[]

beforeAll(async () => {
  served = await serve()
  document = (await served.ask<Document>('GET', '/openapi.json')).json
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

test('the API describes itself as OpenAPI 3.1, with every reference resolved', () => {
  expect(document.openapi).toBe('3.1.0')
  expect(operations.length).toBeGreaterThan(50)
  const text = JSON.stringify(document)
  const named = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!))
  expect([...named].filter((name) => document.components.schemas[name] === undefined)).toEqual([])
  expect(text).not.toContain('$defs')
  expect(text).not.toContain('"hash"')
})

test('every route asks for a key, but those that are meant to be open', async () => {
  const answers = await Promise.all(
    operations.map(async ({ id, method, path, operation }) => {
      const url = served.url + path.replace(/\{[^}]+\}/g, '1')
      const response = await fetch(url, {
        method,
        ...(method === 'POST' && { body: '', headers: { 'content-type': 'application/json' } }),
      })
      await response.text()
      return { id, status: response.status, declared: operation.security !== undefined }
    }),
  )
  expect(
    answers
      .filter(({ status }) => status !== 401)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...open].sort())
  expect(
    answers
      .filter(({ declared }) => !declared)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...open].sort())
})

test('every route says who may use it', () => {
  for (const { id, operation } of operations)
    for (const scope of operation['x-broadsheet-scope']?.split(' or ') ?? [''])
      expect(['any', 'public', 'user', 'local', ...scopes], id).toContain(scope)
  expect(
    operations
      .filter(({ operation }) => operation['x-broadsheet-scope'] === 'public')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...open].sort())
})

test('a route that says not who may use it is refused when it is made', async () => {
  const app = fastify()
  const access = createAccess({
    store: served.store,
    config: accessSchema.parse({}),
    vault: async () => createVault(['a key of the vault for the test 1234']),
    clock: systemClock,
    log: silentLog,
  })
  useAuthorisation(app, createAuth({ ...access, tokens: [] }), null)
  expect(() => app.get('/open', async () => 'who?')).toThrow('GET /open says not who may use it')
  await app.close()
})

test('every route says what it is and how it refuses', () => {
  for (const { id, path, method, operation } of operations) {
    expect(operation.summary, id).toBeTruthy()
    expect(operation.tags, id).toHaveLength(1)
    const refusals = Object.keys(operation.responses).filter((status) => Number(status) >= 400)
    expect(refusals, id).not.toEqual([])
    if (!path.startsWith('/api/v1')) continue
    expect(refusals, id).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']))
    if (method !== 'GET') expect(refusals, id).toEqual(expect.arrayContaining(['409', '413', '415', '507']))
    if (/\{id|\{address/.test(path)) expect(refusals, id).toContain('404')
    for (const status of refusals)
      expect(Object.keys(operation.responses[status]!.content ?? {}), `${id} ${status}`).toEqual([
        'application/problem+json',
      ])
  }
})

test('writing routes tell of the Idempotency-Key, and bodies that may be left out are not required', () => {
  const post = document.paths['/api/v1/campaigns']!.post!
  expect(post.parameters?.map(({ name }) => name)).toContain('Idempotency-Key')
  expect(document.paths['/api/v1/keys']!.post!.parameters ?? []).toEqual([])
  expect(document.paths['/api/v1/campaigns/{idOrName}/start']!.post!.requestBody).toMatchObject({
    required: false,
  })
  expect(Object.keys(document.paths['/api/v1/subscribers/import']!.post!.requestBody!.content)).toContain(
    'text/csv',
  )
})
